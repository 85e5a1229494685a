/** Both builds of our WebAssembly kernels, and the random tensors that they are tried on. */
import { after, before, describe } from 'node:test'
import assert from 'node:assert/strict'
import type * as tf from '@tensorflow/tfjs'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { accelerateWasm, type WasmBuild } from '../../../src/tensor/wasm'
import { files } from '../backends'

/** Declares the tests of `declare` for each build; leaves plain JavaScript in use. */
export function onBuilds(what: string, declare: (build: WasmBuild) => void): void {
  for (const build of ['relaxed', 'plain'] as const)
    describe(`${what}, ${build} SIMD`, () => {
      before(async () => {
        await selectBackend('wasm', files)
        await accelerateWasm(build)
      })
      declare(build)
      after(async () => {
        await accelerateWasm()
        await selectBackend('cpu', files)
      })
    })
}

const stream = new RandomStream(11, 'kernels')

/** Standard normal numbers, rounded to single precision. */
export function randoms(shape: readonly number[]): Float32Array {
  return Float32Array.from(stream.normal(shape.reduce((product, size) => product * size, 1)))
}

/** Values and shape of a tensor, which is disposed of. */
export function read(tensor: tf.Tensor): { readonly shape: number[]; readonly values: Float32Array } {
  const values = tensor.dataSync()
  tensor.dispose()
  return { shape: tensor.shape, values: values as Float32Array }
}

/**
 * That every number is within `tolerance` of the expected one, relative to `scale`, or to the largest expected.
 */
export function assertNear(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  scale = 0,
): void {
  assert.equal(actual.length, expected.length)
  let size = scale
  if (!scale) for (let i = 0; i < expected.length; i++) size = Math.max(size, Math.abs(expected[i]!))
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!)
    if (!(error <= tolerance * size))
      assert.fail(`number ${i} is ${actual[i]}, expected ${expected[i]}: off by ${error / size} of ${size}`)
  }
}
