import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { assertNear, onBuilds, randoms, read } from './builds'

/** Σₚ a(i, p) b(p, j) in double precision, and Σₚ |a(i, p) b(p, j)|, which bounds the error of any order of summation. */
function product(
  a: Float32Array,
  b: Float32Array,
  [m, n, k]: readonly [number, number, number],
  transposeA: boolean,
  transposeB: boolean,
): { readonly c: Float64Array; readonly size: number } {
  const c = new Float64Array(m * n)
  let size = 0
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let absolute = 0
      for (let p = 0; p < k; p++) {
        const term = a[transposeA ? p * m + i : i * k + p]! * b[transposeB ? j * k + p : p * n + j]!
        c[i * n + j]! += term
        absolute += Math.abs(term)
      }
      size = Math.max(size, absolute)
    }
  return { c, size }
}

const SHAPES: readonly (readonly [number, number, number])[] = [
  ...([
    [1, 1, 1],
    [2, 3, 1],
    [6, 8, 256],
    [7, 9, 11],
    [1, 17, 129],
    [5, 1, 600],
  ] as const),
  ...([
    [13, 8, 31],
    [12, 16, 64],
    [31, 37, 41],
    [19, 263, 5],
    [64, 64, 257],
    [97, 101, 521],
  ] as const),
  ...([
    [512, 2, 128],
    [18, 128, 512],
    [3, 300, 300],
  ] as const),
]
const TRANSPOSES = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const

onBuilds('products', () => {
  test('agree with double precision, whatever is transposed', () => {
    for (const shape of SHAPES)
      for (const [transposeA, transposeB] of TRANSPOSES) {
        const [m, n, k] = shape
        const [shapeA, shapeB] = [transposeA ? [k, m] : [m, k], transposeB ? [n, k] : [k, n]]
        const [a, b] = [randoms(shapeA), randoms(shapeB)]
        const { c, size } = product(a, b, shape, transposeA, transposeB)
        const ours = tf.tidy(() =>
          tf.matMul(tf.tensor(a, shapeA), tf.tensor(b, shapeB), transposeA, transposeB),
        )
        assert.deepEqual(ours.shape, [m, n])
        assertNear(read(ours).values, c, 1e-6, size)
      }
  })

  test('of fifty thousand terms, as in gradients, keep their digits', () => {
    const [m, n, k] = [7, 9, 50_000]
    const [a, b] = [randoms([k, m]), randoms([k, n])]
    const { c } = product(a, b, [m, n, k], true, false)
    const ours = tf.tidy(() => tf.matMul(tf.tensor2d(a, [k, m]), tf.tensor2d(b, [k, n]), true, false))
    // Relative to the largest sum, of about √50,000: one after another in single precision they are off by 1.5e-6.
    assertNear(read(ours).values, c, 1e-6)
  })

  test('of nothing are empty, and over nothing are zero', () => {
    for (const [transposeA, transposeB] of TRANSPOSES)
      for (const [m, n, k] of [
        [0, 3, 4],
        [3, 0, 4],
        [3, 5, 0],
      ] as const) {
        const c = tf.tidy(() =>
          tf.matMul(
            tf.ones(transposeA ? [k, m] : [m, k]),
            tf.ones(transposeB ? [n, k] : [k, n]),
            transposeA,
            transposeB,
          ),
        )
        assert.deepEqual(c.shape, [m, n])
        assert.deepEqual([...c.dataSync()], new Array(m * n).fill(0))
        c.dispose()
      }
  })

  test('of many matrices, repeated where one factor has fewer', () => {
    for (const [batchA, batchB, batches] of [
      [[3], [3], [3]],
      [[4], [1], [4]],
      [[1], [4], [4]],
      [
        [2, 3],
        [2, 3],
        [2, 3],
      ],
      [
        [2, 1],
        [1, 3],
        [2, 3],
      ],
      [[3], [2, 3], [2, 3]],
      [[2, 3], [], [2, 3]],
    ] as const) {
      const [m, n, k] = [9, 10, 11]
      const [shapeA, shapeB] = [
        [...batchA, m, k],
        [...batchB, n, k],
      ]
      const [a, b] = [randoms(shapeA), randoms(shapeB)]
      const ours = tf.tidy(() => tf.matMul(tf.tensor(a, shapeA), tf.tensor(b, shapeB), false, true))
      assert.deepEqual(ours.shape, [...batches, m, n])
      const c = read(ours).values
      const count = batches.reduce((x, y) => x * y, 1)
      for (let batch = 0; batch < count; batch++) {
        const indices = [Math.floor(batch / batches.at(-1)!), batch % batches.at(-1)!].slice(-batches.length)
        const at = (shape: readonly number[]): number =>
          shape.reduce(
            (sum, size, axis) =>
              sum * size + (size === 1 ? 0 : indices[indices.length - shape.length + axis]!),
            0,
          )
        const [i, j] = [at(batchA), at(batchB)]
        const expected = product(
          a.subarray(i * m * k, (i + 1) * m * k),
          b.subarray(j * n * k, (j + 1) * n * k),
          [m, n, k],
          false,
          true,
        )
        assertNear(c.subarray(batch * m * n, (batch + 1) * m * n), expected.c, 1e-6, expected.size)
      }
    }
  })

  test('carry what is not finite to their row and column only', () => {
    const a = randoms([20, 30])
    a[4 * 30 + 7] = NaN
    a[9 * 30 + 7] = Infinity
    const c = read(tf.tidy(() => tf.matMul(tf.tensor2d(a, [20, 30]), tf.ones<tf.Rank.R2>([30, 21])))).values
    for (let i = 0; i < 20; i++)
      for (let j = 0; j < 21; j++) {
        const value = c[i * 21 + j]!
        if (i === 4) assert.ok(Number.isNaN(value))
        else if (i === 9) assert.equal(value, Infinity)
        else assert.ok(Number.isFinite(value))
      }
  })

  test('with bias and activation in one', () => {
    const slope = 0.25
    const activations = {
      linear: (x: number) => x,
      relu: (x: number) => Math.max(x, 0),
      relu6: (x: number) => Math.min(Math.max(x, 0), 6),
      leakyrelu: (x: number) => (x < 0 ? slope * x : x),
      sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
      elu: (x: number) => (x < 0 ? Math.expm1(x) : x),
    } as const
    for (const [m, n, k] of [
      [7, 13, 30],
      [1, 1, 2],
      [12, 16, 64],
    ] as const)
      for (const [activation, f] of Object.entries(activations))
        for (const biased of [true, false]) {
          const [a, b, bias] = [randoms([m, k]), randoms([k, n]), randoms([n])]
          const ours = tf.tidy(() =>
            tf.fused.matMul({
              a: tf.tensor2d(a, [m, k]),
              b: tf.tensor2d(b, [k, n]),
              bias: biased ? tf.tensor1d(bias) : undefined,
              activation: activation as 'relu',
              leakyreluAlpha: slope,
            }),
          )
          const { c, size } = product(a, b, [m, n, k], false, false)
          const expected = c.map((x, i) => f(x + (biased ? bias[i % n]! : 0)))
          assertNear(read(ours).values, expected, 1e-6, size)
        }
  })

  test('have right gradients of first and second order', () => {
    const [a, b, w] = [randoms([5, 7]), randoms([7, 3]), randoms([5, 3])]
    // f = Σ w (AB)³; with D = 3w(AB)², its gradient in A is D Bᵀ, and in B it is Aᵀ D.
    const f = (x: tf.Tensor, y: tf.Tensor) =>
      tf.sum(tf.mul(tf.tensor2d(w, [5, 3]), tf.pow(tf.matMul(x, y), 3)))
    const { c } = product(a, b, [5, 3, 7], false, false)
    const d = Float32Array.from(c, (x, i) => 3 * w[i]! * x * x)
    const gradients = tf.tidy(() => tf.grads(f)([tf.tensor2d(a, [5, 7]), tf.tensor2d(b, [7, 3])]))
    assertNear(read(gradients[0]!).values, product(d, b, [5, 7, 3], false, true).c, 1e-5)
    assertNear(read(gradients[1]!).values, product(a, d, [7, 3, 5], true, false).c, 1e-5)
    // The derivative of |∂f/∂A|² along a direction, against a central difference in double precision.
    const norm = (x: tf.Tensor) =>
      tf.sum(tf.square(tf.grad((z: tf.Tensor) => f(z, tf.tensor2d(b, [7, 3])))(x)))
    const second = read(tf.tidy(() => tf.grad(norm)(tf.tensor2d(a, [5, 7])))).values
    const direction = randoms([5, 7])
    const normAt = (step: number): number => {
      const moved = a.map((x) => x) as unknown as number[]
      const at = Float64Array.from(moved, (x, i) => x + step * direction[i]!)
      let sum = 0
      for (let i = 0; i < 5; i++) {
        const row = [0, 1, 2].map((j) => {
          let z = 0
          for (let p = 0; p < 7; p++) z += at[i * 7 + p]! * b[p * 3 + j]!
          return 3 * w[i * 3 + j]! * z * z
        })
        for (let p = 0; p < 7; p++) sum += row.reduce((total, x, j) => total + x * b[p * 3 + j]!, 0) ** 2
      }
      return sum
    }
    const h = 1e-4
    const slope = (normAt(h) - normAt(-h)) / (2 * h)
    const ours = second.reduce((sum, x, i) => sum + x * direction[i]!, 0)
    assert.ok(Math.abs(ours - slope) < 1e-4 * Math.abs(slope), `${ours} against ${slope}`)
  })

  test('use no more memory the hundredth time than the second', () => {
    const heap = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length
    const run = () =>
      tf.tidy(() => {
        const a = tf.ones<tf.Rank.R2>([600, 300])
        return tf
          .matMul(tf.matMul(a, a, true, false), a, false, true)
          .sum()
          .dataSync()[0]
      })
    run()
    run()
    const before = [heap(), tf.memory().numTensors]
    for (let i = 0; i < 100; i++) run()
    assert.deepEqual([heap(), tf.memory().numTensors], before)
  })
})
