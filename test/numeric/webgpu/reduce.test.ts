import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { onWebGpuDevice, read } from './device'
import { assertNear, randoms } from './exact'

const CASES: readonly (readonly [shape: readonly number[], axes: readonly number[]])[] = [
  [[1], [0]],
  [[1009], [0]],
  [[3, 67], [1]],
  [[67, 3], [0]],
  [[131, 2], [0]],
  [[2, 3, 5, 7], [1]],
  [
    [2, 3, 5, 7],
    [0, 2],
  ],
  [
    [2, 3, 5, 7],
    [1, 3],
  ],
  [
    [2, 130, 1, 70],
    [1, 3],
  ],
  [
    [2, 3, 5, 7],
    [0, 1, 2, 3],
  ],
  [[2, 1, 3], [1]],
  [[33_000, 2], [1]],
]

/** Of each number of the result, those that it is made of. */
function gathered(x: Float32Array, shape: readonly number[], axes: readonly number[]): number[][] {
  const out: number[][] = []
  x.forEach((value, i) => {
    let [rest, at, size] = [i, 0, 1]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const place = rest % shape[axis]!
      rest = Math.floor(rest / shape[axis]!)
      if (axes.includes(axis)) continue
      at += place * size
      size *= shape[axis]!
    }
    ;(out[at] ??= []).push(value)
  })
  return out
}

onWebGpuDevice('reductions', () => {
  test('sums, means, largest and smallest along any axes', async () => {
    for (const [shape, axes] of CASES)
      for (const keep of [false, true]) {
        const x = randoms(shape)
        const all = gathered(x, shape, axes)
        const tensor = tf.tensor(x, [...shape])
        const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0)
        for (const [op, f] of [
          [tf.sum, total],
          [tf.mean, (values: number[]) => total(values) / values.length],
          [tf.max, (values: number[]) => Math.max(...values)],
          [tf.min, (values: number[]) => Math.min(...values)],
        ] as const) {
          const made = await read(op(tensor, [...axes], keep))
          const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
          assert.deepEqual(made.shape, keep ? kept : shape.filter((_, axis) => !axes.includes(axis)))
          assertNear(made.values, all.map(f), 1e-6, `${op.name} of ${shape.join()} along ${axes.join()}`)
        }
        tensor.dispose()
      }
  })

  test('gradients of sums and means', async () => {
    const d = randoms([3, 1, 7])
    for (const [f, factor] of [
      [tf.sum, 1],
      [tf.mean, 1 / 5],
    ] as const) {
      const gradient = tf.tidy(() =>
        tf.grad((x: tf.Tensor) =>
          f(x, [1], true)
            .mul(tf.tensor(d, [3, 1, 7]))
            .sum(),
        )(tf.ones([3, 5, 7])),
      )
      const { shape, values } = await read(gradient)
      assert.deepEqual(shape, [3, 5, 7])
      assertNear(
        values,
        values.map((_, i) => factor * d[7 * Math.floor(i / 35) + (i % 7)]!),
        1e-6,
      )
    }
  })

  test('of all axes where none is named, of no axes, of whole numbers and of nothing', async () => {
    assert.deepEqual(
      [
        ...(
          await read(
            tf.sum(
              tf.tensor2d([
                [1, 2],
                [3, 4],
              ]),
            ),
          )
        ).values,
      ],
      [10],
    )
    assert.deepEqual([...(await read(tf.sum(tf.tensor1d([1, 2]), []))).values], [1, 2])
    assert.deepEqual(
      [
        ...(
          await read(
            tf.sum(
              tf.tensor2d(
                [
                  [1, 2],
                  [3, 4],
                ],
                [2, 2],
                'int32',
              ),
              0,
            ),
          )
        ).values,
      ],
      [4, 6],
    )
    assert.deepEqual((await read(tf.sum(tf.zeros([3, 0]), 0))).shape, [0])
    assert.deepEqual([...(await read(tf.sum(tf.zeros([2, 0]), 1))).values], [0, 0])
    assert.deepEqual([...(await read(tf.max(tf.zeros([0])))).values], [-Infinity])
  })
})
