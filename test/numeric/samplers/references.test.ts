import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import {
  asDenoiser,
  data,
  ddim,
  ddimStep,
  ddpm,
  dpmpp2M,
  dpmSolver,
  errorsByNfe,
  euler,
  exact,
  grids,
  head,
  heun,
  Prediction,
  vp,
  type Denoiser,
} from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files } from '../backends'
import { last } from './common'

before(() => selectBackend('cpu', files))

const table = ddpm()

/**
 * The loop that a widely used library tests its schedulers with: from x = 0, 1/768, …, 767/768 and a model that answers
 * x k/(k + 1) at step k, counted from 0, with DDPM's linear table of a thousand steps.
 */
const START = Float64Array.from({ length: 768 }, (_, i) => i / 768)

function toy(predicts: 'noise' | 'v', clip = false): Denoiser<Float64Array> {
  const { x0, noise } = head(table, predicts)
  return asDenoiser<Float64Array>(table, [768], (x, t) => {
    const k = (t as number) - 1
    const output = x.map((value) => (value * k) / (k + 1))
    const [a, b] = x0(t as number)
    const clean = x.map((value, i) => a * value + b * output[i]!)
    const [c, d] = noise(t as number)
    return new Prediction(table, t, [
      {
        value: clip ? clean.map((value) => Math.max(-1, Math.min(1, value))) : clean,
        ofX0: () => 1,
        ofNoise: () => 0,
      },
      { value: x.map((value, i) => c * value + d * output[i]!), ofX0: () => 0, ofNoise: () => 1 },
    ])
  })
}

const size = (x: Float64Array): number => x.reduce((sum, value) => sum + Math.abs(value), 0)

describe('loops of another library', () => {
  test('DDIM in ten steps, predicting noise (x̂₀ kept within ±1) and v', async () => {
    const times = grids.leading(table, 10, 1000, 0)
    assert.deepEqual(times, [901, 801, 701, 601, 501, 401, 301, 201, 101, 1, 0])
    approximately(size(await last(ddim(toy('noise', true), { times }), START)), 172.0067, 1e-5)
    approximately(size(await last(ddim(toy('v', true), { times }), START)), 52.5302, 1e-5)
  })

  test('DPM-Solver++(2M) in ten steps', async () => {
    // Ten of eleven even steps from 999 to 0, counted from 0, and then the first.
    const times = [...grids.linspace(table, 11, 1000, 0).slice(0, -1)]
    assert.equal(times.length, 11)
    assert.deepEqual([times[0], times.at(-1)], [1000, 1])
    const x = await last(dpmpp2M(toy('noise'), { times }), START)
    approximately(size(x) / 768, 0.3301, 5.1e-5)
  })

  test('DDIM’s variances', () => {
    // Steps 420 → 400 and 980 → 960, counted from 0.
    approximately(ddimStep(table, 1, 421, 401).deviation ** 2, 0.14772, 5e-6)
    approximately(ddimStep(table, 1, 981, 961).deviation ** 2, 0.3246, 6e-6)
  })
})

describe('where the error of a sampler comes from', () => {
  const process = vp()
  const law = data.mixture({ means: [[0.5]], deviations: 0.5 })
  const wrong = data.mixture({ means: [[0.5]], deviations: 0.6 })

  test('on Gaussians each part is a closed form', async () => {
    const n = 1500
    const { curves, score, prior } = await errorsByNfe(exact(process, wrong), {
      truth: exact(process, law),
      data: law,
      n,
      steps: [10, 20, 40],
      samplers: { Euler: (m, steps) => euler(m, { steps }), Heun: (m, steps) => heun(m, { steps }) },
      stream: new RandomStream(3, 'errors'),
    })
    const [alpha, sigma] = [process.alpha(1), process.sigma(1)]
    const total = (v: number, t: number) => process.alpha(t) ** 2 * v + process.sigma(t) ** 2
    const slope = (v: number) => Math.sqrt(total(v, 1e-3) / total(v, 1))
    // x ↦ α_ε μ + (x − α_1 μ) slope: from σ z with two slopes, and from σ z and α x₀ + σ z with one.
    const byScore = Math.hypot(sigma, alpha * 0.5) * Math.abs(slope(0.36) - slope(0.25))
    const byPrior = alpha * Math.sqrt(0.25 + 0.25) * slope(0.25)
    // The root of a mean square of n is good to 1/√(2n) of itself: five of those.
    approximately(score / byScore, 1, 5 / Math.sqrt(2 * n))
    approximately(prior / byPrior, 1, 5 / Math.sqrt(2 * n))
    for (const { name, evaluations, discretisation, total } of curves) {
      assert.deepEqual(evaluations, name === 'Heun' ? [20, 40, 80] : [10, 20, 40])
      const order = Math.log2(discretisation[1]! / discretisation[2]!)
      assert.ok(Math.abs(order - (name === 'Heun' ? 2 : 1)) < 0.35, `${name}: ${order}`)
      for (const [i, all] of total.entries())
        assert.ok(all <= (discretisation[i]! + score + prior) * 1.001, `${name}: the triangle`)
    }
  })

  test('without a truth or data, only the steps are to blame', async () => {
    const { score, prior } = await errorsByNfe(exact(process, law), {
      n: 8,
      steps: [4],
      samplers: { Euler: (m, steps) => euler(m, { steps }) },
      stream: new RandomStream(3, 'errors'),
    })
    assert.deepEqual([score, prior], [0, 0])
  })

  test('samplers that cannot be compared are named', async () => {
    const model = exact(process, law)
    await assert.rejects(errorsByNfe(model, { samplers: {} }), /samplers are functions by name/)
    await assert.rejects(
      errorsByNfe(model, {
        steps: [3],
        n: 4,
        samplers: {
          Euler: (m, steps) => euler(m, { steps }),
          DPM: (m, steps) => dpmSolver(m, { steps, end: 0.1 }),
        },
        stream: new RandomStream(1, 'x'),
      }),
      /DPM goes from 1 to 0\.1, but Euler from 1 to 0\.001/,
    )
  })
})
