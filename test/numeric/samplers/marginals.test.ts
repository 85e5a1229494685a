import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  data,
  ddim,
  ddimInversion,
  ddpm,
  dpmSolver,
  euler,
  eulerMaruyama,
  exact,
  follow,
  grids,
  heun,
  improvedEuler,
  rectified,
  reverseDiffusion,
  rk45,
  stochasticHeun,
  subVp,
  ve,
  vp,
} from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'
import { doubles, gaussian, largest, last, STARTS } from './common'

before(() => selectBackend('cpu', files))

const process = vp()

/** The standard normal distribution function, by Simpson's rule. */
function phi(x: number): number {
  const n = 400
  const clipped = Math.max(-9, Math.min(9, x))
  const h = clipped / n
  let sum = 0
  for (let i = 0; i <= n; i++) sum += Math.exp(-((i * h) ** 2) / 2) * (i === 0 || i === n ? 1 : i % 2 ? 4 : 2)
  return 0.5 + (sum * h) / 3 / Math.sqrt(2 * Math.PI)
}

/** P(x_t ≤ x) for M1 under VP. */
function cdf(x: number, t: number): number {
  const [a, s] = [process.alpha(t), process.sigma(t)]
  const deviation = Math.sqrt(0.09 * a * a + s * s)
  return 0.3 * phi((x + a) / deviation) + 0.7 * phi((x - a) / deviation)
}

/** The Kolmogorov–Smirnov distance of a sample from p_t. */
function distance(sample: Float64Array, t: number): number {
  const sorted = sample.slice().sort()
  return Math.max(
    ...Array.from(sorted, (x, i) => {
      const p = cdf(x, t)
      return Math.max(p - i / sorted.length, (i + 1) / sorted.length - p)
    }),
  )
}

/** n points at even quantiles of p_t. */
function quantiles(n: number, t: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    let [low, high] = [-6, 6]
    for (let k = 0; k < 60; k++) {
      const middle = (low + high) / 2
      if (cdf(middle, t) < (i + 0.5) / n) low = middle
      else high = middle
    }
    return (low + high) / 2
  })
}

describe('laws on the way', () => {
  // The distance is above 1.95/√n less than once in a thousand samples.
  const n = 1200
  const bound = 1.95 / Math.sqrt(n)

  for (const eta of [0, 0.5, 1, 1.5])
    test(`the reverse SDE with η = ${eta} has the laws p_t at every t`, async () => {
      const stream = new RandomStream(11, `eta ${eta}`)
      const start = quantiles(n, 1)
      const times = grids.logSnr(process, 60, 1, 1e-3)
      let checked = 0
      for await (const { x, t, step } of stochasticHeun(doubles(process), { times, eta })(start, stream))
        if (step % 12 === 0) {
          checked++
          assert.ok(distance(x, t) < bound, `t = ${t}: ${distance(x, t)}`)
        }
      assert.equal(checked, 6)
    })

  test('the drift with ½ g² in the place of g² has other laws: the check can fail', async () => {
    const stream = new RandomStream(11, 'eta 1')
    const model = doubles(process)
    const half = {
      ...model,
      predict: (x: Float64Array, t: number) => halved(model.predict(x, t)),
    } as typeof model
    const x = await last(stochasticHeun(half, { steps: 60 }), quantiles(n, 1), stream)
    assert.ok(distance(x, 1e-3) > 2 * bound)
  })

  test('the ODE of a Gaussian has its closed form under VE, VP, sub-VP and straight lines', async () => {
    const [mean, v] = [0.8, 0.25]
    for (const on of [ve({ sigmaMax: 20 }), vp(), subVp(), rectified()]) {
      const total = (t: number) => on.alpha(t) ** 2 * v + on.sigma(t) ** 2
      const start = Float64Array.of(-1, 0.4, 2).map((x) => on.sigma(1) * x)
      const expected = start.map(
        (x) => on.alpha(0.01) * mean + (x - on.alpha(1) * mean) * Math.sqrt(total(0.01) / total(1)),
      )
      const x = await last(rk45(doubles(on, gaussian(v, mean)), { end: 0.01, tolerance: 1e-9 }), start)
      approximately(x, expected, 1e-6, on.name)
    }
  })

  test('trajectories of the probability-flow ODE never cross', async () => {
    const start = Float64Array.from({ length: 61 }, (_, i) => -3 + i / 10)
    for (const sampler of [
      heun(doubles(process), { steps: 60 }),
      dpmSolver(doubles(process), { steps: 30, order: 3 }),
      rk45(doubles(process), { tolerance: 1e-4, control: 'batch' }),
    ])
      for await (const { x, t } of sampler(start))
        for (let i = 1; i < x.length; i++) assert.ok(x[i]! > x[i - 1]!, `t = ${t}, between ${i - 1} and ${i}`)
  })

  test('up in time by DDIM and back', async () => {
    const model = doubles(process)
    const x0 = Float64Array.of(-1.2, -0.4, 0.3, 1.1)
    const up = ddimInversion(model, { steps: 400, grid: grids.logSnr })
    const codes = await last(up, x0)
    const exactly = await last(rk45(model, { start: 1e-3, end: 1, tolerance: 1e-9 }), x0)
    assert.ok(largest(codes, exactly) < 0.05)
    const back = await last(ddim(model, { times: [...up.times].reverse() }), codes)
    assert.ok(largest(back, x0) < 0.05)
    // The inversion of one step is exact where the prediction does not change along it.
    assert.throws(() => ddimInversion(model, { times: [1, 0.5] }), /times must rise/)
  })
})

/** A prediction with half of its score, at the same velocity. */
function halved(prediction: { velocity: Float64Array; score: Float64Array }) {
  const { velocity, score } = prediction
  return {
    velocity,
    score,
    combination: (a: (t: number) => number, b: (t: number) => number) => combination(prediction, a(0), b(0)),
  }
}

function combination(prediction: unknown, a: number, b: number): Float64Array {
  const { x0, noise } = prediction as { x0: Float64Array; noise: Float64Array }
  return x0.map((value, i) => a * value + 0.5 * b * noise[i]!)
}

describe('the table and its limit', () => {
  test('DDPM’s chain with β_i = β(i/N)/N tends to VP, and its reverse to the reverse SDE, like 1/N', () => {
    const differences = [50, 100, 200, 400].map((n) => {
      const betas = Float64Array.from({ length: n }, (_, i) => (0.1 + (19.9 * (i + 1)) / n) / n)
      const table = ddpm({ betas })
      const ofAlpha = Math.max(
        ...Array.from(betas, (_, i) => Math.abs(table.alpha(i + 1) ** 2 - process.alpha((i + 1) / n) ** 2)),
      )
      // One step back from the middle, in units of 1/N: 2 − √(1 − β) = 1 + ½ β(t)/N + …, and so on.
      const t = n / 2
      const [discrete] = reverseDiffusion(doubles(table), { times: [t, t - 1] }).linear!
      const [continuous] = eulerMaruyama(doubles(process), { times: [0.5, 0.5 - 1 / n] }).linear!
      const drift = (step: typeof discrete, sigma: number, alpha: number) => {
        // In terms of x and the score, from x = αx̂₀ + σε̂.
        const { state, predictions } = step!.next
        const [ofX0, ofNoise] = predictions[0]!
        const x = state + ofX0 / alpha
        return [
          (x - 1) * n,
          -(ofNoise - (ofX0 * sigma) / alpha) * sigma * n,
          step!.next.fresh[0]! * Math.sqrt(n),
        ]
      }
      const a = drift(discrete, table.sigma(t), table.alpha(t))
      const b = drift(continuous, process.sigma(0.5), process.alpha(0.5))
      approximately(b, [0.5 * 10.05, 10.05, Math.sqrt(10.05)], 1e-9)
      return [ofAlpha, largest(a, b)] as const
    })
    for (let i = 1; i < differences.length; i++)
      for (const k of [0, 1] as const) {
        const order = Math.log2(differences[i - 1]![k] / differences[i]![k])
        assert.ok(order > 0.8 && order < 1.3, `${k}: ${order}`)
      }
  })
})

describe('the end time and the denoising step', () => {
  const n = 400
  /** Mean and variance of M1: 0.4 and 0.84 + 0.09. */
  const [mean, variance] = [0.4, 0.93]
  const moments = (x: Float64Array): [number, number] => {
    const average = x.reduce((sum, value) => sum + value, 0) / x.length
    return [average, x.reduce((sum, value) => sum + (value - average) ** 2, 0) / x.length]
  }

  test('what stays behind at ε on M1: αm and α²v + σ², as known as the ODE is solved', async () => {
    for (const end of [1e-3, 1e-2]) {
      const x = await last(rk45(doubles(process), { tolerance: 1e-8, end }), quantiles(n, 1))
      const [alpha, sigma] = [process.alpha(end), process.sigma(end)]
      const [average, square] = moments(x)
      // 400 quantiles have the mean to 1e-4 and the variance to 1e-3.
      approximately(average, alpha * mean, 3e-4)
      approximately(square, alpha ** 2 * variance + sigma ** 2, 2e-3)
      assert.ok(distance(x, end) < 0.6 / n)
    }
  })

  test('denoising takes the noise away, and too much: Var E[x₀|x_ε] is below that of the data', async () => {
    const model = doubles(process)
    for (const end of [1e-3, 0.02]) {
      const start = quantiles(n, 1)
      const x = await last(rk45(model, { tolerance: 1e-8, end }), start)
      const denoised = await last(rk45(model, { tolerance: 1e-8, end, denoise: true }), start)
      const [average, square] = moments(denoised)
      approximately(average, mean, 3e-4)
      // By quadrature over p_ε: E[x₀|x]² averaged.
      let [total, weight] = [0, 0]
      for (let y = -4; y <= 4; y += 1e-3) {
        const p = cdf(y + 5e-4, end) - cdf(y - 5e-4, end)
        total += p * model.predict(Float64Array.of(y), end).x0[0]! ** 2
        weight += p
      }
      const law = total / weight - mean ** 2
      approximately(square, law, 2e-3)
      const noisy = moments(x)[1]
      assert.ok(law < variance && square < noisy)
    }
    // At ε = 10⁻³ the noise that is left has the variance σ² = 1.1e-4, at 10⁻⁴ 1.0e-5.
    approximately(process.sigma(1e-3) ** 2, 1.0994e-4, 1e-7)
    approximately(process.sigma(1e-4) ** 2, 1.00995e-5, 1e-9)
  })

  test('on N(0, v) both are closed forms', async () => {
    const v = 0.25
    const model = doubles(process, gaussian(v))
    const total = (t: number) => process.alpha(t) ** 2 * v + process.sigma(t) ** 2
    const start = Float64Array.of(Math.sqrt(total(1)))
    for (const end of [1e-3, 0.05]) {
      const [left] = await last(rk45(model, { tolerance: 1e-10, end }), start)
      approximately(left! ** 2, total(end), 1e-8)
      const [clean] = await last(rk45(model, { tolerance: 1e-10, end, denoise: true }), start)
      approximately(clean! ** 2, (process.alpha(end) * v) ** 2 / total(end), 1e-8)
    }
  })
})

describe('improved Euler with adaptive steps', () => {
  const model = doubles(process, gaussian(0.25))

  test('one step: Heun’s with the noise shared, and the next step from the error', async () => {
    const z = Float64Array.of(0.7)
    const stream = { normal: () => z } as unknown as RandomStream
    const x = 0.4
    const walk = improvedEuler(model, { first: 0.05, absolute: 100 })(Float64Array.of(x), stream)
    await walk.next()
    const { value: one } = await walk.next()
    const { value: two } = await walk.next()
    const v = (t: number) => process.alpha(t) ** 2 * 0.25 + process.sigma(t) ** 2
    const drift = (x: number, t: number) =>
      -0.5 * process.diffusion(t) * x + (process.diffusion(t) * x) / v(t)
    const k = (x: number, t: number, h: number) =>
      -h * drift(x, t) + Math.sqrt(process.diffusion(t) * h) * 0.7
    // VP: f = −½g².
    const [k1] = [k(x, 1, 0.05)]
    const k2 = -0.05 * drift(x + k1, 0.95) + Math.sqrt(process.diffusion(0.95) * 0.05) * 0.7
    approximately(one!.x, x + 0.5 * (k1 + k2), 1e-12)
    assert.equal(one!.evaluations, 2)
    assert.equal(one!.t, 0.95)
    const error = Math.abs(0.5 * (k2 - k1)) / 100
    const next = Math.min(0.95 - 1e-3, 0.9 * 0.05 * error ** -0.9)
    approximately(two!.t, 0.95 - next, 1e-12)
  })

  /** The variance that n samples of N(0, ¼) in d dimensions come out with, and the NFE. */
  async function run(options: object, n: number, d = 1): Promise<{ variance: number; evaluations: number }> {
    const law = doubles(
      process,
      data.mixture({ means: [Array.from({ length: d }, () => 0)], deviations: 0.5 }),
    )
    const stream = new RandomStream(4, 'x')
    let [evaluations, x]: [number, Float64Array] = [0, new Float64Array()]
    for await (const state of improvedEuler(law, options)(stream.normal(n * d), stream))
      ({ evaluations, x } = state)
    return { variance: x.reduce((sum, value) => sum + value ** 2, 0) / (n * d), evaluations }
  }

  test('the law, and its cost falling with the tolerance', async () => {
    const n = 1000
    const cost: number[] = []
    for (const relative of [0.2, 0.02]) {
      const { variance, evaluations } = await run({ relative, absolute: 0.4 * relative }, n)
      cost.push(evaluations)
      // Four standard errors, and a bias of a fifth of the tolerance.
      approximately(variance, 0.2500825, 4 * 0.25 * Math.sqrt(2 / n) + 0.05 * relative)
    }
    assert.ok(cost[1]! > 1.5 * cost[0]!, cost.join())
  })

  test('refused noise that is drawn again widens the law, in one dimension to more than twice its variance', async () => {
    const { variance } = await run({ noise: 'redrawn', relative: 0.1 }, 500)
    // Forty standard errors off.
    assert.ok(variance > 0.45, `${variance}`)
  })

  test('on tensors as on doubles, and no tensor stays behind', async () => {
    const before = tf.memory().numTensors
    const start = new RandomStream(3, 'start').normal(6)
    const options = { relative: 0.1, absolute: 0.05 }
    const x = tf.tensor2d(Float32Array.from(start), [6, 1])
    const end = await follow(improvedEuler(exact(process, gaussian(0.25)), options), x, {
      stream: new RandomStream(3, 'z'),
    })
    const expected = await last(improvedEuler(model, options), start, new RandomStream(3, 'z'))
    // Step lengths follow the error estimates, whose roundings they carry on.
    approximately(take(end), expected, 2e-3)
    x.dispose()
    assert.equal(tf.memory().numTensors, before)
  })

  test('arguments that make no sense are named', () => {
    assert.throws(() => improvedEuler(model, { relative: 0 }), /relative must be positive/)
    assert.throws(() => improvedEuler(model, { safety: 1 }), /safety must be in \(0, 1\)/)
    assert.throws(() => improvedEuler(model, { exponent: 2 }), /exponent must be in/)
    assert.throws(() => improvedEuler(model, { noise: 'kept' as never }), /'remembered' or 'redrawn'/)
    assert.throws(() => improvedEuler(model, { start: 0.1, end: 0.5 }), /times must fall/)
    assert.throws(() => improvedEuler(doubles(ddpm())), /is a table/)
  })

  test('hooks see each particle’s own time', async () => {
    const seen: number[] = []
    const x = await last(
      improvedEuler(model, {
        absolute: 0.05,
        after: (x, s) => {
          seen.push(typeof s === 'number' ? 1 : s.length)
          return x.map((value) => value * 0)
        },
      }),
      Float64Array.of(0.3, -2),
      new RandomStream(1, 'h'),
    )
    assert.ok(seen.length > 2)
    approximately(x, [0, 0], 0)
  })
})

test('DDIM of η = 0 is the first order of DPM-Solver, to the last digits', async () => {
  const times = grids.logSnr(process, 12, 1, 1e-3)
  const a = await last(ddim(doubles(process), { times }), STARTS)
  approximately(await last(dpmSolver(doubles(process), { times, order: 1 }), STARTS), a, 1e-14)
  // Euler's method on the ODE is another one.
  assert.ok(largest(await last(euler(doubles(process), { times }), STARTS), a) > 1e-3)
})
