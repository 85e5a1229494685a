/** Random numbers, and how far results may be from what double precision gives. */
import assert from 'node:assert/strict'
import { RandomStream } from '../../../src/tensor'

const stream = new RandomStream(12, 'webgpu kernels')

/** Standard normal numbers, rounded to single precision. */
export function randoms(shape: readonly number[]): Float32Array {
  return Float32Array.from(stream.normal(shape.reduce((product, size) => product * size, 1)))
}

/** That every number is within `tolerance` of the expected one, relative to the largest expected. */
export function assertNear(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = '',
): void {
  assert.equal(actual.length, expected.length, what)
  let size = 1e-30
  for (let i = 0; i < expected.length; i++) size = Math.max(size, Math.abs(expected[i]!))
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!)
    if (!(error <= tolerance * size))
      assert.fail(
        `${what}: number ${i} is ${actual[i]}, expected ${expected[i]}: off by ${error / size} of ${size}`,
      )
  }
}
