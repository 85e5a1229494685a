import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data, exact, vp, type Mixture } from '../../src/models'
import { RandomStream, selectBackend } from '../../src/tensor'
import { approximately, slope } from './approximately'
import { files, take } from './backends'

before(() => selectBackend('cpu', files))

const M1 = data.mixture({ weights: [0.3, 0.7], means: [[-1], [1]], deviations: 0.3 })
const M2 = data.mixture({
  weights: [0.8, 0.2],
  means: [
    [5, 5],
    [-5, -5],
  ],
})
const SKEW = data.mixture({
  weights: [1, 2, 1],
  means: [
    [0, 0, 1],
    [2, -1, 0],
    [-1, 1, 0.5],
  ],
  covariances: [
    [
      [1, 0.6, 0.1],
      [0.6, 2, -0.3],
      [0.1, -0.3, 0.5],
    ],
    [
      [0.4, 0, 0],
      [0, 0.4, 0],
      [0, 0, 0.4],
    ],
    [
      [2, -0.5, 0],
      [-0.5, 0.6, 0.2],
      [0, 0.2, 1],
    ],
  ],
})
const CASES: Record<string, readonly [Mixture, readonly number[]]> = {
  M1: [M1, [-1.4, -0.2, 0.05, 0.9, 3]],
  M2: [M2, [4, 5.5, 0.1, -0.2, -5, -4]],
  'skew, in three dimensions': [SKEW, [0.2, -0.1, 0.8, 1.5, 1, -1, -2, 0.3, 0.4]],
}

for (const [name, [mixture, points]] of Object.entries(CASES))
  describe(`mixture ${name}`, () => {
    const dim = mixture.shape[0]!
    const rows = points.length / dim
    const at = (x: readonly number[]) => mixture.logDensity(Float64Array.from(x))

    test('score against differences of the log density', () => {
      const score = mixture.score(Float64Array.from(points))
      for (let i = 0; i < points.length; i++) {
        const moved = (h: number) => points.map((x, j) => (i === j ? x + h : x))
        approximately(
          score[i]!,
          slope((h) => at(moved(h))[Math.floor(i / dim)]!),
          1e-7,
        )
      }
    })

    test('tensors agree with doubles, at one noise level and at one for each row', () => {
      const process = vp()
      const x = tf.tensor2d([...points], [rows, dim])
      const doubles = Float64Array.from(points)
      approximately(take(mixture.logDensity(x)), mixture.logDensity(doubles), 2e-6)
      approximately(take(mixture.score(x)), mixture.score(doubles), 1e-5)
      for (const t of [0.3, Float64Array.from({ length: rows }, (_, i) => 0.1 + (0.8 * i) / rows)])
        for (const quantity of ['x0', 'noise', 'score', 'velocity', 'v'] as const)
          approximately(
            take(exact(process, mixture).predict(x, t).read(quantity)),
            exact<Float64Array>(process, mixture).predict(doubles, t).read(quantity),
            2e-5,
            quantity,
          )
    })

    test('samples have its mean and covariance', () => {
      const n = 40_000
      const x = take(mixture.draw(n, new RandomStream(3, name)))
      const mean = mixture.mean()
      const covariance = mixture.covariance()
      for (let i = 0; i < dim; i++) {
        let sum = 0
        for (let row = 0; row < n; row++) sum += x[row * dim + i]!
        assert.ok(Math.abs(sum / n - mean[i]!) < 5 * Math.sqrt(covariance[i]![i]! / n))
        for (let j = 0; j < dim; j++) {
          const products = Array.from(
            { length: n },
            (_, row) => (x[row * dim + i]! - mean[i]!) * (x[row * dim + j]! - mean[j]!),
          )
          const average = products.reduce((a, b) => a + b) / n
          const deviation = Math.sqrt(products.reduce((sum, p) => sum + (p - average) ** 2, 0) / n)
          assert.ok(Math.abs(average - covariance[i]![j]!) < (5 * deviation) / Math.sqrt(n))
        }
      }
    })
  })

test('the density of M1 integrates to one, and under noise to the convolution with a Gaussian', () => {
  const process = vp()
  const grid = Float64Array.from({ length: 4001 }, (_, i) => -6 + (12 * i) / 4000)
  const density = M1.logDensity(grid).map(Math.exp)
  approximately(density.reduce((a, b) => a + b) * (12 / 4000), 1, 1e-10)

  const t = 0.25
  const [alpha, sigma] = [process.alpha(t), process.sigma(t)]
  const model = exact<Float64Array>(process, M1)
  for (const x of [-1.2, 0.1, 0.8]) {
    const kernel = grid.map((x0) => Math.exp(-0.5 * ((x - alpha * x0) / sigma) ** 2))
    const joint = density.map((p, i) => p * kernel[i]!)
    const total = joint.reduce((a, b) => a + b)
    // E[x₀ | x] by quadrature; Tweedie's formula then gives the score.
    const mean = joint.reduce((sum, w, i) => sum + w * grid[i]!, 0) / total
    const prediction = model.predict(Float64Array.of(x), t)
    approximately(prediction.x0, [mean], 1e-9)
    approximately(prediction.score, [(alpha * mean - x) / sigma ** 2], 1e-9)
  }
})

test('log p of VP at t = 0.001, computed elsewhere', () => {
  const process = vp()
  const { alpha, sigma } = { alpha: process.alpha(1e-3), sigma: process.sigma(1e-3) }
  const noised = data.mixture({
    weights: [0.3, 0.7],
    means: [[-alpha], [alpha]],
    deviations: Math.hypot(0.3 * alpha, sigma),
  })
  approximately(noised.logDensity(Float64Array.of(-1, 0, 1)), [-0.9194941, -5.2642977, -0.0721962], 1e-7)
  const score = exact<Float64Array>(process, M1).score(Float64Array.of(-1, 0, 1), 1e-3)
  approximately(score, noised.score(Float64Array.of(-1, 0, 1)), 1e-10)
})

test('far from every component numbers stay finite', () => {
  const far = M2.score(tf.tensor2d([[300, 250]]))
  approximately(take(far), M2.score(Float64Array.of(300, 250)), 1e-5)
})

test('options that make no sense are named', () => {
  const cases: readonly [Parameters<typeof data.mixture>[0], RegExp][] = [
    [{ means: [] }, /means/],
    [{ means: [[1, 2], [3]] }, /means\[1\] must be 2 finite numbers/],
    [{ means: [[1]], weights: [0.5, 0.5] }, /1 means but 2 weights/],
    [{ means: [[1], [2]], weights: [1, -1] }, /weights\[1\] must be positive/],
    [{ means: [[1]], deviations: 0 }, /deviations\[0\]/],
    [
      {
        means: [[1, 0]],
        covariances: [
          [
            [1, 2],
            [2, 1],
          ],
        ],
      },
      /positive definite/,
    ],
    [
      {
        means: [[1, 0]],
        covariances: [
          [
            [1, 0.1],
            [0, 1],
          ],
        ],
      },
      /symmetric 2 × 2/,
    ],
  ]
  for (const [options, message] of cases) assert.throws(() => data.mixture(options), message)
  assert.throws(() => M1.draw(0), /positive whole number/)
  assert.throws(() => M2.score(tf.zeros([3, 3])), /shape \[n, 2\].*\[3, 3\]/)
  assert.throws(() => data.moons({ noise: -1 }), /noise/)
})

test('moons lie on two half circles around the origin', () => {
  const points = take(data.moons({ noise: 0 }).draw(2000, new RandomStream(1, 'moons')))
  let upper = 0
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i]!, points[i + 1]!]
    const onUpper = Math.abs(Math.hypot(x + 0.5, y + 0.25) - 1) < 1e-6 && y > -0.2500001
    const onLower = Math.abs(Math.hypot(x - 0.5, y - 0.25) - 1) < 1e-6 && y < 0.2500001
    assert.ok(onUpper || onLower)
    if (onUpper) upper++
  }
  assert.ok(Math.abs(upper - 1000) < 5 * Math.sqrt(500))
})
