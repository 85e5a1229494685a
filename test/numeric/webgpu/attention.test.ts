import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { attention } from '../../../src/tensor/attention'
import { onWebGpuDevice, read } from './device'
import { assertNear, randoms } from './exact'

/** Batch, queries, keys, depth, width: ones, primes, and more than a workgroup has threads. */
const CASES = [
  [1, 1, 1, 1, 1],
  [2, 3, 5, 7, 2],
  [1, 2, 131, 3, 5],
  [1, 131, 2, 5, 3],
  [2, 2, 3, 5, 133],
] as const

/** y and the gradients of Σ d · y in double precision, by the formulas of the source. */
function exact(
  [q, k, v, d]: readonly Float32Array[],
  [batch, queries, keys, depth, width]: readonly [number, number, number, number, number],
) {
  const scale = 1 / Math.sqrt(depth)
  const [y, dq, dk, dv] = [d!, q!, k!, v!].map(({ length }) => new Float64Array(length))
  for (let b = 0; b < batch; b++)
    for (let i = b * queries; i < (b + 1) * queries; i++) {
      const js = Array.from({ length: keys }, (_, j) => b * keys + j)
      const dot = (x: Float32Array, at: number, z: Float32Array, and: number, count: number) => {
        let sum = 0
        for (let c = 0; c < count; c++) sum += x[at * count + c]! * z[and * count + c]!
        return sum
      }
      const e = js.map((j) => Math.exp(scale * dot(q!, i, k!, j, depth)))
      const sum = e.reduce((a, b) => a + b, 0)
      const p = e.map((value) => value / sum)
      const dp = js.map((j) => dot(d!, i, v!, j, width))
      const mean = p.reduce((total, value, j) => total + value * dp[j]!, 0)
      for (const [at, j] of js.entries()) {
        const ds = p[at]! * (dp[at]! - mean) * scale
        for (let c = 0; c < width; c++) {
          y![i * width + c]! += p[at]! * v![j * width + c]!
          dv![j * width + c]! += p[at]! * d![i * width + c]!
        }
        for (let c = 0; c < depth; c++) {
          dq![i * depth + c]! += ds * k![j * depth + c]!
          dk![j * depth + c]! += ds * q![i * depth + c]!
        }
      }
    }
  return [y!, dq!, dk!, dv!] as const
}

onWebGpuDevice('attention', () => {
  test('values and gradients', async () => {
    for (const sizes of CASES) {
      const [batch, queries, keys, depth, width] = sizes
      const shapes = [
        [batch, queries, depth],
        [batch, keys, depth],
        [batch, keys, width],
      ] as [number, number, number][]
      const inputs = shapes.map(randoms)
      const d = randoms([batch, queries, width])
      const [y, ...expected] = exact([...inputs, d], sizes)
      const tensors = inputs.map((values, i) => tf.tensor3d(values, shapes[i]))
      const made = await read(attention(tensors[0]!, tensors[1]!, tensors[2]!))
      assert.deepEqual(made.shape, [batch, queries, width])
      assertNear(made.values, y, 1e-6, `y of ${sizes.join()}`)
      const gradients = tf.tidy(() =>
        tf.grads((...z: tf.Tensor[]) =>
          attention(z[0] as tf.Tensor3D, z[1] as tf.Tensor3D, z[2] as tf.Tensor3D)
            .mul(tf.tensor(d, [batch, queries, width]))
            .sum(),
        )(tensors),
      )
      for (const [i, gradient] of gradients.entries()) {
        const { values } = await read(gradient)
        // With one key the weights are 1 whatever the scores: slopes are the rounding of terms of about one.
        if (keys === 1 && i < 2) assert.ok(values.every((value) => Math.abs(value) < 1e-6))
        else assertNear(values, expected[i]!, 1e-5, `gradient ${i} of ${sizes.join()}`)
      }
      tf.dispose(tensors)
    }
  })

  test('softmax of short and long rows, of large numbers and of nothing', async () => {
    for (const [rows, count] of [
      [1, 1],
      [67, 3],
      [3, 131],
    ] as const) {
      const x = randoms([rows, count]).map((z) => 200 + 20 * z)
      const expected = Float64Array.from(x, (value, i) => {
        const row = x.slice(i - (i % count), i - (i % count) + count)
        return 1 / row.reduce((sum, other) => sum + Math.exp(other - value), 0)
      })
      assertNear((await read(tf.softmax(tf.tensor2d(x, [rows, count])))).values, expected, 1e-6)
    }
    assert.deepEqual((await read(tf.softmax(tf.zeros([0, 3])))).shape, [0, 3])
  })

  test('the gradient of softmax', async () => {
    const [rows, count] = [7, 13]
    const [x, d] = [randoms([rows, count]), randoms([rows, count])]
    const expected = Array.from({ length: rows }, (_, r) => {
      const at = (of: Float32Array) => [...of.slice(r * count, (r + 1) * count)]
      const e = at(x).map(Math.exp)
      const p = e.map((value) => value / e.reduce((a, b) => a + b, 0))
      const mean = at(d).reduce((sum, value, j) => sum + value * p[j]!, 0)
      return p.map((share, j) => share * (at(d)[j]! - mean))
    }).flat()
    const gradient = tf.tidy(() =>
      tf.grad((z: tf.Tensor) =>
        tf
          .softmax(z)
          .mul(tf.tensor2d(d, [rows, count]))
          .sum(),
      )(tf.tensor2d(x, [rows, count])),
    )
    assertNear((await read(gradient)).values, expected, 1e-5)
  })

  test('of nothing', async () => {
    const of = (...shape: [number, number, number]) => tf.zeros<tf.Rank.R3>(shape)
    assert.deepEqual((await read(attention(of(0, 2, 3), of(0, 4, 3), of(0, 4, 5)))).shape, [0, 2, 5])
    assert.deepEqual((await read(attention(of(2, 0, 3), of(2, 4, 3), of(2, 4, 5)))).shape, [2, 0, 5])
  })
})
