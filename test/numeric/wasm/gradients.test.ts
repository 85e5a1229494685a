import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { assertNear, onBuilds, randoms, read } from './builds'

const shapesOf = (...shapes: readonly (readonly number[])[]) => shapes

/** Slopes of a function of two numbers, in the first and in the second. */
const OPERATIONS: Readonly<
  Record<
    string,
    readonly [
      f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
      inA: (a: number, b: number) => number,
      inB: (a: number, b: number) => number,
    ]
  >
> = {
  add: [tf.add, () => 1, () => 1],
  sub: [tf.sub, () => 1, () => -1],
  mul: [tf.mul, (_, b) => b, (a) => a],
  div: [tf.div, (_, b) => 1 / b, (a, b) => -a / b ** 2],
  maximum: [tf.maximum, (a, b) => +(a > b), (a, b) => +(b > a)],
  minimum: [tf.minimum, (a, b) => +(a < b), (a, b) => +(b < a)],
  squaredDifference: [tf.squaredDifference, (a, b) => 2 * (a - b), (a, b) => 2 * (b - a)],
}

/** Of two tensors, the second repeated along the first: one number, primes, an inner axis, nothing. */
const PAIRS = [
  shapesOf([1], [1]),
  shapesOf([7, 13], [7, 13]),
  shapesOf([7, 13], [13]),
  shapesOf([7, 13], [7, 1]),
  shapesOf([2, 3, 5], [1, 3, 1]),
  shapesOf([3, 11], []),
  shapesOf([0, 3], [3]),
]

/** For each number of a tensor of shape `out`, the number of a tensor of shape `shape` that is repeated to it. */
function repeated(shape: readonly number[], out: readonly number[]): Int32Array {
  const count = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1)
  const padded = [...new Array<number>(out.length - shape.length).fill(1), ...shape]
  return Int32Array.from({ length: count(out) }, (_, i) =>
    padded.reduce((place, size, axis) => {
      const at = Math.floor(i / count(out.slice(axis + 1))) % out[axis]!
      return place * size + (size === 1 ? 0 : at)
    }, 0),
  )
}

/** Functions that only copy numbers, of a tensor of the shape beside them. */
const COPIES: Readonly<Record<string, readonly [shape: readonly number[], f: (x: tf.Tensor) => tf.Tensor]>> =
  {
    'a transposition': [[3, 5, 7], (x) => tf.transpose(x, [2, 0, 1])],
    'a transposition of a matrix': [[33, 17], (x) => tf.transpose(x)],
    repetitions: [[5, 1, 3], (x) => tf.tile(x, [2, 7, 3])],
    'a part': [[5, 7, 6], (x) => tf.slice(x, [1, 2, 3], [3, 4, 2])],
    'parts joined in another order': [[4, 13], (x) => tf.concat(tf.split(x, [1, 5, 7], 1).reverse(), 1)],
    'parts of a new axis': [[5, 3], (x) => tf.stack([x, x, x], 1)],
    'rows of a matrix, put together again': [[5, 3], (x) => tf.stack(tf.unstack(x, 0).reverse(), 1)],
    'rows by their index': [[7, 21], (x) => tf.gather(x, tf.tensor1d([6, 0, 0, 2, 6], 'int32'))],
    'columns by their index': [[3, 7], (x) => tf.gather(x, tf.tensor1d([6, 0, 0], 'int32'), 1)],
    'one number': [[1, 1], (x) => tf.transpose(x)],
    'rows by no index at all': [[5, 3], (x) => tf.gather(x, tf.tensor1d([], 'int32'))],
    nothing: [[0, 3], (x) => tf.concat([x, tf.transpose(x, [0, 1])], 1)],
  }

onBuilds('gradients', () => {
  for (const [name, [f, inA, inB]] of Object.entries(OPERATIONS))
    test(`of ${name} in both tensors, summed along what was repeated`, () => {
      for (const [shapeA, shapeB] of PAIRS as [number[], number[]][]) {
        // Numbers that nothing is divided by or compared with too closely.
        const [a, b, d] = [randoms(shapeA), randoms(shapeB).map((x) => x + Math.sign(x)), randoms(shapeA)]
        const at = repeated(shapeB, shapeA)
        const [da, db] = [new Float64Array(a.length), new Float64Array(b.length)]
        for (const [i, j] of at.entries()) {
          da[i]! += d[i]! * inA(a[i]!, b[j]!)
          db[j]! += d[i]! * inB(a[i]!, b[j]!)
        }
        const ours = tf.tidy(() =>
          tf.grads((x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.mul(f(x, y), tf.tensor(d, shapeA))))([
            tf.tensor(a, shapeA),
            tf.tensor(b, shapeB),
          ]),
        )
        for (const [i, expected] of [da, db].entries()) {
          const { shape, values } = read(ours[i]!)
          assert.deepEqual(shape, i === 0 ? shapeA : shapeB)
          // Of sums of at most 91 numbers, relative to the largest or to their terms.
          assertNear(values, expected, 1e-5, Math.max(1, ...expected.map(Math.abs)))
        }
      }
    })

  for (const [name, [shape, f]] of Object.entries(COPIES))
    test(`of ${name}: each number gets what its copies get`, () => {
      const size = shape.reduce((a, b) => a * b, 1)
      // Which number stands where, in numbers that single precision writes exactly.
      const places = read(tf.tidy(() => f(tf.reshape(tf.range(0, size), [...shape]))))
      const d = randoms(places.shape)
      const expected = new Float64Array(size)
      for (const [i, place] of places.values.entries()) expected[place]! += d[i]!
      const ours = tf.tidy(() =>
        tf.grad((x: tf.Tensor) => tf.sum(tf.mul(f(x), tf.tensor(d, places.shape))))(tf.ones([...shape])),
      )
      assertNear(read(ours).values, expected, 1e-6, 10)
    })

  test('of sums and means along any axes, and of a choice', () => {
    for (const [shape, axes] of [
      [[7, 13], [0]],
      [[7, 13], [1]],
      [
        [2, 3, 5, 7],
        [0, 2],
      ],
      [[1, 1], [1]],
      [[0, 3], [0]],
    ] as [number[], number[]][]) {
      const x = tf.tensor(randoms(shape), shape)
      const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
      const d = randoms(kept)
      const at = repeated(kept, shape)
      const count = x.size / d.length
      for (const [f, factor] of [
        [tf.sum, 1],
        [tf.mean, 1 / count],
      ] as const) {
        const ours = tf.tidy(() =>
          tf.grad((z: tf.Tensor) => tf.sum(tf.mul(f(z, axes, true), tf.tensor(d, kept))))(x),
        )
        assertNear(
          read(ours).values,
          Float64Array.from(at, (j) => factor * d[j]!),
          1e-6,
          1,
        )
      }
      x.dispose()
    }
    const [c, a, b, d] = [randoms([67]), randoms([67]), randoms([67]), randoms([67])]
    const [da, db] = tf.tidy(() =>
      tf.grads((x: tf.Tensor, y: tf.Tensor) =>
        tf.sum(tf.mul(tf.where(tf.greater(tf.tensor1d(c), 0), x, y), tf.tensor1d(d))),
      )([tf.tensor1d(a), tf.tensor1d(b)]),
    )
    assertNear(
      read(da!).values,
      d.map((x, i) => (c[i]! > 0 ? x : 0)),
      0,
    )
    assertNear(
      read(db!).values,
      d.map((x, i) => (c[i]! > 0 ? 0 : x)),
      0,
    )
  })

  test('rows with an index that is outside count for nothing', () => {
    const sum = tf.tidy(() =>
      tf.unsortedSegmentSum(
        tf.tensor2d(
          Array.from({ length: 20 }, (_, i) => i),
          [4, 5],
        ),
        tf.tensor1d([1, -1, 1, 3], 'int32'),
        3,
      ),
    )
    assert.deepEqual(sum.shape, [3, 5])
    assert.deepEqual([...read(sum).values], [0, 0, 0, 0, 0, 10, 12, 14, 16, 18, 0, 0, 0, 0, 0])
  })
})
