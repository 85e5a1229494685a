import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { dispatch, makeOutput } from '../../../src/tensor/webgpu/dispatch'
import { MATRIX_PARAMS, matrixReader } from '../../../src/tensor/webgpu/matmul'
import { shader } from '../../../src/tensor/webgpu/shader'
import { lanesOf, type Lanes } from '../../../src/tensor/webgpu/subgroups'
import { PRODUCT_PARAMS, productCode, type Tile } from '../../../src/tensor/webgpu/wgsl/product'
import { onWebGpuDevice, read } from './device'
import { assertNear, randoms } from './exact'
import { exact, productTests } from './products'

onWebGpuDevice(
  'matrix products by subgroups',
  () => {
    productTests()

    test('they are used for a first factor that lies along the sum, and for no other', () => {
      const { device } = tf.backend() as WebGPUBackend
      const lanes = lanesOf(device)
      assert.ok(lanes, 'These subgroups are too small.')
      const made: string[] = []
      const create = device.createShaderModule.bind(device)
      device.createShaderModule = (descriptor) => {
        made.push(`${descriptor.label}: ${descriptor.code.includes('subgroupShuffle') ? 'handed' : 'plain'}`)
        return create(descriptor)
      }
      try {
        tf.tidy(() => {
          // With a bias of its own and a transpose, neither of which the tests above multiply.
          const [a, b] = [tf.ones([2, 3]), tf.ones([2, 3])]
          tf.fused.matMul({ a, b, transposeB: true, bias: tf.ones([2]) })
          tf.fused.matMul({ a, b, transposeA: true, bias: tf.ones([3]) })
        })
      } finally {
        device.createShaderModule = create
      }
      assert.deepEqual(made, [
        `product of a and transposed b, 16, added, ${lanes} lanes: handed`,
        'product of transposed a and b, 16, added: plain',
      ])
    })

    test('convolutions', async () => {
      const x = randoms([1, 3, 4, 2])
      const filter = randoms([1, 1, 2, 3])
      const y = tf.tidy(() =>
        tf.conv2d(tf.tensor4d(x, [1, 3, 4, 2]), tf.tensor4d(filter, [1, 1, 2, 3]), 1, 'valid'),
      )
      // A filter of one place multiplies the channels of each place.
      assertNear((await read(y)).values, exact(x, filter, [12, 2, 3], false, false), 1e-6)
    })

    test('subgroups of every size, whichever threads they have', async () => {
      // The software device has subgroups of 4 only: others are emulated.
      for (const [tile, lanes, size] of [
        [16, 4, 8],
        [16, 8, 8],
        [16, 16, 16],
        [16, 16, 128],
        [32, 8, 64],
        [64, 16, 32],
      ] as const)
        await tryEmulated(tile, lanes, size)
    })
  },
  { subgroups: true },
)

test('as many lanes as every size of subgroup has', () => {
  const device = (subgroupMinSize?: number, feature = 'subgroups') =>
    ({ features: new Set([feature]), ...(subgroupMinSize && { adapterInfo: { subgroupMinSize } }) }) as never
  assert.deepEqual(
    [2, 4, 8, 16, 32, 128].map((size) => lanesOf(device(size))),
    [undefined, 4, 8, 16, 16, 16],
  )
  assert.equal(lanesOf(device()), undefined)
  assert.equal(lanesOf(device(32, 'timestamp-query')), undefined)
})

async function tryEmulated(tile: Tile, lanes: Lanes, size: number): Promise<void> {
  const backend = tf.backend() as WebGPUBackend
  const [m, k, n] = [tile + 5, 37, 2 * tile - 3]
  const [a, b] = [randoms([m, k]), randoms([k, n])]
  const emulated = shader(
    `product in tiles of ${tile}, ${lanes} lanes of subgroups of ${size}`,
    { a: 'read', b: 'read', out: 'write' },
    { ...PRODUCT_PARAMS, ...MATRIX_PARAMS },
    emulatedCode(productCode(tile, matrixReader('a', true), matrixReader('b', false), {}, lanes), tile, size),
  )
  const [left, right] = [tf.tensor2d(a, [m, k]), tf.tensor2d(b, [k, n])]
  const out = tf.engine().makeTensorFromTensorInfo(makeOutput(backend, [m, n]))
  const matrices = {
    aRun: 0,
    aBatch: 0,
    aStep: k,
    aInnerStep: 1,
    bRun: 0,
    bBatch: 0,
    bStep: 1,
    bInnerStep: n,
  }
  const sizes = { rows: m, columns: n, depth: k, batches: 1, together: 1, part: 48, parts: 1 }
  const finish = { addendRow: 0, addendBatch: 0, activation: 0, alpha: 0 }
  dispatch(backend, emulated, { a: left, b: right, out }, { ...matrices, ...sizes, ...finish }, [4])
  assertNear((await read(out)).values, exact(a, b, [m, k, n], false, false), 1e-6, emulated.name)
  tf.dispose([left, right])
}

/** Functions of ours in the place of WGSL's, for subgroups of `size` threads that are not neighbours. */
function emulatedCode(code: string, tile: Tile, size: number): string {
  const held = tile === 16 ? 'f32' : `vec${tile / 16}f`
  const start = /@builtin\(subgroup_invocation_id\) (\w+): u32,\s*\) \{/
  assert.match(code, start)
  return /* wgsl */ `
var<private> thread: u32;
var<workgroup> numbers: array<${held}, 256>;
var<workgroup> words: array<u32, 256>;

fn subgroupShuffle(value: ${held}, id: u32) -> ${held} {
  workgroupBarrier();
  numbers[thread] = value;
  workgroupBarrier();
  // Of a thread that is not there, anything may come.
  return select(${held}(1e30), numbers[thread / ${size}u * ${size}u + min(id, ${size - 1}u)], id < ${size}u);
}

fn subgroupBroadcastFirst(value: u32) -> u32 {
  workgroupBarrier();
  words[thread] = value;
  workgroupBarrier();
  return words[thread / ${size}u * ${size}u];
}

fn subgroupAdd(value: u32) -> u32 { return value * ${size}u; }

fn subgroupElect() -> bool { return thread % ${size}u == 0u; }

${code.replace(
  start,
  `@builtin(local_invocation_index) index: u32,
) {
  thread = index * 77u % 256u;
  let $1 = thread % ${size}u;`,
)}`
}
