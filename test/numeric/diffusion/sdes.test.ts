import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  cosineProcess,
  ddpm,
  diffusion,
  edm,
  forwardPath,
  forwardStep,
  ncsn,
  rectified,
  subVp,
  ve,
  vp,
} from '../../../src/models/processes'
import type { GaussianProcess } from '../../../src/models/process'
import { RandomStream } from '../../../src/tensor'
import { approximately, slope } from '../approximately'

const B = (t: number) => 0.1 * t + 0.5 * 19.9 * t * t
const beta = (t: number) => 0.1 + 19.9 * t

/** Each process with its f and g² written down by hand. */
const SDES: Record<
  string,
  { process: GaussianProcess; f: (t: number) => number; g2: (t: number) => number }
> = {
  VP: { process: vp(), f: (t) => -beta(t) / 2, g2: beta },
  'VP with any β': {
    process: vp({ beta: (t) => 3 + 2 * Math.cos(5 * t) }),
    f: (t) => -(3 + 2 * Math.cos(5 * t)) / 2,
    g2: (t) => 3 + 2 * Math.cos(5 * t),
  },
  'sub-VP': { process: subVp(), f: (t) => -beta(t) / 2, g2: (t) => beta(t) * (1 - Math.exp(-2 * B(t))) },
  VE: {
    process: ve(),
    f: () => 0,
    g2: (t) => (0.01 * 5000 ** t * Math.sqrt(2 * Math.log(5000))) ** 2,
  },
  EDM: { process: edm(), f: () => 0, g2: (t) => 2 * t },
  cosine: {
    process: cosineProcess({ offset: 0 }),
    f: (t) => (-Math.PI / 2) * Math.tan((Math.PI * t) / 2),
    g2: (t) => Math.PI * Math.tan((Math.PI * t) / 2),
  },
  rectified: { process: rectified(), f: (t) => -1 / (1 - t), g2: (t) => 2 * t + (2 * t * t) / (1 - t) },
  'dx = g dw': { process: diffusion((t) => 25 ** t), f: () => 0, g2: (t) => 625 ** t },
}

describe('stochastic differential equations', () => {
  for (const [name, { process, f, g2 }] of Object.entries(SDES))
    test(`${name}: f and g² are those of the equation, and α and σ² solve it`, () => {
      const end = process.times.to
      for (const share of [0.03, 0.2, 0.5, 0.77, 0.96]) {
        const t = share * end
        approximately(process.drift(t), f(t), 1e-9, `f(${t})`)
        approximately(process.diffusion(t), g2(t), 1e-9, `g²(${t})`)
        // α′ = fα and (σ²)′ = 2fσ² + g², by differences of the kernel itself.
        const h = 1e-3 * Math.min(t, end - t)
        const dAlpha = slope((k) => process.alpha(t + k), h)
        const dVariance = slope((k) => process.sigma(t + k) ** 2, h)
        approximately(dAlpha, f(t) * process.alpha(t), 1e-7, `α′(${t})`)
        approximately(dVariance, 2 * f(t) * process.sigma(t) ** 2 + g2(t), 1e-7, `(σ²)′(${t})`)
        approximately(process.alphaPrime(t), dAlpha, 1e-7)
        approximately(process.variancePrime(t), dVariance, 1e-7)
      }
      approximately([process.alpha(0), process.sigma(0)], [1, 0], 0, 'clean at 0')
    })

  test('VP: α, σ and λ in a table', () => {
    for (const [t, alpha, sigma, lambda] of [
      [0.001, 0.999945027, 0.010485416, 4.557715],
      [0.1, 0.946721799, 0.322052536, 1.078291],
      [0.5, 0.281182881, 0.959654202, -1.227568],
      [1, 0.006571586, 0.999978407, -5.024978],
    ] as const) {
      const any = vp({ beta, integral: B })
      const summed = vp({ beta })
      for (const process of [vp(), any, summed]) {
        approximately(process.alpha(t), alpha, 6e-10)
        approximately(process.sigma(t), sigma, 6e-10)
        approximately(process.logSnr(t), lambda, 6e-7)
      }
    }
  })

  test('sub-VP: σ in a table, and below VP’s at every time', () => {
    for (const [t, sigma] of [
      [0.001, 1.09944e-4],
      [0.1, 0.103717836],
      [0.5, 0.920936188],
      [1, 0.999956814],
    ] as const)
      assert.ok(Math.abs(subVp().sigma(t) - sigma) < 6e-10)
    for (let t = 0.01; t <= 1; t += 0.01) {
      assert.ok(subVp().sigma(t) < vp().sigma(t))
      assert.equal(subVp().alpha(t), vp().alpha(t))
    }
  })

  test('VE: the kernel N(x₀, σ²(t) − σ²(0)), or score_sde’s with σ²(t)', () => {
    const named = ve({ subtractInitial: false })
    approximately(named.sigma(0.5), 0.70710678, 6e-9)
    approximately(Math.sqrt(named.diffusion(1)), 206.363674, 1e-8)
    for (const t of [0, 0.2, 0.5, 1]) {
      const scale = 0.01 * 5000 ** t
      approximately(named.sigma(t), scale, 1e-12)
      approximately(ve().sigma(t), Math.sqrt(scale ** 2 - 1e-4), 1e-11)
      approximately(Math.sqrt(ve().diffusion(t)), scale * 4.12727347, 1e-8)
    }
    // Steps do not see the difference: x + √(σ²ᵢ₊₁ − σ²ᵢ) z.
    approximately(ve().transition(0.3, 0.4).variance, named.transition(0.3, 0.4).variance, 1e-12)
    approximately(forwardStep(ve(), 'exact', 0.3, 0.4).variance, 1e-4 * (5000 ** 0.8 - 5000 ** 0.6), 1e-12)
  })

  test('cosine: from 1 to exactly nothing, with the variance kept', () => {
    const process = cosineProcess()
    const f = (t: number) => Math.cos(((t + 0.008) / 1.008) * (Math.PI / 2))
    for (const t of [0.1, 0.5, 0.9]) {
      approximately(process.alpha(t), f(t) / f(0), 1e-14)
      approximately(process.sigma(t) ** 2, 1 - (f(t) / f(0)) ** 2, 1e-14)
    }
    assert.equal(process.alpha(1), 0)
    approximately(process.sigma(1), 1, 1e-15)
    // At the whole steps it is DDPM's cosine table, where that is not capped.
    approximately(process.alpha(0.5) ** 2, 0.49384359, 6e-9)
  })

  test('VE’s scales are NCSN’s, and DDPM’s tables tend to VP', () => {
    const scales = ncsn({ sigmas: Float64Array.from({ length: 11 }, (_, i) => 0.01 * 5000 ** (i / 10)) })
    const process = ve({ subtractInitial: false })
    for (let i = 1; i <= 11; i++) approximately(scales.sigma(i), process.sigma((i - 1) / 10), 1e-12)

    // β_i = β(i/T)/T: the error falls as 1/T.
    const errors = [100, 200, 400].map((steps) => {
      const table = ddpm({
        betas: Float64Array.from({ length: steps }, (_, i) => beta((i + 1) / steps) / steps),
      })
      return Math.abs(table.alpha(steps / 2) - vp().alpha(0.5))
    })
    for (const i of [1, 2]) {
      const order = Math.log2(errors[i - 1]! / errors[i]!)
      assert.ok(order > 0.9 && order < 1.1, `order ${order}`)
    }
  })

  test('what makes no process is refused by name', () => {
    assert.throws(() => ve({ sigmaMin: 0 }), /sigmaMin = 0/)
    assert.throws(() => ve({ sigmaMax: 0.001 }), /sigmaMax = 0.001/)
    assert.throws(() => edm({ sigmaMax: NaN }), /sigmaMax must be positive, but is NaN/)
    assert.throws(() => subVp({ betaMin: 3, betaMax: 1 }), /subVp needs .* betaMin = 3/)
    assert.throws(() => vp({ beta: (t) => 1 - 2 * t }), /beta must not be negative .* beta\(/)
    assert.throws(() => vp({ beta: 3 as never }), /vp: beta must be a function/)
    assert.throws(() => cosineProcess({ offset: -1 }), /offset/)
    assert.throws(() => diffusion(() => 0), /adds no noise/)
    assert.throws(() => diffusion(() => NaN), /g must be finite/)
    assert.throws(() => diffusion(2 as never), /g must be a function/)
    assert.throws(() => diffusion(() => 1, { to: 0 }), /to must be positive/)
    assert.throws(() => rectified().alpha(1.1), /from 0 to 1/)
  })
})

describe('the way from data to noise', () => {
  const n = 20_000
  const start = (value: number) => new Float64Array(n).fill(value)
  const moments = (x: Float64Array) => {
    const mean = x.reduce((sum, value) => sum + value, 0) / n
    return { mean, variance: x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1) }
  }
  /** Five standard errors of a mean and of a variance. */
  const agrees = (x: Float64Array, mean: number, variance: number) => {
    const found = moments(x)
    assert.ok(
      Math.abs(found.mean - mean) < 5 * Math.sqrt(variance / n),
      `mean ${found.mean}, expected ${mean}`,
    )
    assert.ok(
      Math.abs(found.variance - variance) < 5 * variance * Math.sqrt(2 / n),
      `variance ${found.variance}, expected ${variance}`,
    )
  }

  test('k single steps are one jump: scales and variances compose to the kernel', () => {
    for (const process of [ddpm(), ncsn(), ...Object.values(SDES).map(({ process }) => process)]) {
      const { from, to, discrete } = process.times
      const times = Array.from({ length: 11 }, (_, i) => from + (i / 10) * (to - from))
      let [scale, variance] = [1, 0]
      for (let i = 1; i < times.length; i++) {
        const step = process.transition(times[i - 1]!, times[i]!)
        scale *= step.scale
        variance = step.scale ** 2 * variance + step.variance
        approximately(scale, process.alpha(times[i]!), 1e-12, `${process.name}, α`)
        approximately(variance, process.sigma(times[i]!) ** 2, 1e-12, `${process.name}, σ²`)
      }
      assert.equal(!!discrete, process.name === 'DDPM' || process.name === 'NCSN')
    }
  })

  test('a simulated chain of single steps has the law of one jump', async () => {
    for (const process of [ddpm({ betas: [0.1, 0.3, 0.05, 0.4, 0.2] }), vp(), subVp(), ve({ sigmaMax: 2 })]) {
      const stream = new RandomStream(3, process.name)
      const { times, states } = await forwardPath(process, start(1.5), { steps: 5, stream })
      assert.equal(states.length, 6)
      assert.deepEqual([...states[0]!.subarray(0, 2)], [1.5, 1.5])
      for (const i of [2, 5])
        agrees(states[i]!, 1.5 * process.alpha(times[i]!), process.sigma(times[i]!) ** 2)
      // Neighbours on a path share their noise: cov(x_s, x_t) = (α_t/α_s) σ_s².
      const [s, t] = [times[2]!, times[4]!]
      const product = states[2]!.map(
        (x, k) => (x - 1.5 * process.alpha(s)) * (states[4]![k]! - 1.5 * process.alpha(t)),
      )
      const covariance = (process.alpha(t) / process.alpha(s)) * process.sigma(s) ** 2
      const spread = Math.sqrt(covariance ** 2 + (process.sigma(s) * process.sigma(t)) ** 2)
      assert.ok(Math.abs(moments(product).mean - covariance) < (5 * spread) / Math.sqrt(n))
    }
  })

  test('Euler’s steps and the variance-preserving chain tend to the kernel as 1/N', () => {
    for (const scheme of ['euler', 'preserving'] as const) {
      const process = vp({ betaMin: 1, betaMax: 4 })
      const errors = [50, 100, 200].map((steps) => {
        let [scale, variance] = [1, 0]
        for (let i = 0; i < steps; i++) {
          const step = forwardStep(process, scheme, i / steps, (i + 1) / steps)
          scale *= step.scale
          variance = step.scale ** 2 * variance + step.variance
        }
        return [Math.abs(scale - process.alpha(1)), Math.abs(variance - process.sigma(1) ** 2)]
      })
      for (const k of [0, 1])
        for (const i of [1, 2]) {
          const order = Math.log2(errors[i - 1]![k]! / errors[i]![k]!)
          assert.ok(order > 0.9 && order < 1.1, `${scheme}: order ${order}`)
        }
    }
    const { scale, variance } = forwardStep(vp(), 'preserving', 0.49, 0.5)
    approximately(scale, Math.sqrt(1 - beta(0.5) * 0.01), 1e-12)
    approximately(variance, beta(0.5) * 0.01, 1e-12)
    const euler = forwardStep(vp(), 'euler', 0.49, 0.5)
    approximately([euler.scale, euler.variance], [1 - beta(0.49) * 0.005, beta(0.49) * 0.01], 1e-12)
    // Preserving: unit variance stays one.
    approximately(scale ** 2 + variance, 1, 1e-14)
  })

  test('simulating VE by its chain, and dx = g dw by Euler', async () => {
    const process = ve({ sigmaMin: 0.1, sigmaMax: 3 })
    const chain = await forwardPath(process, start(-1), { steps: 10, stream: new RandomStream(4, 'chain') })
    agrees(chain.states.at(-1)!, -1, 9 - 0.01)
    const euler = await forwardPath(
      diffusion((t) => 1 + t),
      start(0),
      {
        steps: 40,
        scheme: 'euler',
        stream: new RandomStream(4, 'euler'),
      },
    )
    // Σ g(t_i)² Δt for g = 1 + t and Δt = 1/40.
    const variance = Array.from({ length: 40 }, (_, i) => (1 + i / 40) ** 2 / 40).reduce((a, b) => a + b)
    agrees(euler.states.at(-1)!, 0, variance)
    // And its exact kernel: ((1 + t)³ − 1)/3.
    approximately(diffusion((t) => 1 + t).sigma(0.7) ** 2, (1.7 ** 3 - 1) / 3, 1e-13)
    approximately(
      diffusion((t) => 1 + t, { variance: (t) => ((1 + t) ** 3 - 1) / 3 }).sigma(1) ** 2,
      7 / 3,
      1e-13,
    )
  })

  test('what makes no path is refused by name', async () => {
    const x = start(0)
    await assert.rejects(
      forwardPath(vp(), x, { steps: 0 }),
      /steps must be a positive whole number, but is 0/,
    )
    await assert.rejects(
      forwardPath(ddpm({ betas: [0.1] }), x, { steps: 2 }),
      /1 steps: forwardPath cannot take 2/,
    )
    await assert.rejects(forwardPath(vp(), x, { times: [0.5, 0.1] }), /times must be at least two and rise/)
    await assert.rejects(forwardPath(vp(), x, { times: [0, 2] }), /from 0 to 1/)
    await assert.rejects(forwardPath(vp(), x, { scheme: 'milstein' as never }), /one of exact, euler/)
    await assert.rejects(forwardPath(vp(), x, { steps: 4, scheme: 'preserving' }), /take more steps/)
    await assert.rejects(forwardPath(vp(), [1] as never), /second argument must be data/)
    assert.throws(() => forwardStep(vp(), 'exact', 0.5, 0.1), /s ≤ t/)
    assert.throws(() => forwardStep(ddpm(), 'euler', 3, 4), /no derivatives/)
  })
})
