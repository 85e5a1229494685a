import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { onBuilds, randoms, read } from './builds'

/** Places of `shape` in order, as indices. */
function* places(shape: readonly number[]): Generator<number[]> {
  const size = shape.reduce((a, b) => a * b, 1)
  for (let i = 0; i < size; i++) {
    let rest = i
    yield shape.map((_, axis) => {
      const after = shape.slice(axis + 1).reduce((a, b) => a * b, 1)
      const at = Math.floor(rest / after)
      rest -= at * after
      return at
    })
  }
}

function at(x: ArrayLike<number>, shape: readonly number[], index: readonly number[]): number {
  return x[index.reduce((place, i, axis) => place * shape[axis]! + i, 0)]!
}

const SHAPES = [
  [],
  [1],
  [5],
  [3, 7],
  [8, 12],
  [33, 17],
  [2, 3, 5],
  [4, 1, 6],
  [2, 3, 4, 5],
  [2, 1, 3, 2, 4],
  [0, 3],
]

function permutations(n: number): number[][] {
  if (n === 0) return [[]]
  return permutations(n - 1).flatMap((order) =>
    Array.from({ length: n }, (_, i) => order.toSpliced(i, 0, n - 1)),
  )
}

onBuilds('copies', () => {
  test('transposes in every order of the axes', () => {
    for (const shape of SHAPES)
      for (const order of permutations(shape.length).slice(0, 30)) {
        const x = randoms(shape)
        const { shape: outShape, values } = read(tf.tidy(() => tf.transpose(tf.tensor(x, shape), order)))
        assert.deepEqual(
          outShape,
          order.map((axis) => shape[axis]),
        )
        let i = 0
        for (const index of places(outShape)) {
          const from = new Array<number>(shape.length)
          for (const [k, axis] of order.entries()) from[axis] = index[k]!
          assert.equal(values[i++], at(x, shape, from))
        }
      }
  })

  test('tiles', () => {
    for (const shape of SHAPES.slice(1))
      for (const reps of [
        shape.map(() => 2),
        shape.map((_, axis) => (axis === 0 ? 3 : 1)),
        shape.map((_, axis) => axis),
      ]) {
        const x = randoms(shape)
        const { shape: outShape, values } = read(tf.tidy(() => tf.tile(tf.tensor(x, shape), reps)))
        assert.deepEqual(
          outShape,
          shape.map((size, axis) => size * reps[axis]!),
        )
        let i = 0
        for (const index of places(outShape))
          assert.equal(
            values[i++],
            at(
              x,
              shape,
              index.map((k, axis) => k % shape[axis]!),
            ),
          )
      }
  })

  test('slices, and splits that join again', () => {
    for (const shape of SHAPES.slice(1)) {
      const x = randoms(shape)
      const begin = shape.map((size) => (size > 2 ? 1 : 0))
      const size = shape.map((n, axis) => Math.max(n - begin[axis]! - (n > 3 ? 1 : 0), 0))
      const part = read(tf.tidy(() => tf.slice(tf.tensor(x, shape), begin, size)))
      assert.deepEqual(part.shape, size)
      let i = 0
      for (const index of places(size))
        assert.equal(
          part.values[i++],
          at(
            x,
            shape,
            index.map((k, axis) => k + begin[axis]!),
          ),
        )
      for (const [axis, n] of shape.entries()) {
        const sizes = n > 2 ? [1, n - 2, 1] : [n]
        const whole = tf.tidy(() => tf.concat(tf.split(tf.tensor(x, shape), sizes, axis), axis))
        assert.deepEqual(whole.shape, shape)
        assert.deepEqual(read(whole).values, x)
      }
    }
    assert.throws(() => tf.slice(tf.zeros([3]), 2, 2), /begin\[0\] \+ size\[0\]/)
    assert.deepEqual([...read(tf.tidy(() => tf.slice(tf.tensor1d([1, 2, 3], 'int32'), 1))).values], [2, 3])
    assert.deepEqual([...read(tf.tidy(() => tf.slice(tf.tensor1d([true, false], 'bool'), 1))).values], [0])
  })

  test('concatenation of different lengths, of nothing among them', () => {
    const parts = [randoms([4, 1]), randoms([4, 0]), randoms([4, 21]), randoms([4, 2])]
    const widths = [1, 0, 21, 2]
    const { shape, values } = read(
      tf.tidy(() =>
        tf.concat(
          parts.map((part, i) => tf.tensor2d(part, [4, widths[i]!])),
          1,
        ),
      ),
    )
    assert.deepEqual(shape, [4, 24])
    const expected = [0, 1, 2, 3].flatMap((row) =>
      parts.flatMap((part, i) => [...part.subarray(row * widths[i]!, (row + 1) * widths[i]!)]),
    )
    assert.deepEqual([...values], expected)
    assert.equal(
      tf.tidy(() => tf.concat([tf.tensor1d([1], 'int32'), tf.tensor1d([2], 'int32')]).dtype),
      'int32',
    )
  })

  test('a clone is the same memory, and outlives what it was cloned from', () => {
    const heap = tf.memory().numDataBuffers
    const x = tf.tensor1d([1, 2, 3])
    const y = x.clone()
    const z = tf.cast(y, 'float32')
    assert.equal(tf.memory().numDataBuffers, heap + 1)
    x.dispose()
    tf.fill([3], 7).dispose()
    assert.deepEqual([...y.dataSync()], [1, 2, 3])
    y.dispose()
    assert.deepEqual([...z.dataSync()], [1, 2, 3])
    z.dispose()
    assert.equal(tf.memory().numDataBuffers, heap)
  })

  test('assigning a variable leaves its clone as it was', () => {
    tf.tidy(() => {
      const v = tf.variable(tf.tensor1d([1, 2]))
      const before = v.clone()
      v.assign(tf.tensor1d([3, 4]))
      assert.deepEqual([...before.dataSync()], [1, 2])
      assert.deepEqual([...v.dataSync()], [3, 4])
      v.dispose()
    })
  })
})
