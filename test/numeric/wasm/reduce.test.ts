import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { assertNear, onBuilds, randoms, read } from './builds'

/** Sums in double precision along axes, and how many numbers each is of. */
function sums(x: Float32Array, shape: readonly number[], axes: readonly number[]): Float64Array {
  const kept = shape.filter((_, axis) => !axes.includes(axis))
  const out = new Float64Array(kept.reduce((a, b) => a * b, 1))
  for (const [i, value] of x.entries()) {
    let rest = i
    let place = 0
    let stride = 1
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const at = rest % shape[axis]!
      rest = (rest - at) / shape[axis]!
      if (axes.includes(axis)) continue
      place += at * stride
      stride *= shape[axis]!
    }
    out[place]! += value
  }
  return out
}

const CASES: readonly (readonly [shape: readonly number[], axes: readonly number[]])[] = [
  [[], []],
  [[1], [0]],
  [[13], [0]],
  [[7, 11], [0]],
  [[7, 11], [1]],
  [
    [7, 11],
    [0, 1],
  ],
  [[521, 18], [0]],
  [[3, 5, 9], [1]],
  [
    [3, 5, 9],
    [0, 2],
  ],
  [
    [3, 5, 9],
    [0, 1],
  ],
  [[3, 5, 9], [-1]],
  [[3, 5, 9], []],
  [
    [2, 3, 4, 5, 6],
    [0, 2, 4],
  ],
  [
    [2, 3, 4, 5, 6],
    [1, 3],
  ],
  [[4, 1, 6], [1]],
]

onBuilds('sums and means', () => {
  test('along any axes', () => {
    for (const [shape, axes] of CASES) {
      const x = randoms(shape)
      const positive = axes.map((axis) => (axis < 0 ? axis + shape.length : axis))
      const expected = sums(x, shape, positive)
      const kept = shape.filter((_, axis) => !positive.includes(axis))
      const count = x.length / expected.length
      for (const keepDims of [false, true]) {
        const t = tf.tensor(x, [...shape])
        const sum = tf.sum(t, [...axes], keepDims)
        const mean = tf.mean(t, [...axes], keepDims)
        t.dispose()
        const outShape = keepDims ? shape.map((size, axis) => (positive.includes(axis) ? 1 : size)) : kept
        assert.deepEqual(sum.shape, outShape)
        assert.deepEqual(mean.shape, outShape)
        assertNear(read(sum).values, expected, 1e-6, Math.sqrt(count) * 3)
        assertNear(
          read(mean).values,
          expected.map((s) => s / count),
          1e-6,
          3,
        )
      }
    }
  })

  test('of a million equal numbers lose no digits', () => {
    const value = Math.fround(0.1)
    // No more than 64 are added up one after another, each with an error of half a unit in the last place at most.
    for (const shape of [[1_000_000], [100_000, 10]]) {
      const { values } = read(tf.tidy(() => tf.sum(tf.fill(shape, 0.1), 0)))
      for (const sum of values) assert.ok(Math.abs(sum / (value * shape[0]!) - 1) < 64 * 2 ** -24, `${sum}`)
    }
  })

  test('of nothing are zero, and their means no number', () => {
    assert.deepEqual([...read(tf.sum(tf.zeros([0, 3]), 0)).values], [0, 0, 0])
    assert.deepEqual([...read(tf.sum(tf.zeros([0, 9]), 0)).values], new Array(9).fill(0))
    assert.deepEqual(read(tf.sum(tf.zeros([0, 3]), 1)).shape, [0])
    assert.deepEqual([...read(tf.mean(tf.zeros([0, 3]), 0)).values], [NaN, NaN, NaN])
  })

  test('of whole numbers and of truths are whole', () => {
    const whole = tf.tidy(() => tf.sum(tf.tensor1d([1, 2, 3], 'int32')))
    assert.equal(whole.dtype, 'int32')
    assert.equal(read(whole).values[0], 6)
    assert.equal(read(tf.tidy(() => tf.sum(tf.tensor1d([true, false, true], 'bool')))).values[0], 2)
  })
})
