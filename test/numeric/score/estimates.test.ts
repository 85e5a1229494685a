import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data } from '../../../src/models/data'
import type { Trainable } from '../../../src/models/denoiser'
import type { Field } from '../../../src/models/field'
import {
  countPasses,
  denoisingScoreMatching,
  fisherDivergence,
  gradientVariance,
  hyvarinenScoreMatching,
  perturbed,
  posteriorMode,
  scoreNetwork,
  slicedScoreMatching,
  slicedScoreMatchingVR,
  tweedie,
} from '../../../src/models/score'
import { train } from '../../../src/models/train'
import { parameter, RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, on, take } from '../backends'

before(() => selectBackend('cpu', files))

const named = (name: string) => new RandomStream(71, name)
const M1 = data.mixture({ weights: [0.3, 0.7], means: [[-1], [1]], deviations: 0.3 })
const M2 = data.mixture({
  weights: [0.8, 0.2],
  means: [
    [5, 5],
    [-5, -5],
  ],
})

describe('the variance of gradients', () => {
  /** s(x) = b, a vector that does not look at x: every loss's gradient is known. */
  const constantField = (b: readonly number[]): Field & Trainable => {
    const params = { b: tf.tidy(() => parameter(tf.tensor1d([...b]))) }
    return {
      params,
      // Touches x, so that there is a Jacobian, of zeros.
      score: (x) => tf.add(tf.mul(x, 0), params.b),
      loss: () => tf.scalar(0),
    }
  }
  const b = [1, -2, 0.5]
  const square = 1 + 4 + 0.25
  const x = () => tf.zeros([1, 3])

  test('of denoising is d/σ², without bound as σ → 0', async () => {
    const field = constantField(b)
    for (const sigma of [1, 0.1, 0.01]) {
      const { variance, error, mean, squaredMean } = await gradientVariance(
        field,
        (stream) => denoisingScoreMatching(field, x(), { sigma, stream }),
        { repeats: 400, stream: named(`denoising ${sigma}`) },
      )
      // ∇_b ½‖b + z/σ‖² = b + z/σ.
      assert.ok(Math.abs(variance - 3 / sigma ** 2) < 5 * error, `${variance} at ${sigma}`)
      // The error of a sum of three squares: 3/σ² · √(2/3/400).
      approximately(error / variance, Math.sqrt(2 / 3 / 400), 0.2)
      assert.ok(
        Math.abs(squaredMean - square) < (6 * Math.sqrt(square + 3 / sigma ** 2 / 400)) / sigma / 20 + 1e-9,
      )
      assert.equal(mean.b!.length, 3)
    }
  })

  test('of the sliced loss is (d + 1)‖b‖² with Gaussian and (d − 1)‖b‖² with Rademacher projections, of the other none', async () => {
    const field = constantField(b)
    for (const [law, factor] of [
      ['gaussian', 4],
      ['rademacher', 2],
    ] as const)
      for (const projections of [1, 4]) {
        // ∇_b ½(vᵀb)² = v vᵀb, whose mean is b.
        const sliced = await gradientVariance(
          field,
          (stream) => slicedScoreMatching(field, x(), { law, projections, stream }),
          { repeats: 300, stream: named(`${law} ${projections}`) },
        )
        const expected = (factor * square) / projections
        assert.ok(
          Math.abs(sliced.variance - expected) < 5 * sliced.error,
          `${law}: ${sliced.variance}, ${expected}`,
        )
        const reduced = await gradientVariance(
          field,
          (stream) => slicedScoreMatchingVR(field, x(), { law, projections, stream }),
          { repeats: 4, stream: named(law) },
        )
        approximately(reduced.variance, 0, 1e-9)
        approximately(reduced.mean.b!, b, 1e-6)
      }
  })

  test('needs a model and at least two repeats', async () => {
    const field = constantField(b)
    await assert.rejects(
      gradientVariance(field, () => tf.scalar(1), { repeats: 1 }),
      /repeats must be a whole number from 2/,
    )
    await assert.rejects(
      gradientVariance({} as never, () => tf.scalar(1)),
      /a model with parameters/,
    )
  })
})

test('passes backwards: d for Hyvärinen, one for each projection, none for denoising', () => {
  for (const d of [2, 5, 16]) {
    const model = scoreNetwork({ dim: d, hidden: [4], stream: named('cost') })
    const n = 3
    const x = named('x').normalTensor([n, d])
    const stream = named('s')
    assert.deepEqual(
      countPasses(model, n, (field) => hyvarinenScoreMatching(field, x)),
      { forward: d, backward: d },
    )
    assert.deepEqual(
      countPasses(model, n, (field) => slicedScoreMatching(field, x, { projections: 2, stream })),
      { forward: 2, backward: 2 },
    )
    assert.deepEqual(
      countPasses(model, n, (field) => slicedScoreMatchingVR(field, x, { stream })),
      { forward: 1, backward: 1 },
    )
    assert.deepEqual(
      countPasses(model, n, (field) => denoisingScoreMatching(field, x, { sigma: 0.1, stream })),
      { forward: 1, backward: 0 },
    )
  }
})

describe('what a noisy point tells', () => {
  const sigma = 0.5
  const noisy = Float64Array.of(-1.6, -0.3, 0, 0.1, 0.4, 2)
  /** p(x | x̃) of M1 on a fine grid. */
  const posterior = (at: number) => {
    const grid = Float64Array.from({ length: 12_001 }, (_, i) => -4 + (8 * i) / 12_000)
    const log = M1.logDensity(grid).map((l, i) => l - (grid[i]! - at) ** 2 / (2 * sigma ** 2))
    return { grid, weights: log.map(Math.exp) }
  }

  test('Tweedie’s formula is the mean of p(x | x̃), by quadrature', () => {
    const law = perturbed(M1, sigma)
    const mean = tweedie<Float64Array>(law, noisy, sigma)
    const expected = noisy.map((at) => {
      const { grid, weights } = posterior(at)
      const total = weights.reduce((a, b) => a + b)
      return weights.reduce((sum, w, i) => sum + w * grid[i]!, 0) / total
    })
    approximately(mean, expected, 1e-9)
    approximately(law.posteriorMean(noisy), expected, 1e-9)
    const tensors = take(tweedie(law, tf.tensor2d(Float32Array.from(noisy), [6, 1]), sigma))
    approximately(tensors, expected, 1e-5)
  })

  test('the mode of p(x | x̃) is another point, far away between the modes of p', () => {
    const mode = posteriorMode(M1, noisy, sigma)
    for (const [i, at] of noisy.entries()) {
      const { grid, weights } = posterior(at)
      const best = grid[weights.indexOf(weights.reduce((a, b) => Math.max(a, b)))]!
      // The grid's spacing is 1/1500.
      assert.ok(Math.abs(mode[i]! - best) < 1e-3, `${mode[i]} for ${best}`)
    }
    const mean = tweedie<Float64Array>(perturbed(M1, sigma), noisy, sigma)
    // At −0.3 the mean is where hardly any x is, the mode at one of them.
    assert.ok(Math.abs(mode[1]! - mean[1]!) > 0.3)
    assert.ok(M1.logDensity(Float64Array.of(mode[1]!))[0]! > M1.logDensity(Float64Array.of(mean[1]!))[0]! + 1)
  })

  test('the mode in the plane is a maximum: no nearby point is more likely', () => {
    const law = data.mixture({
      means: [
        [0, 1],
        [1.5, -1],
      ],
      weights: [2, 1],
      covariances: [
        [
          [1, 0.6],
          [0.6, 0.8],
        ],
        [
          [0.3, 0.1],
          [0.1, 0.5],
        ],
      ],
    })
    const noisy = Float64Array.of(1, 0, -2, 3)
    const height = (x: readonly number[], row: number) =>
      law.logDensity(Float64Array.from(x))[0]! -
      ((x[0]! - noisy[2 * row]!) ** 2 + (x[1]! - noisy[2 * row + 1]!) ** 2) / (2 * sigma ** 2)
    const mode = posteriorMode(law, noisy, sigma)
    for (const row of [0, 1]) {
      const x = [mode[2 * row]!, mode[2 * row + 1]!]
      for (let angle = 0; angle < 12; angle++)
        for (const r of [1e-3, 0.1, 1])
          assert.ok(
            height([x[0]! + r * Math.cos(angle / 2), x[1]! + r * Math.sin(angle / 2)], row) < height(x, row),
          )
    }
  })

  test('what makes no sense is named', () => {
    assert.throws(() => tweedie(M1, tf.zeros([1, 1]), 0), /tweedie: sigma must be positive/)
    assert.throws(() => posteriorMode(M2, Float64Array.of(1, 2, 3), 1), /3 numbers are no points of 2/)
    assert.throws(() => perturbed(M1, -1), /sigma must not be negative/)
  })
})

describe('a trained score network', () => {
  const error = async (
    law: typeof M2,
    scale: number,
    loss: (model: Field, x: tf.Tensor, stream: RandomStream) => tf.Scalar,
  ) =>
    on('wasm', async () => {
      const model = scoreNetwork({ dim: 2, hidden: [32, 32], scale, stream: named('parameters') })
      await train(model, law, {
        steps: 400,
        batch: 256,
        rate: (k, n) => 0.01 * (1 - k / n),
        ema: 0.98,
        loss,
        stream: named('training'),
      })
      return take(fisherDivergence(law, model, law.draw(4000, named('test'))))[0]!
    })

  const G = data.mixture({
    means: [[0.5, -0.5]],
    covariances: [
      [
        [1, 0.6],
        [0.6, 0.8],
      ],
    ],
  })
  for (const [name, law, scale] of [
    ['a Gaussian', G, 1],
    ['M2', M2, 5],
  ] as const)
    test(`by slices is nearer to the score of clean data than by denoising: ${name}`, async () => {
      const sliced = await error(law, scale, (model, x, stream) =>
        slicedScoreMatchingVR(model, x, { stream }),
      )
      // Much noise: the score of another law. Little noise: a target of variance 1/σ².
      const blurred = await error(law, scale, (model, x, stream) =>
        denoisingScoreMatching(model, x, { sigma: 0.6, stream }),
      )
      const noisy = await error(law, scale, (model, x, stream) =>
        denoisingScoreMatching(model, x, { sigma: 0.02, stream }),
      )
      assert.ok(sliced < 0.5 * blurred, `sliced ${sliced}, σ = 0.6 ${blurred}`)
      assert.ok(sliced < 0.5 * noisy, `sliced ${sliced}, σ = 0.02 ${noisy}`)
    })
})
