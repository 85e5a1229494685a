import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { attention, selectBackend } from '../../../src/tensor'
import { files } from '../backends'
import { assertNear, onBuilds, randoms, read } from './builds'

/** Softmax of a row in double precision. */
function softmaxOf(row: readonly number[]): number[] {
  const most = Math.max(...row)
  const shares = row.map((x) => Math.exp(x - most))
  const sum = shares.reduce((a, b) => a + b, 0)
  return shares.map((share) => share / sum)
}

type Shape = readonly [n: number, queries: number, keys: number, depth: number, width: number]

/** Attention and the gradients of Σ d y in double precision, as sums of single products. */
function exact([q, k, v, d]: readonly Float32Array[], [n, queries, keys, depth, width]: Shape) {
  const y = new Float64Array(d!.length)
  const gradients = [q, k, v].map((of) => new Float64Array(of!.length))
  const [dq, dk, dv] = gradients
  const scale = 1 / Math.sqrt(depth)
  for (let b = 0; b < n; b++)
    for (let i = 0; i < queries; i++) {
      const row = b * queries + i
      const scores = Array.from({ length: keys }, (_, j) => {
        let sum = 0
        for (let c = 0; c < depth; c++) sum += q![row * depth + c]! * k![(b * keys + j) * depth + c]!
        return sum * scale
      })
      const p = softmaxOf(scores)
      const dp = p.map((share, j) => {
        let sum = 0
        for (let c = 0; c < width; c++) {
          const [at, from] = [row * width + c, (b * keys + j) * width + c]
          y[at]! += share * v![from]!
          dv![from]! += share * d![at]!
          sum += d![at]! * v![from]!
        }
        return sum
      })
      const mean = dp.reduce((sum, x, j) => sum + x * p[j]!, 0)
      for (const [j, share] of p.entries()) {
        const ds = share * (dp[j]! - mean) * scale
        for (let c = 0; c < depth; c++) {
          const [at, from] = [row * depth + c, (b * keys + j) * depth + c]
          dq![at]! += ds * k![from]!
          dk![from]! += ds * q![at]!
        }
      }
    }
  return { y, gradients }
}

const SHAPES: readonly Shape[] = [
  [1, 1, 1, 1, 1],
  [2, 3, 5, 7, 2],
  [3, 13, 1, 4, 8],
  [1, 1, 37, 3, 11],
  [2, 50, 49, 16, 16],
  // More rows than are worked on at a time.
  [1, 40, 1031, 5, 3],
]

function declare(): void {
  test('attention and its gradients', () => {
    for (const shape of SHAPES) {
      const [n, queries, keys, depth, width] = shape
      const shapes = [
        [n, queries, depth],
        [n, keys, depth],
        [n, keys, width],
        [n, queries, width],
      ] as const
      const values = shapes.map(randoms)
      const tensors = values.map((of, i) => tf.tensor3d(of, [...shapes[i]!]))
      const { y, gradients } = exact(values, shape)
      assertNear(read(attention(tensors[0]!, tensors[1]!, tensors[2]!)).values, y, 1e-6, 3)
      const ours = tf.tidy(() =>
        tf.grads((...[q, k, v]: tf.Tensor[]) =>
          tf.sum(tf.mul(attention(q as tf.Tensor3D, k as tf.Tensor3D, v as tf.Tensor3D), tensors[3]!)),
        )(tensors.slice(0, 3)),
      )
      // One key alone has all the weight: what is zero then is a difference of numbers of about 3.
      for (const [i, gradient] of ours.entries())
        assertNear(read(gradient).values, gradients[i]!, 1e-5, Math.max(0.3, ...gradients[i]!.map(Math.abs)))
      tf.dispose(tensors)
    }
  })

  test('gradients of gradients of attention', () => {
    const shapes = [
      [2, 3, 4],
      [2, 5, 4],
      [2, 5, 2],
    ] as const
    const values = shapes.map(randoms)
    const directions = shapes.map(randoms)
    const d = randoms([2, 3, 2])
    /** The squared length of the gradient in all three. */
    const length = (...inputs: tf.Tensor[]) => {
      const f = (...[q, k, v]: tf.Tensor[]) =>
        tf.sum(
          tf.mul(attention(q as tf.Tensor3D, k as tf.Tensor3D, v as tf.Tensor3D), tf.tensor3d(d, [2, 3, 2])),
        )
      return tf.addN(
        tf
          .grads(f)(inputs)
          .map((gradient) => tf.sum(tf.square(gradient))),
      )
    }
    const tensorsAt = (h: number) =>
      values.map((of, i) =>
        tf.tensor3d(
          of.map((x, j) => x + h * directions[i]![j]!),
          [...shapes[i]!],
        ),
      )
    const ours = tf.tidy(() =>
      tf
        .addN(
          tf
            .grads(length)(tensorsAt(0))
            .map((gradient, i) => tf.sum(tf.mul(gradient, tf.tensor3d(directions[i]!, [...shapes[i]!])))),
        )
        .dataSync(),
    )[0]!
    // The same in double precision, by a central difference.
    const at = (h: number) =>
      exact(
        [...values.map((of, i) => Float64Array.from(of, (x, j) => x + h * directions[i]![j]!)), d] as never,
        [2, 3, 5, 4, 2],
      ).gradients.reduce((sum, gradient) => sum + gradient.reduce((s, x) => s + x * x, 0), 0)
    const slope = (at(1e-5) - at(-1e-5)) / 2e-5
    assert.ok(Math.abs(ours - slope) <= 1e-4 * Math.abs(slope), `${ours} against ${slope}`)
  })

  test('softmax and log-softmax, of rows of any length, also of large numbers', () => {
    for (const shape of [[1], [7], [3, 1], [2, 3, 5], [4, 131], [2, 1031]]) {
      const count = shape.at(-1)!
      for (const size of [1, 100]) {
        const x = randoms(shape).map((z) => size * z)
        const rows = Array.from({ length: x.length / count }, (_, i) => [
          ...x.subarray(i * count, (i + 1) * count),
        ])
        const shares = rows.flatMap(softmaxOf)
        assertNear(read(tf.tidy(() => tf.softmax(tf.tensor(x, shape)))).values, shares, 1e-6)
        const logs = rows.flatMap((row) => {
          const most = Math.max(...row)
          const log = most + Math.log(row.reduce((sum, z) => sum + Math.exp(z - most), 0))
          return row.map((z) => z - log)
        })
        assertNear(read(tf.tidy(() => tf.logSoftmax(tf.tensor(x, shape)))).values, logs, 1e-6, 3 * size)
        const d = randoms(shape)
        const dx = rows.flatMap((row, r) => {
          const p = softmaxOf(row)
          const mean = p.reduce((sum, share, j) => sum + share * d[r * count + j]!, 0)
          return p.map((share, j) => share * (d[r * count + j]! - mean))
        })
        const gradient = tf.tidy(() =>
          tf.grad((z: tf.Tensor) => tf.sum(tf.mul(tf.softmax(z), tf.tensor(d, shape))))(tf.tensor(x, shape)),
        )
        assertNear(read(gradient).values, dx, 1e-5, Math.max(0.1, ...dx.map(Math.abs)))
      }
    }
    assert.deepEqual(read(tf.tidy(() => tf.softmax(tf.zeros([0, 3])))).shape, [0, 3])
    // What is −∞ has no share.
    assert.deepEqual(
      [...read(tf.tidy(() => tf.softmax(tf.tensor1d([-Infinity, 0, 0])))).values],
      [0, 0.5, 0.5],
    )
  })

  test('nothing, and what does not fit', () => {
    tf.tidy(() => {
      const of = (...shape: [number, number, number]) => tf.zeros<tf.Rank.R3>(shape)
      assert.deepEqual(attention(of(0, 2, 3), of(0, 4, 3), of(0, 4, 5)).shape, [0, 2, 5])
      assert.deepEqual(attention(of(2, 0, 3), of(2, 4, 3), of(2, 4, 5)).shape, [2, 0, 5])
      assert.throws(
        () => attention(of(2, 4, 3), of(2, 4, 2), of(2, 4, 5)),
        /attention: queries of shape \[2, 4, 3\], keys of shape \[2, 4, 2\].*do not fit/,
      )
      assert.throws(() => attention(of(2, 4, 3), of(2, 0, 3), of(2, 0, 5)), /do not fit/)
    })
  })
}

onBuilds('attention', declare)
describe('attention, plain JavaScript', () => {
  before(() => selectBackend('cpu', files))
  declare()
})
