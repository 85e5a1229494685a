import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { affine, silu } from '../../../src/tensor'
import { siluSlope } from '../../../src/tensor/layers'
import { onWebGpuDevice, read } from './device'
import { assertNear, randoms } from './exact'

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
const slope = (x: number) => sigmoid(x) * (1 + x * sigmoid(-x))
const curvature = (x: number) => sigmoid(x) * sigmoid(-x) * (2 + x * (1 - 2 * sigmoid(x)))

/** b + Σ x W, where an x of one row is for all rows. */
function exact(
  rows: number,
  bias: Float32Array,
  terms: readonly (readonly [Float32Array, number, Float32Array])[],
) {
  const n = bias.length
  const out = Float64Array.from({ length: rows * n }, (_, i) => bias[i % n]!)
  for (const [x, own, w] of terms) {
    const inner = w.length / n
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < n; j++)
        for (let k = 0; k < inner; k++) out[i * n + j]! += x[(own === 1 ? 0 : i) * inner + k]! * w[k * n + j]!
  }
  return out
}

onWebGpuDevice('layers', () => {
  test('SiLU, its slope and its curvature, far from zero too', async () => {
    const x = Float32Array.of(
      0,
      -0,
      1e-20,
      1,
      -1,
      10,
      -10,
      40,
      -40,
      88,
      -88,
      100,
      -100,
      1e4,
      -1e4,
      ...randoms([101]),
    )
    const close = (actual: Float32Array, f: (x: number) => number, unit: number) => {
      for (const [i, value] of actual.entries()) {
        const expected = f(x[i]!)
        // Each to a few units in its own last place, or where it is as small as single precision's numbers get.
        assert.ok(
          Math.abs(value - expected) <= 1e-6 * Math.abs(expected) + unit,
          `${value}, ${expected} at ${x[i]}`,
        )
      }
    }
    const tensor = tf.tensor1d(x)
    close((await read(silu(tensor))).values, (x) => x * sigmoid(x), 1e-35)
    // Sums that cancel near the minimum have the error of their terms.
    close((await read(siluSlope(tf.onesLike(tensor), tensor))).values, slope, 2e-7)
    const first = tf.grad((x: tf.Tensor) => silu(x))
    close((await read(first(tensor))).values, slope, 2e-7)
    close((await read(tf.grad((x: tf.Tensor) => first(x))(tensor))).values, curvature, 1e-6)
  })

  test('affine maps of one and more terms, of rows and of one row for all', async () => {
    for (const [rows, n, inners] of [
      [1, 1, [1]],
      [7, 5, [3, 2]],
      [65, 34, [18, 8, 1]],
    ] as const)
      for (const single of [[], [0], [1]]) {
        const owned = inners.map((_, i) => (single.includes(i as never) && inners.length > 1 ? 1 : rows))
        const bias = randoms([n])
        const terms = inners.map(
          (inner, i) => [randoms([owned[i]!, inner]), owned[i]!, randoms([inner, n])] as const,
        )
        const tensors = terms.map(
          ([x, own, w], i) => [tf.tensor2d(x, [own, inners[i]!]), tf.tensor2d(w, [inners[i]!, n])] as const,
        )
        const made = affine(tf.tensor1d(bias), ...tensors)
        assertNear((await read(made)).values, exact(rows, bias, terms), 1e-6, `${rows}, ${single.join()}`)

        const d = randoms([rows, n])
        const flat = tensors.flat()
        const gradients = tf.tidy(() =>
          tf.grads((b: tf.Tensor, ...t: tf.Tensor[]) =>
            affine(b, ...inners.map((_, i) => [t[2 * i]!, t[2 * i + 1]!] as const))
              .mul(tf.tensor2d(d, [rows, n]))
              .sum(),
          )([tf.tensor1d(bias), ...flat]),
        )
        const values = await Promise.all(gradients.map(async (gradient) => (await read(gradient)).values))
        const sum = new Float64Array(n)
        d.forEach((value, i) => (sum[i % n]! += value))
        assertNear(values[0]!, sum, 1e-6)
        for (const [t, [x, own, w]] of terms.entries()) {
          const inner = inners[t]!
          const [dx, dw] = [new Float64Array(own * inner), new Float64Array(inner * n)]
          for (let i = 0; i < rows; i++)
            for (let j = 0; j < n; j++)
              for (let k = 0; k < inner; k++) {
                const row = own === 1 ? 0 : i
                dx[row * inner + k]! += d[i * n + j]! * w[k * n + j]!
                dw[k * n + j]! += d[i * n + j]! * x[row * inner + k]!
              }
          assertNear(values[2 * t + 1]!, dx, 1e-5)
          assertNear(values[2 * t + 2]!, dw, 1e-5)
        }
        tf.dispose(flat)
      }
  })

  test('nothing', async () => {
    assert.deepEqual((await read(silu(tf.zeros([0, 3])))).shape, [0, 3])
    const none = affine(tf.ones([2]), [tf.zeros([0, 3]), tf.zeros([3, 2])])
    assert.deepEqual((await read(none)).shape, [0, 2])
    const only = affine(tf.tensor1d([1, 2]), [tf.zeros([2, 0]), tf.zeros([0, 2])])
    assert.deepEqual([...(await read(only)).values], [1, 2, 1, 2])
  })
})
