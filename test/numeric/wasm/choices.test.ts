import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { assertNear, onBuilds, randoms, read } from './builds'

const COMPARISONS = [
  [tf.greater, (a: number, b: number) => a > b],
  [tf.greaterEqual, (a: number, b: number) => a >= b],
  [tf.less, (a: number, b: number) => a < b],
  [tf.lessEqual, (a: number, b: number) => a <= b],
  [tf.equal, (a: number, b: number) => a === b],
  [tf.notEqual, (a: number, b: number) => a !== b],
] as const

/** Few different numbers, so that some are equal, and what is not a number. */
const coarse = (shape: readonly number[]): Float32Array =>
  randoms(shape).map((x) => (Math.abs(x) > 2 ? NaN : Math.round(2 * x)))

onBuilds('choices', () => {
  test('comparisons, with each repeated along the other', () => {
    for (const [rows, columns] of [
      [1, 1],
      [5, 3],
      [7, 37],
      [0, 4],
    ] as const)
      for (const [compare, exact] of COMPARISONS) {
        const [a, b, row, column] = [
          coarse([rows, columns]),
          coarse([rows, columns]),
          coarse([columns]),
          coarse([rows, 1]),
        ]
        const of = (y: tf.TensorLike, shape: number[]) => {
          const result = tf.tidy(() => compare(tf.tensor2d(a, [rows, columns]), tf.tensor(y, shape)))
          assert.equal(result.dtype, 'bool')
          return [...read(result).values]
        }
        const expected = (f: (i: number) => number) => Array.from(a, (x, i) => +exact(x, f(i)))
        assert.deepEqual(
          of(b, [rows, columns]),
          expected((i) => b[i]!),
        )
        assert.deepEqual(
          of(row, [columns]),
          expected((i) => row[i % columns]!),
        )
        assert.deepEqual(
          of(column, [rows, 1]),
          expected((i) => column[Math.floor(i / columns)]!),
        )
        assert.deepEqual(
          of([0.5], []),
          expected(() => 0.5),
        )
        const reversed = tf.tidy(() => compare(tf.scalar(0.5), tf.tensor2d(a, [rows, columns])))
        assert.deepEqual(
          [...read(reversed).values],
          Array.from(a, (x) => +exact(0.5, x)),
        )
      }
  })

  test('where, of numbers and of whole numbers', () => {
    for (const shape of [[], [1], [7, 5], [4, 19]]) {
      const [t, e, c] = [randoms(shape), randoms(shape), randoms(shape)]
      const ours = (dtype: 'float32' | 'int32') =>
        read(
          tf.tidy(() => {
            const [x, y] = [t, e].map((values) => tf.cast(tf.tensor(values, shape), dtype))
            return tf.where(tf.greater(tf.tensor(c, shape), 0), x!, y!)
          }),
        ).values
      assert.deepEqual(
        ours('float32'),
        t.map((x, i) => (c[i]! > 0 ? x : e[i]!)),
      )
      assert.deepEqual(
        [...ours('int32')],
        Array.from(t, (x, i) => Math.trunc(c[i]! > 0 ? x : e[i]!) + 0),
      )
    }
  })

  test('rows by their index, along any axis', () => {
    for (const shape of [[5], [4, 3], [3, 4, 20]])
      for (const axis of shape.keys()) {
        const x = randoms(shape)
        const size = shape[axis]!
        const indices = [size - 1, 0, 0, Math.floor(size / 2), 1]
        const { shape: outShape, values } = read(
          tf.tidy(() => tf.gather(tf.tensor(x, shape), tf.tensor1d(indices, 'int32'), axis)),
        )
        assert.deepEqual(outShape, shape.with(axis, indices.length))
        const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1)
        for (const [i, value] of values.entries()) {
          const [o, j, k] = [
            Math.floor(i / inner / indices.length),
            Math.floor(i / inner) % indices.length,
            i % inner,
          ]
          assert.equal(value, x[(o * size + indices[j]!) * inner + k])
        }
      }
    const square = tf.tidy(() =>
      tf.gather(
        tf.tensor1d([5, 6, 7]),
        tf.tensor2d(
          [
            [0, 2],
            [1, 1],
          ],
          [2, 2],
          'int32',
        ),
      ),
    )
    assert.deepEqual(square.shape, [2, 2])
    assert.deepEqual([...read(square).values], [5, 7, 6, 6])
    assert.throws(
      () => tf.tidy(() => tf.gather(tf.tensor1d([1, 2]), tf.tensor1d([2], 'int32'))),
      /index value 2 is not in \[0, 1\]/,
    )
    assert.throws(
      () => tf.tidy(() => tf.gather(tf.tensor1d([1, 2]), tf.tensor1d([-1], 'int32'))),
      /index value -1/,
    )
  })

  test('one-hot rows, of every type', () => {
    const indices = [2, 0, -1, 3, 2]
    for (const dtype of ['float32', 'int32', 'bool'] as const) {
      const rows = tf.tidy(() => tf.oneHot(tf.tensor1d(indices, 'int32'), 3, 1, 0, dtype))
      assert.equal(rows.dtype, dtype)
      assert.deepEqual(rows.shape, [5, 3])
      // An index that is outside has a row of nothing.
      assert.deepEqual([...read(rows).values], [0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    }
    const other = tf.tidy(() => tf.oneHot(tf.tensor2d([[1, 0]], [1, 2], 'int32'), 2, 0.5, -1.5, 'float32'))
    assert.deepEqual(other.shape, [1, 2, 2])
    assert.deepEqual([...read(other).values], [-1.5, 0.5, 0.5, -1.5])
    assert.deepEqual(read(tf.tidy(() => tf.oneHot(tf.tensor1d([], 'int32'), 3))).shape, [0, 3])
  })

  test('powers', () => {
    const x = randoms([103])
    for (const n of [1, 2, 3, 4, 5, 7, 8, 13, 16])
      assertNear(
        read(tf.tidy(() => tf.pow(tf.tensor1d(x), n))).values,
        x.map((z) => z ** n),
        1e-6,
      )
    // What is left to TensorFlow.js: other exponents, and one for each number.
    const positive = x.map(Math.abs)
    assertNear(read(tf.tidy(() => tf.pow(tf.tensor1d(positive), 0.5))).values, positive.map(Math.sqrt), 1e-6)
    assertNear(
      read(tf.tidy(() => tf.pow(tf.tensor1d(positive), -2))).values,
      positive.map((z) => z ** -2),
      1e-6,
    )
    assertNear(read(tf.tidy(() => tf.pow(tf.tensor1d([2, 3]), tf.tensor1d([3, 2])))).values, [8, 9], 1e-6)
    const slope = read(tf.tidy(() => tf.grad((z: tf.Tensor) => tf.sum(tf.pow(z, 3)))(tf.tensor1d(x)))).values
    assertNear(
      slope,
      x.map((z) => 3 * z * z),
      1e-6,
    )
  })

  test('stacks, and what they come apart into again', () => {
    for (const shape of [[], [3], [4, 5], [2, 0]])
      for (let axis = -shape.length - 1; axis <= shape.length; axis++) {
        const parts = [randoms(shape), randoms(shape), randoms(shape)]
        const stack = tf.tidy(() =>
          tf.stack(
            parts.map((part) => tf.tensor(part, shape)),
            axis,
          ),
        )
        const place = axis < 0 ? axis + shape.length + 1 : axis
        assert.deepEqual(stack.shape, shape.toSpliced(place, 0, 3))
        const back = tf.unstack(stack, axis)
        for (const [i, part] of back.entries()) {
          assert.deepEqual(part.shape, shape)
          assert.deepEqual(read(part).values, parts[i])
        }
        stack.dispose()
      }
    assert.throws(() => tf.stack([tf.zeros([2]), tf.zeros([3])]), /matching shapes/)
  })
})
