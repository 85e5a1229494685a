import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  data,
  ddpm,
  denoiser,
  denoising,
  edm,
  edmHead,
  head,
  mlp,
  ncsn,
  ncsnHead,
  Prediction,
  rectified,
  subVp,
  timeSampling,
  truth,
  ve,
  vp,
  type GaussianProcess,
  type Head,
  type Quantity,
  type TimeSampling,
} from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('cpu', files))

const x0 = Float64Array.of(0.7, -1.2, 0.1)
const noise = Float64Array.of(-0.3, 0.9, 2)

/** Reads a prediction off a head's output. */
function read(process: GaussianProcess, chosen: Head, x: Float64Array, t: number, output: Float64Array) {
  return new Prediction(process, t, [
    { value: x, ofX0: (t) => chosen.x0(t)[0], ofNoise: (t) => chosen.noise(t)[0] },
    { value: output, ofX0: (t) => chosen.x0(t)[1], ofNoise: (t) => chosen.noise(t)[1] },
  ])
}

describe('heads', () => {
  test("EDM's coefficients at σ = 1", () => {
    const chosen = edmHead(edm(), { sigmaData: 0.5 })
    const [skip, out] = chosen.x0(1)
    approximately([skip, out, chosen.input(1), chosen.weight!(1)], [0.2, 0.4472136, 0.8944272, 5], 5e-8)
    approximately(chosen.label(1), 0, 0)
    approximately(chosen.label(2), Math.log(2) / 4, 1e-15)
    assert.throws(() => edmHead(edm(), { sigmaData: 0 }), /sigmaData must be positive/)
  })

  test('the output of a perfect EDM network, read in every way, under every process', () => {
    for (const process of [edm(), vp(), rectified(), subVp(), ve()])
      for (const t of [0.02, 0.4, 0.9]) {
        const chosen = edmHead(process, { sigmaData: 0.7 })
        const [a, sigma] = [process.alpha(t), process.sigma(t)]
        const ratio = sigma / a
        const x = x0.map((value, i) => a * value + sigma * noise[i]!)
        // (x₀ − c_skip x/α)/c_out, from the table of the paper.
        const skip = 0.49 / (ratio ** 2 + 0.49)
        const out = (ratio * 0.7) / Math.sqrt(ratio ** 2 + 0.49)
        const output = x0.map((value, i) => (value - (skip * x[i]!) / a) / out)
        const prediction = read(process, chosen, x, t, output)
        const right = truth(process, t, x0, noise)
        for (const quantity of ['x0', 'noise', 'score', 'v', 'velocity'] as const)
          approximately(prediction.read(quantity), right.read(quantity), 1e-9, `${process.name} ${quantity}`)
      }
    // Finite at clean data too: nothing but x itself.
    approximately(read(edm(), edmHead(edm()), x0, 0, noise).x0, x0, 0)
  })

  test('NCSN’s: a score by the number of its scale, or without being told and divided by the scale', () => {
    const process = ncsn({ sigmas: [1, 0.5, 0.1] })
    for (const t of [1, 2, 3]) {
      const sigma = process.sigma(t)
      const x = x0.map((value, i) => value + sigma * noise[i]!)
      const score = noise.map((value) => -value / sigma)
      const byIndex = ncsnHead(process, { by: 'index' })
      approximately(read(process, byIndex, x, t, score).score, score, 1e-12)
      approximately(read(process, byIndex, x, t, score).x0, x0, 1e-12)
      assert.equal(byIndex.label(t), t)
      const byScale = ncsnHead(process)
      const output = score.map((value) => value * sigma)
      approximately(read(process, byScale, x, t, output).score, score, 1e-12)
      approximately(read(process, byScale, x, t, output).x0, x0, 1e-12)
      approximately(read(process, byScale, x, t, output).noise, noise, 1e-12)
      assert.equal(byScale.label(1), byScale.label(t))
      for (const chosen of [byIndex, byScale]) approximately(chosen.weight!(t), sigma ** 2, 1e-15)
    }
    assert.throws(() => ncsnHead(process, { by: 'name' as never }), /'index' or 'scale', not name/)
  })

  test('three heads that mean the same give the same ε, x₀, score and v under DDPM', () => {
    const process = ddpm()
    for (const t of [1, 37, 500, 1000]) {
      const right = truth(process, t, x0, noise)
      const x = x0.map((value, i) => process.alpha(t) * value + process.sigma(t) * noise[i]!)
      for (const predicts of ['noise', 'x0', 'score', 'v'] as const) {
        const prediction = read(process, head(process, predicts), x, t, right.read(predicts))
        // DDPM's own formulas.
        const bar = process.alpha(t) ** 2
        const eps = prediction.noise
        approximately(
          prediction.score,
          eps.map((e) => -e / Math.sqrt(1 - bar)),
          1e-9,
        )
        approximately(
          prediction.x0,
          x.map((value, i) => (value - Math.sqrt(1 - bar) * eps[i]!) / Math.sqrt(bar)),
          1e-7,
        )
        approximately(prediction.v, right.v, 1e-7)
        approximately(eps, noise, 1e-7)
      }
    }
  })

  test('an untrained EDM network has unit loss at every noise level, for data of the stated size', () => {
    const law = data.mixture({ means: [[0, 0]], deviations: 0.5 })
    const stream = new RandomStream(5, 'unit')
    const model = denoiser(edm(), mlp({ dim: 2, hidden: [4] }), { predicts: edmHead(edm()), stream })
    const silent = model.withParams(
      Object.fromEntries(Object.entries(model.params).map(([name, value]) => [name, tf.zerosLike(value)])),
    )
    const x = law.draw(20_000, stream)
    for (const t of [0.01, 0.5, 3, 80]) {
      const fixed: TimeSampling = { draw: (_, n) => new Float64Array(n).fill(t) }
      const loss = denoising(silent, x, { compare: 'x0', weight: model.head.weight!, times: fixed, stream })
      // 40,000 squares of a standard normal: four standard errors are 0.03.
      approximately(take(loss), [1], 0.03, `loss at ${t}`)
    }
    // And that is what the model is trained with.
    const [a, b] = [new RandomStream(6, 'same'), new RandomStream(6, 'same')]
    approximately(
      take(model.loss(x, a)),
      take(denoising(model, x, { compare: 'x0', weight: model.head.weight!, stream: b })),
      1e-6,
    )
  })

  test('a denoiser is trained with the weight and the times that it was made with', () => {
    const stream = () => new RandomStream(7, 'options')
    const weight = (t: number) => 3 + t
    const times = timeSampling.logNormal({ mean: -1, deviation: 0.5 })
    const model = denoiser(vp(), mlp({ dim: 2, hidden: [4] }), {
      predicts: 'v',
      weight,
      times,
      stream: stream(),
    })
    const x = data.moons().draw(64, stream())
    approximately(
      take(model.loss(x, stream())),
      take(denoising(model, x, { compare: 'v', weight, times, stream: stream() })),
      1e-6,
    )
    // A score is trained with σ², which makes its loss that of the noise.
    const score = denoiser(vp(), mlp({ dim: 2, hidden: [4] }), { predicts: 'score', stream: stream() })
    approximately(take(score.loss(x, stream())), take(denoising(score, x, { stream: stream() })), 1e-4)
    assert.throws(
      () => denoiser(vp(), mlp({ dim: 2 }), { predicts: 'epsilon' as Quantity }),
      /predicts one of/,
    )
  })
})

describe('times for training', () => {
  const stream = () => new RandomStream(8, 'times')

  test('low discrepancy: one in each n-th of the interval, or so many of each step', () => {
    const t = timeSampling.lowDiscrepancy().draw(vp(), 100, stream()).sort()
    for (const [i, time] of t.entries()) {
      const share = (time - 1e-3) / (1 - 1e-3)
      assert.ok(share >= i / 100 && share < (i + 1) / 100, `${i}: ${time}`)
    }
    const steps = timeSampling.lowDiscrepancy().draw(ddpm({ betas: [0.1, 0.2, 0.3, 0.4] }), 100, stream())
    for (const step of [1, 2, 3, 4]) assert.equal(steps.filter((t) => t === step).length, 25)
  })

  test('independent: uniform, by its first two moments', () => {
    const n = 20_000
    const t = timeSampling.independent().draw(vp(), n, stream())
    const mean = t.reduce((a, b) => a + b) / n
    const variance = t.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n
    // Five standard errors of the mean and of the variance of a uniform law.
    assert.ok(Math.abs(mean - (1 + 1e-3) / 2) < 5 * Math.sqrt(1 / 12 / n))
    assert.ok(Math.abs(variance - 0.999 ** 2 / 12) < 5 * Math.sqrt((1 / 80 - 1 / 144) / n))
    const squared = timeSampling.independent({ warp: (u) => u ** 2 }).draw(vp(), n, stream())
    approximately(squared.reduce((a, b) => a + b) / n, 1e-3 + 0.999 / 3, 5 * Math.sqrt(4 / 45 / n))
  })

  test('log-normal: log(σ/α) has the stated mean and deviation, under any process', () => {
    const n = 20_000
    for (const process of [edm(), vp(), rectified()]) {
      const t = timeSampling.logNormal({ mean: -0.4, deviation: 0.8 }).draw(process, n, stream())
      const z = t.map((time) => Math.log(process.sigma(time) / process.alpha(time)))
      const mean = z.reduce((a, b) => a + b) / n
      const deviation = Math.sqrt(z.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n)
      assert.ok(Math.abs(mean + 0.4) < (5 * 0.8) / Math.sqrt(n), `${process.name}: mean ${mean}`)
      assert.ok(Math.abs(deviation - 0.8) < (5 * 0.8) / Math.sqrt(2 * n), `deviation ${deviation}`)
    }
    // What does not fit into the process's times is moved to their ends.
    const small = edm({ sigmaMax: 0.5 })
    const t = timeSampling.logNormal({ mean: 3 }).draw(small, 100, stream())
    assert.ok(t.every((time) => time > 0 && time <= 0.5))
    const table = timeSampling.logNormal().draw(ddpm(), 1000, stream())
    assert.ok(table.every((time) => Number.isInteger(time) && time >= 1 && time <= 1000))
    assert.throws(() => timeSampling.logNormal({ deviation: 0 }), /deviation must be positive/)
    assert.throws(() => timeSampling.logNormal({ mean: NaN }), /mean must be finite/)
  })
})
