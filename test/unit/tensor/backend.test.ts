import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { correctSecondDerivatives, onDeviceLost, selectBackend } from '../../../src/tensor'
import { isSoftware } from '../../../src/tensor/gpu'
import { files, take } from '../../numeric/backends'

/** Puts something in the place of `navigator.gpu`. */
function pretendGpu(gpu: unknown): void {
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true, writable: true })
}
const noGpu = () => Reflect.deleteProperty(globalThis.navigator, 'gpu')
afterEach(noGpu)

const swiftShader = {
  info: {
    vendor: 'google',
    architecture: 'swiftshader',
    device: '0xc0de',
    description: 'SwiftShader Device',
  },
}

describe('choosing a device', () => {
  test('leaves no handlers on the process', async () => {
    const events = ['uncaughtException', 'unhandledRejection'] as const
    const before = events.map((event) => process.listeners(event as 'uncaughtException'))
    await selectBackend('wasm', files)
    const after = events.map((event) => process.listeners(event as 'uncaughtException'))
    assert.deepEqual(after, before)
  })

  test('without a GPU it is WASM, and says why', async () => {
    noGpu()
    const device = await selectBackend('auto', files)
    assert.deepEqual(device, {
      backend: 'wasm',
      name: 'WASM SIMD',
      software: false,
      reason: 'This environment has no WebGPU.',
    })
    assert.deepEqual(take(tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]]))), [11])
  })

  test('a software adapter is passed over, with its name', async () => {
    pretendGpu({ requestAdapter: () => Promise.resolve(swiftShader) })
    const { backend, reason } = await selectBackend('auto', files)
    assert.equal(backend, 'wasm')
    assert.match(reason!, /SwiftShader \(software\).*slower than WASM.*'webgpu'/)
  })

  test('a browser that has WebGPU but no adapter', async () => {
    pretendGpu({ requestAdapter: () => Promise.resolve(null) })
    assert.match((await selectBackend('auto', files)).reason!, /no graphics adapter/)
    await assert.rejects(selectBackend('webgpu', files), /no graphics adapter.*'auto', 'wasm' or 'cpu'/)
  })

  test('an adapter that gives no device is a reason, not an end', async () => {
    pretendGpu({
      requestAdapter: () =>
        Promise.resolve({
          info: { vendor: 'nvidia', architecture: 'hopper', device: '', description: '' },
          features: new Set(),
          limits: {},
          requestDevice: () => Promise.reject(new Error('The device is in use elsewhere.')),
        }),
    })
    assert.match((await selectBackend('auto', files)).reason!, /in use elsewhere/)
  })

  test('a GPU is asked for subgroups where it has them and they are allowed', async () => {
    const asked: unknown[] = []
    const adapterWith = (...features: string[]) => ({
      info: { vendor: 'nvidia', architecture: 'hopper', device: '', description: '' },
      features: new Set(features),
      limits: {},
      requestDevice: ({ requiredFeatures }: GPUDeviceDescriptor) => {
        asked.push(requiredFeatures)
        return Promise.reject(new Error('The device is in use elsewhere.'))
      },
    })
    for (const [adapter, options] of [
      [adapterWith('subgroups', 'timestamp-query'), undefined],
      [adapterWith('subgroups', 'timestamp-query'), { subgroups: false }],
      [adapterWith('subgroups', 'timestamp-query'), { subgroups: true }],
      [adapterWith('timestamp-query'), { subgroups: true }],
    ] as const) {
      pretendGpu({ requestAdapter: () => Promise.resolve(adapter) })
      await selectBackend('auto', files, options)
    }
    const plain = ['timestamp-query']
    assert.deepEqual(asked, [plain, plain, [...plain, 'subgroups'], plain])
  })

  test('plain JavaScript where it is asked for, and back', async () => {
    assert.equal((await selectBackend('cpu', files)).backend, 'cpu')
    assert.equal(tf.getBackend(), 'cpu')
    assert.equal((await selectBackend('wasm', files)).backend, 'wasm')
    assert.equal(tf.getBackend(), 'wasm')
  })

  test('tensors move along', async () => {
    await selectBackend('cpu', files)
    const x = tf.tensor1d([1, 2, 3])
    await selectBackend('wasm', files)
    assert.deepEqual(take(x.square()), [1, 4, 9])
    x.dispose()
  })
})

test('software adapters are known by what they say of themselves', () => {
  const adapter = (info: Partial<GPUAdapterInfo>) => ({ info: info as GPUAdapterInfo })
  for (const description of [
    'llvmpipe (LLVM 15.0)',
    'Lavapipe',
    'Microsoft Basic Render Driver',
    'SwiftShader Device',
  ])
    assert.ok(isSoftware(adapter({ description })), description)
  assert.ok(isSoftware(adapter({ isFallbackAdapter: true })))
  assert.ok(isSoftware({ ...adapter({}), isFallbackAdapter: true } as never))
  for (const description of ['NVIDIA H200', 'Apple M2', 'Intel(R) Iris(R) Xe Graphics'])
    assert.ok(!isSoftware(adapter({ description })), description)
})

describe('products on WASM', () => {
  test('agree with plain loops, transposed and not, in batches and broadcast', async () => {
    await selectBackend('wasm', files)
    const cases: readonly [number[], number[], boolean, boolean][] = [
      [[3, 4], [4, 5], false, false],
      [[4, 3], [4, 5], true, false],
      [[3, 4], [5, 4], false, true],
      [[4, 3], [5, 4], true, true],
      [[2, 3, 4], [2, 5, 4], false, true],
      [[2, 4, 3], [1, 4, 5], true, false],
      [[2, 3, 4, 3], [1, 1, 5, 4], true, true],
    ]
    for (const [a, b, transposeA, transposeB] of cases) {
      const values = (shape: number[], k: number) =>
        tf.tensor(
          Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(k * i + 1)),
          shape,
        )
      const product = () => {
        const result = tf.tidy(() => tf.matMul(values(a, 0.7), values(b, 1.3), transposeA, transposeB))
        return [result.shape, take(result)] as const
      }
      await selectBackend('cpu', files)
      const [shape, expected] = product()
      await selectBackend('wasm', files)
      const before = tf.memory().numDataBuffers
      const [actualShape, actual] = product()
      assert.equal(tf.memory().numDataBuffers, before)
      assert.deepEqual(actualShape, shape)
      for (const [i, x] of expected.entries()) assert.ok(Math.abs(actual[i]! - x) < 1e-5)
    }
  })
})

describe('what cannot be had', () => {
  test('a missing or damaged WASM file is named', async () => {
    const wasm = tf.engine().registry['wasm']
    assert.ok(wasm, 'the tests before have started WASM')
    tf.removeBackend('wasm')
    await assert.rejects(
      selectBackend('wasm', { wasm: {} }),
      /tfjs-backend-wasm-simd.wasm was not given.*'auto' or 'cpu'/,
    )
    const damaged = { 'tfjs-backend-wasm-simd.wasm': Uint8Array.of(1, 2, 3) }
    await assert.rejects(selectBackend('wasm', { wasm: damaged }), /tfjs-backend-wasm-simd.wasm is damaged/)
    const { backend, reason } = await selectBackend('auto', { wasm: damaged })
    assert.equal(backend, 'cpu')
    assert.match(reason!, /no WebGPU. The file .* is damaged/)
  })
})

test('listeners can be taken back, and mending twice changes nothing', () => {
  const stop = onDeviceLost(() => assert.fail('nothing was lost'))
  stop()
  correctSecondDerivatives()
  correctSecondDerivatives()
  const second = tf.grad((x) =>
    tf
      .grad((x) => x.tanh().sum())(x)
      .sum(),
  )
  const y = Math.tanh(0.4)
  assert.ok(Math.abs(take(second(tf.tensor1d([0.4])))[0]! + 2 * y * (1 - y * y)) < 1e-6)
})
