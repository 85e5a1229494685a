import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { mixture, type Mixture } from '../../../src/models/data/mixture'
import { asDenoiser, type Denoiser } from '../../../src/models/denoiser'
import { exact } from '../../../src/models/exact'
import { bases } from '../../../src/models/flows'
import { klBound, likelihoodWeight, logLikelihood } from '../../../src/models/likelihood'
import { Prediction, QUANTITIES } from '../../../src/models/prediction'
import type { GaussianProcess } from '../../../src/models/process'
import { rectified, subVp, ve, vp } from '../../../src/models/processes'
import { combine } from '../../../src/models/state'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files } from '../backends'

before(() => selectBackend('cpu', files))

/** The exact score times a number. */
function scaled(process: GaussianProcess, law: Mixture, factor: number): Denoiser<Float64Array> {
  const truth = exact<Float64Array>(process, law)
  return asDenoiser(process, law.shape, (x: Float64Array, t) => {
    return new Prediction(process, t, [
      { value: x, ofX0: (t) => 1 / process.alpha(t), ofNoise: () => 0 },
      {
        value: combine([factor, truth.score(x, t)]),
        ofX0: (t) => process.sigma(t) ** 2 / process.alpha(t),
        ofNoise: (t) => -process.sigma(t),
      },
    ])
  })
}

/** KL(N(0, 1) ‖ N(0, v)). */
const klNormal = (v: number): number => 0.5 * (1 / v - 1 + Math.log(v))

describe('the KL bound of likelihood weighting, on a Gaussian', () => {
  // VE with v₀ = 1 and σ_T² = e⁴ − 1, so that v_t = e^{4t}; the score times 0.95; the exact p_T as prior.
  const process = ve({ sigmaMin: 1, sigmaMax: Math.exp(2) })
  const law = mixture({ means: [[0]], deviations: 1 })
  const factor = 0.95
  const model = scaled(process, law, factor)
  const truth = exact<Float64Array>(process, law)
  const prior = truth.marginal(1)

  test('is .0050, from samples as from the integral', async () => {
    const x0 = new RandomStream(1, 'x0').normal(4096)
    const {
      score,
      prior: ofPrior,
      bound,
    } = await klBound(model, truth, x0, {
      from: 0,
      prior,
      points: 40,
      stream: new RandomStream(2, 'noise'),
    })
    // ½ ∫ g² (0.05)²/v dt = ½ · 0.0025 · log(v_T/v_0); 40 independent means of 4096 squares each: 0.4 % and less.
    approximately(score / 0.005, 1, 0.015)
    approximately(ofPrior, 0, 1e-12)
    approximately(bound / 0.005, 1, 0.015)
  })

  test('holds for the reverse SDE, whose KL is .0025', () => {
    // Along the reverse SDE with the score −c x/v: dV/dv = 2cV/v − 1, from V(e⁴) = e⁴, by RK4 in v here.
    const rate = (v: number, variance: number): number => (2 * factor * variance) / v - 1
    let [v, variance] = [Math.exp(4), Math.exp(4)]
    const h = (1 - v) / 4000
    for (let i = 0; i < 4000; i++) {
      const k1 = rate(v, variance)
      const k2 = rate(v + h / 2, variance + (h / 2) * k1)
      const k3 = rate(v + h / 2, variance + (h / 2) * k2)
      const k4 = rate(v + h, variance + h * k3)
      variance += (h / 6) * (k1 + 2 * k2 + 2 * k3 + k4)
      v += h
    }
    approximately(klNormal(variance), 0.0025, 5e-5)
    assert.ok(klNormal(variance) < 0.005)
  })

  test('does not hold for the ODE, whose KL is .0094', async () => {
    // E log p_0 − E log p_θ over the quantiles of N(0, 1), with the likelihood that the ODE really has.
    const n = 801
    const x = Float64Array.from({ length: n }, (_, i) => -6 + (12 * i) / (n - 1))
    const { logDensity } = await logLikelihood(model, x, {
      from: 1e-9,
      prior,
      tolerance: 1e-9,
      // ∇·v of v = −½ g² c s with s = −x/v_t.
      trace: (x, t) =>
        new Float64Array(x.length).fill((0.5 * process.diffusion(t) * factor) / Math.exp(4 * t)),
    })
    const step = 12 / (n - 1)
    const kl = x.reduce((sum, value, i) => {
      const logP = -0.5 * (value * value + Math.log(2 * Math.PI))
      return sum + Math.exp(logP) * (logP - logDensity[i]!) * step
    }, 0)
    approximately(kl, 0.0094, 5e-5)
    // What it draws is N(0, e^{0.2}): v_T^{1−c} times v_0.
    approximately(kl, klNormal(Math.exp(0.2)), 1e-6)
    assert.ok(kl > 0.005)
  })

  test('the prior’s part is KL(p_T ‖ π)', async () => {
    const x0 = new RandomStream(3, 'x0').normal(40_000)
    const { prior: ofPrior } = await klBound(truth, truth, x0, {
      from: 0.5,
      points: 1,
      prior: bases.normal({ dim: 1, deviation: 5 }),
      stream: new RandomStream(4, 'noise'),
    })
    const v = Math.exp(4)
    const kl = 0.5 * (v / 25 - 1 - Math.log(v / 25))
    // Four standard errors of the mean of ½(1/25 − 1/v) x².
    approximately(ofPrior, kl, (4 * 0.5 * (v / 25 - 1) * Math.SQRT2) / 200)
  })
})

describe('likelihood weights', () => {
  test('λ = g² for the score is the same loss in every quantity', () => {
    for (const process of [vp(), subVp(), ve({ sigmaMin: 0.1, sigmaMax: 4 }), rectified()]) {
      const [t, x] = [0.4, Float64Array.of(0.3)]
      /** What two noises say, read in every quantity. */
      const read = (noise: number): Prediction<Float64Array> =>
        new Prediction(process, t, [
          { value: x, ofX0: (t) => 1 / process.alpha(t), ofNoise: () => 0 },
          {
            value: Float64Array.of(noise),
            ofX0: (t) => -process.sigma(t) / process.alpha(t),
            ofNoise: () => 1,
          },
        ])
      const [a, b] = [read(0.7), read(-0.2)]
      const losses = QUANTITIES.map(
        (quantity) =>
          likelihoodWeight(process, quantity)(t) * (a.read(quantity)[0]! - b.read(quantity)[0]!) ** 2,
      )
      approximately(
        losses,
        losses.map(() => process.diffusion(t) * (0.9 / process.sigma(t)) ** 2),
        1e-10,
      )
    }
  })

  test('of an unknown quantity there is none', () => {
    assert.throws(() => likelihoodWeight(vp(), 'noises' as 'noise'), /compare must be one of score, noise/)
  })
})
