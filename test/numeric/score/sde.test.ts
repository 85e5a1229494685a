import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { asDenoiser, type Denoiser } from '../../../src/models/denoiser'
import { data } from '../../../src/models/data'
import { exact } from '../../../src/models/exact'
import { Prediction } from '../../../src/models/prediction'
import { vp } from '../../../src/models/processes'
import {
  multiscaleScoreMatching,
  perturbed,
  scoreWeights,
  simulateForward,
  slicedSdeLoss,
} from '../../../src/models/score'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('cpu', files))

const named = (name: string) => new RandomStream(81, name)
const process = vp()
const [n, d, v] = [50_000, 2, 0.5]
const law = data.mixture({ means: [[0, 0]], deviations: Math.sqrt(v) })
/** The score of N(0, τ(t)). */
const gaussian = (variance: (t: number) => number): Denoiser =>
  asDenoiser(process, [d], (x, t) => {
    return new Prediction(process, t, [
      {
        value: x,
        ofX0: (s) => (1 - process.sigma(s) ** 2 / variance(s)) / process.alpha(s),
        ofNoise: (s) => process.sigma(s) / variance(s),
      },
    ])
  })
const marginal = (t: number) => process.alpha(t) ** 2 * v + process.sigma(t) ** 2
/** The times that losses are averaged over start a thousandth from clean data. */
const average = (f: (t: number) => number) => {
  const times = Array.from({ length: 4000 }, (_, i) => 1e-3 + (0.999 * (i + 0.5)) / 4000)
  return times.reduce((sum, t) => sum + f(t), 0) / times.length
}

describe('the sliced loss along an SDE', () => {
  test('on a Gaussian is E λ(t) d(v_t/2τ² − 1/τ), for every weight, and the true score has the least', () => {
    const x = law.draw(n, named('data'))
    for (const [name, weight] of Object.entries(scoreWeights(process, d))) {
      // A weight of 1 gives almost all to the first times, whose scores are large: fewer samples would count.
      const at = (factor: number) => {
        const model = gaussian((t) => factor * marginal(t))
        const loss = take(slicedSdeLoss(model, x, { weight, stream: named(name) }))[0]!
        const expected = average((t) => {
          const tau = factor * marginal(t)
          return weight(t) * d * (marginal(t) / (2 * tau * tau) - 1 / tau)
        })
        // ‖x‖²/v_t is χ² with d degrees: relative standard deviation below √(2/d) of a term of the loss's size; times spread evenly.
        approximately(loss / expected, 1, 5 * Math.sqrt(8 / n))
        return loss
      }
      const least = at(1)
      assert.ok(least < at(0.7) && least < at(1.4), name)
    }
  })

  test('weights are σ², g², 1 and σ²/d; g² of VP is β', () => {
    const weights = scoreWeights(process, 3)
    approximately(weights.variance(0.3), process.sigma(0.3) ** 2, 1e-12)
    approximately(weights.likelihood(0.3), 0.1 + 0.3 * 19.9, 1e-9)
    // E‖∇ log p(x_t | x_0)‖² = E‖z‖²/σ² = d/σ².
    approximately(weights.inverseScore(0.3), process.sigma(0.3) ** 2 / 3, 1e-12)
    assert.equal(weights.one(0.3), 1)
    assert.throws(() => scoreWeights(process, 0), /d must be a positive whole/)
  })

  test('states simulated from f and g alone have the moments of the kernel, to the order of the step', () => {
    const x = tf.fill([20_000, 1], 1.5)
    const t = new Float64Array(20_000).map((_, i) => (i % 2 ? 0.3 : 0.6))
    const moved = take(simulateForward(process, { steps: 200 })(x, t, named('path')))
    for (const [odd, time] of [
      [1, 0.3],
      [0, 0.6],
    ] as const) {
      const values = moved.filter((_, i) => i % 2 === odd)
      const mean = values.reduce((a, b) => a + b) / values.length
      const variance = values.reduce((sum, y) => sum + (y - mean) ** 2, 0) / values.length
      // Euler's mean and variance, by its own recursion in doubles.
      let [m, s2] = [1.5, 0]
      for (let k = 0; k < 200; k++) {
        const [now, dt] = [(time * k) / 200, time / 200]
        m *= 1 + process.drift(now) * dt
        s2 = s2 * (1 + process.drift(now) * dt) ** 2 + process.diffusion(now) * dt
      }
      assert.ok(Math.abs(mean - m) < 5 * Math.sqrt(s2 / values.length))
      assert.ok(Math.abs(variance / s2 - 1) < 5 * Math.sqrt(2 / values.length))
      approximately([m, s2], [1.5 * process.alpha(time), process.sigma(time) ** 2], 0.02)
    }
    assert.throws(() => simulateForward(process, { steps: 0 }), /steps must be a positive whole/)
  })

  test('asks the equation only: simulated states give the same loss, to the order of the step', () => {
    const x = law.draw(40_000, named('data'))
    const model = exact(process, law)
    const loss = (perturb?: ReturnType<typeof simulateForward>) =>
      take(slicedSdeLoss(model, x, { stream: named('loss'), ...(perturb && { perturb }) }))[0]!
    const expected = average((t) => (process.sigma(t) ** 2 * -d) / (2 * marginal(t)))
    approximately(loss(), expected, 0.02)
    approximately(loss(simulateForward(process, { steps: 40 })), expected, 0.04)
  })
})

test('the weighted sum over noise levels has its closed form on a Gaussian, for λ = σ² and λ = 1', () => {
  const sigmas = [2, 1, 0.5]
  const x = law.draw(n, named('data'))
  // The exact score at each level: its loss is ½ d·v/(σ²(v + σ²)).
  for (const weight of [(sigma: number) => sigma ** 2, () => 1]) {
    const score = (y: tf.Tensor, level: Float64Array) =>
      tf.mul(
        y,
        tf.tensor2d(
          Float32Array.from(level, (i) => -1 / (v + sigmas[i]! ** 2)),
          [n, 1],
        ),
      )
    const loss = take(multiscaleScoreMatching(score, x, { sigmas, weight, stream: named('levels') }))[0]!
    const terms = sigmas.map((sigma) => (weight(sigma) * 0.5 * d * v) / (sigma ** 2 * (v + sigma ** 2)))
    const expected = terms.reduce((a, b) => a + b) / 3
    // The spread of a term is that of a χ² of two degrees and of the level: about its largest.
    assert.ok(Math.abs(loss - expected) < (5 * 2 * Math.max(...terms)) / Math.sqrt(n), `${loss}, ${expected}`)
  }
  assert.throws(() => multiscaleScoreMatching((y) => y, x, { sigmas: [1, 0] }), /sigmas must be positive/)
  // And the same by a mixture's exact score at one level.
  const one = perturbed(law, 0.5)
  const single = take(
    multiscaleScoreMatching((y) => one.score(y), x, { sigmas: [0.5], stream: named('one') }),
  )[0]!
  approximately(single, (0.25 * 0.5 * d * v) / (0.25 * (v + 0.25)), 0.02)
})
