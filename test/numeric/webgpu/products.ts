/** What matrix products must give whichever way they are computed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { planOf } from '../../../src/tensor/webgpu/product'
import { read } from './device'
import { assertNear, randoms } from './exact'

/** Rows, inner length and columns: ones, primes, beside the tiles' edges, and a sum that is made in parts. */
const SIZES = [
  [1, 1, 1],
  [1, 7, 5],
  [2, 18, 37],
  [17, 15, 16],
  [33, 31, 67],
  [5, 1543, 3],
  [19, 2048, 13],
] as const

/** A·B in double precision, from A of shape [m, k] or its transpose and B of shape [k, n] or its. */
export function exact(
  a: Float32Array,
  b: Float32Array,
  [m, k, n]: readonly [number, number, number],
  transposeA: boolean,
  transposeB: boolean,
): Float64Array {
  const out = new Float64Array(m * n)
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++)
      for (let l = 0; l < k; l++)
        out[i * n + j]! += a[transposeA ? l * m + i : i * k + l]! * b[transposeB ? j * k + l : l * n + j]!
  return out
}

/** Which matrix of a batch of shape `own`, repeated to `outer`, stands at a place of that. */
function placeIn(own: readonly number[], outer: readonly number[], place: number): number {
  let [rest, at, size] = [place, 0, 1]
  for (let axis = 1; axis <= own.length; axis++) {
    const [length, long] = [own.at(-axis)!, outer.at(-axis)!]
    at += (length === 1 ? 0 : rest % long) * size
    size *= length
    rest = Math.floor(rest / long)
  }
  return at
}

/** Declares the tests, inside of `onWebGpuDevice`. */
export function productTests(): void {
  test('all four transposes', async () => {
    for (const size of SIZES)
      for (const [transposeA, transposeB] of [
        [false, false],
        [false, true],
        [true, false],
        [true, true],
      ] as const) {
        const [m, k, n] = size
        const [a, b] = [randoms([m, k]), randoms([k, n])]
        const product = tf.tidy(() =>
          tf.matMul(
            tf.tensor2d(a, transposeA ? [k, m] : [m, k]),
            tf.tensor2d(b, transposeB ? [n, k] : [k, n]),
            transposeA,
            transposeB,
          ),
        )
        const { shape, values } = await read(product)
        assert.deepEqual(shape, [m, n])
        assertNear(values, exact(a, b, size, transposeA, transposeB), 1e-6, `${size.join()}`)
      }
  })

  test('large tiles, and the edges of several', async () => {
    // 64 and 32 are taken only where there are enough of them.
    for (const [m, k, n, tile] of [
      [1027, 9, 515, 64],
      [2051, 5, 37, 32],
    ] as const) {
      assert.equal(planOf({ rows: m, columns: n, depth: k, batches: 1 }).tile, tile)
      const [a, b] = [randoms([m, k]), randoms([k, n])]
      const { values } = await read(tf.tidy(() => tf.matMul(tf.tensor2d(a, [m, k]), tf.tensor2d(b, [k, n]))))
      assertNear(values, exact(a, b, [m, k, n], false, false), 1e-6)
    }
  })

  test('batches, and matrices repeated along some of them, on either side', async () => {
    const [m, k, n] = [3, 4, 5]
    for (const [shapeA, shapeB, transposeA] of [
      [[2, 3], [2, 3], false],
      [[2, 3], [], false],
      [[], [6], false],
      [[2, 3], [], true],
      [[2, 1], [1, 3], false],
      [[1, 3], [2, 3], true],
    ] as const) {
      const outer = [...tf.broadcast_util.assertAndGetBroadcastShape([...shapeA], [...shapeB])]
      const a = randoms([...shapeA, m, k])
      const b = randoms([...shapeB, k, n])
      const product = tf.tidy(() =>
        tf.matMul(
          tf.tensor(a, [...shapeA, ...(transposeA ? [k, m] : [m, k])]),
          tf.tensor(b, [...shapeB, k, n]),
          transposeA,
        ),
      )
      const { shape, values } = await read(product)
      assert.deepEqual(shape, [...outer, m, n])
      for (let batch = 0; batch < values.length / m / n; batch++) {
        const [i, j] = [placeIn(shapeA, outer, batch), placeIn(shapeB, outer, batch)]
        assertNear(
          values.slice(batch * m * n, (batch + 1) * m * n),
          exact(
            a.slice(i * m * k, (i + 1) * m * k),
            b.slice(j * k * n, (j + 1) * k * n),
            [m, k, n],
            transposeA,
            false,
          ),
          1e-6,
        )
      }
    }
  })

  test('with bias and activation', async () => {
    const activations: Record<string, (x: number) => number> = {
      linear: (x) => x,
      relu: (x) => Math.max(x, 0),
      relu6: (x) => Math.min(Math.max(x, 0), 6),
      leakyrelu: (x) => (x < 0 ? 0.3 * x : x),
      elu: (x) => (x < 0 ? Math.expm1(x) : x),
      sigmoid: (x) => 1 / (1 + Math.exp(-x)),
    }
    for (const [m, k, n] of [
      [5, 7, 19],
      [4, 1100, 3],
    ] as const) {
      const [a, b, bias] = [randoms([m, k]), randoms([k, n]), randoms([n])]
      const z = exact(a, b, [m, k, n], false, false)
      for (const [activation, f] of Object.entries(activations)) {
        const made = tf.tidy(() =>
          tf.fused.matMul({
            a: tf.tensor2d(a, [m, k]),
            b: tf.tensor2d(b, [k, n]),
            bias: tf.tensor1d(bias),
            activation: activation as 'relu',
            leakyreluAlpha: 0.3,
          }),
        )
        assertNear(
          (await read(made)).values,
          z.map((x, i) => f(x + bias[i % n]!)),
          1e-6,
          activation,
        )
      }
    }
  })

  test('gradients', async () => {
    const [m, k, n] = [11, 5, 7]
    const [a, b, d] = [randoms([m, k]), randoms([k, n]), randoms([m, n])]
    const [da, db] = tf.tidy(() =>
      tf.grads((a: tf.Tensor, b: tf.Tensor) =>
        tf
          .matMul(a, b)
          .mul(tf.tensor2d(d, [m, n]))
          .sum(),
      )([tf.tensor2d(a, [m, k]), tf.tensor2d(b, [k, n])]),
    )
    assertNear((await read(da!)).values, exact(d, b, [m, n, k], false, true), 1e-6)
    assertNear((await read(db!)).values, exact(a, d, [k, m, n], true, false), 1e-6)
  })

  test('an infinite number spoils its own row only', async () => {
    // What lies behind a row's end in memory must not be read: it would not be a number when multiplied with nothing.
    const [a, b] = [randoms([3, 5]), randoms([5, 4])]
    const right = exact(a, b, [3, 5, 4], false, false)
    a[5] = Infinity
    const { values } = await read(tf.tidy(() => tf.matMul(tf.tensor2d(a, [3, 5]), tf.tensor2d(b, [5, 4]))))
    assertNear([...values.slice(0, 4), ...values.slice(8)], [...right.slice(0, 4), ...right.slice(8)], 1e-6)
    assert.ok(values.slice(4, 8).every((value) => !Number.isFinite(value)))
  })

  test('nothing', async () => {
    for (const [m, k, n] of [
      [0, 3, 2],
      [3, 2, 0],
      [2, 0, 3],
    ] as const) {
      const made = await read(tf.tidy(() => tf.matMul(tf.zeros([m, k]), tf.zeros([k, n]))))
      assert.deepEqual([made.shape, [...made.values]], [[m, n], new Array(m * n).fill(0)])
    }
  })
}
