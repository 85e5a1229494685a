import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import {
  asDenoiser,
  cosineProcess,
  data,
  ddpm,
  elbo,
  continuousElbo,
  exact,
  gaussianKl,
  given,
  linearBetas,
  Prediction,
  priorKl,
  reverseKernel,
  snr,
  timeAt,
  vp,
  weights,
  lossByNoise,
  type Denoiser,
  type Quantity,
} from '../../../src/models'
import { truth } from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files } from '../backends'

before(() => selectBackend('cpu', files))

const M1 = data.mixture({ weights: [0.3, 0.7], means: [[-1], [1]], deviations: 0.3 })
const gaussian = (variance: number) => data.mixture({ means: [[0]], deviations: Math.sqrt(variance) })
const draws = (law: typeof M1, n: number, name: string): Float64Array => {
  const x = law.draw(n, new RandomStream(9, name))
  const values = Float64Array.from(x.dataSync())
  x.dispose()
  return values
}
/** −∫ p log p by Simpson's rule. */
function entropy(law: typeof M1): number {
  const n = 8000
  const x = Float64Array.from({ length: n + 1 }, (_, i) => -6 + (12 * i) / n)
  const log = law.logDensity(x)
  return x.reduce(
    (sum, _, i) =>
      sum - ((i === 0 || i === n ? 1 : i % 2 ? 4 : 2) * 12 * Math.exp(log[i]!) * log[i]!) / n / 3,
    0,
  )
}
const table = (T: number) => ddpm({ betas: linearBetas(T, 0.1 / T, 20 / T) })

describe('the evidence lower bound', () => {
  test('KL(q(x_T | x₀) ‖ N(0, I)) of DDPM’s thousand steps', () => {
    const [kl] = priorKl(ddpm(), Float64Array.of(1), 1)
    approximately(kl!, 2.018e-5, 5e-9)
    approximately(kl! / Math.LN2, 2.911e-5, 5e-9)
    assert.throws(() => priorKl(ddpm(), Float64Array.of(1), 1, { prior: 0 }), /prior's variance/)
  })

  test('each term on a Gaussian, against its expectation', async () => {
    const [v, n] = [0.25, 20_000]
    const process = table(40)
    const x0 = draws(gaussian(v), n, 'terms')
    const found = await elbo(exact<Float64Array>(process, gaussian(v)), x0, {
      decoder: 0.004,
      stream: new RandomStream(9, 'elbo'),
    })
    // E(x₀ − x̂₀)² = v σ²/v_t.
    const left = (t: number) =>
      (v * process.sigma(t) ** 2) / (process.alpha(t) ** 2 * v + process.sigma(t) ** 2)
    for (const { t, s, value } of found.steps) {
      assert.equal(s, t - 1)
      const posterior = process.posterior(s, t)
      const p = process.transition(s, t).variance
      const drift = (posterior.ofData ** 2 * left(t)) / p
      const expected = 0.5 * (Math.log(p / posterior.variance) + posterior.variance / p - 1 + drift)
      // Half of a scaled square of a normal number: its deviation is its mean times √2.
      assert.ok(
        Math.abs(value - expected) < 5 * 0.5 * drift * Math.sqrt(2 / n) + 1e-12,
        `t = ${t}: ${value}, ${expected}`,
      )
    }
    const reconstruction = 0.5 * (Math.log(2 * Math.PI * 0.004) + left(1) / 0.004)
    assert.ok(
      Math.abs(found.reconstruction - reconstruction) < 5 * 0.5 * (left(1) / 0.004) * Math.sqrt(2 / n),
    )
    const a = process.alpha(40) ** 2
    const prior = 0.5 * (1 - a + a * v - 1 - Math.log(1 - a))
    assert.ok(Math.abs(found.prior - prior) < 5 * 0.5 * a * v * Math.sqrt(2 / n) + 1e-12)
    // The sum is the sum.
    const sum =
      found.prior + found.reconstruction + found.steps.reduce((total, { value }) => total + value, 0)
    approximately(found.total, sum, 1e-12)
    assert.equal(found.bound, -found.total)
    approximately(found.bitsPerDimension, found.total / Math.LN2, 1e-14)
    approximately(found.each.reduce((total, value) => total + value, 0) / n, found.total, 1e-12)
  })

  test('is the log-likelihood itself where every reverse step is right', async () => {
    // On a Gaussian the exact reverse step is Gaussian, with the variance β v_s/v_t.
    const v = 0.4
    const process = table(30)
    const of = (t: number) => process.alpha(t) ** 2 * v + process.sigma(t) ** 2
    const kernel = reverseKernel(exact<Float64Array>(process, gaussian(v)), {
      variance: (t, s) => (process.transition(s, t).variance * of(s)) / of(t),
    })
    const n = 20_000
    const found = await elbo(kernel, draws(gaussian(v), n, 'tight'), {
      prior: of(30),
      stream: new RandomStream(9, 'tight'),
    })
    const truth = 0.5 * Math.log(2 * Math.PI * Math.E * v)
    assert.ok(Math.abs(found.total - truth) < 5 * found.standardError, `${found.total}, expected ${truth}`)
    assert.ok(found.standardError < 0.02)
  })

  test('never exceeds the exact log p of M1, and comes nearer with more steps', async () => {
    const truth = -entropy(M1)
    const n = 8000
    const gaps: number[] = []
    for (const T of [40, 80, 160]) {
      const found = await elbo(exact<Float64Array>(table(T), M1), draws(M1, n, 'M1'), {
        stream: new RandomStream(9, `M1 ${T}`),
      })
      gaps.push(truth - found.bound)
      assert.ok(found.bound < truth + 4 * found.standardError, `T = ${T}: ${found.bound} above ${truth}`)
    }
    assert.ok(gaps[0]! > gaps[1]! && gaps[1]! > gaps[2]! && gaps[2]! < 0.2, gaps.join(', '))
  })

  test('is lower for a worse denoiser, and the same on tensors', async () => {
    const process = table(50)
    const right = exact<Float64Array>(process, M1)
    const wrong: Denoiser<Float64Array> = asDenoiser(process, [1], (x, t) => {
      const { noise } = right.predict(x, t)
      return new Prediction(process, t, [
        { value: x, ofX0: (t) => 1 / process.alpha(t), ofNoise: () => 0 },
        { value: noise, ofX0: (t) => (-0.9 * process.sigma(t)) / process.alpha(t), ofNoise: () => 0.9 },
      ])
    })
    const x0 = draws(M1, 2000, 'worse')
    const bound = async <S extends Float64Array>(model: Denoiser<S>) =>
      (await elbo(model, x0 as S, { decoder: 1e-3, stream: new RandomStream(9, 'worse') })).bound
    const [best, worse] = [await bound(right), await bound(wrong)]
    assert.ok(worse < best - 0.05, `${worse} against ${best}`)
    const tensor = M1.draw(2000, new RandomStream(9, 'worse'))
    const onTensors = await elbo(exact(process, M1), tensor, {
      decoder: 1e-3,
      stream: new RandomStream(9, 'worse'),
    })
    tensor.dispose()
    approximately(onTensors.bound, best, 2e-3)
  })

  test('of what is told: E log p(x₀ | c) bounds the conditional bound, and telling raises it', async () => {
    const process = table(80)
    const model = exact<Float64Array>(process, M1)
    const conditional = await Promise.all(
      [0, 1].map(async (label) => {
        const law = data.mixture({ means: [[label ? 1 : -1]], deviations: 0.3 })
        return elbo(given(model, { class: label }), draws(law, 4000, `class ${label}`), {
          decoder: 1e-3,
          stream: new RandomStream(9, `class ${label}`),
        })
      }),
    )
    const truth = -0.5 * Math.log(2 * Math.PI * Math.E * 0.09)
    for (const { bound, standardError } of conditional) {
      assert.ok(bound < truth + 4 * standardError)
      assert.ok(bound > truth - 0.35, `${bound}, ${truth}`)
    }
    // Averaged over classes, it exceeds the exact log p without the class: the class is worth its entropy.
    assert.ok(0.3 * conditional[0]!.bound + 0.7 * conditional[1]!.bound > -entropy(M1) + 0.2)
  })

  test('works on any list of times, and refuses what has no density', async () => {
    const model = exact<Float64Array>(vp(), M1)
    const x0 = draws(M1, 500, 'times')
    const found = await elbo(model, x0, {
      times: [1, 0.6, 0.3, 0.1, 0.02, 0],
      stream: new RandomStream(9, 'few'),
    })
    assert.equal(found.steps.length, 4)
    assert.ok(found.bound < -entropy(M1))
    await assert.rejects(elbo(model, x0), /VP is not a table of steps/)
    await assert.rejects(elbo(model, x0, { times: [1, 0.5] }), /fall to clean data/)
    await assert.rejects(elbo(model, x0, { times: [0, 1] }), /fall to clean data/)
    await assert.rejects(
      elbo(reverseKernel(exact<Float64Array>(table(30), M1)), x0),
      /variance 0.*give \{ decoder \}/,
    )
    await assert.rejects(elbo({} as never, x0), /must be a denoiser/)
    await assert.rejects(elbo(model, M1 as never), /second argument must be data/)
    await assert.rejects(continuousElbo({} as never, x0), /must be a denoiser/)
    await assert.rejects(lossByNoise({} as never, M1), /must be a denoiser/)
    await assert.rejects(lossByNoise(exact(vp(), M1), {} as never), /must be data to draw from/)
    assert.equal(gaussianKl(0, 2, 0, 2), 0)
    // KL(N(0, 1) ‖ N(1, 4)) = ½(log 4 + 2/4 − 1).
    approximately(gaussianKl(0, 1, 1, 4), 0.5 * (Math.log(4) - 0.5), 1e-15)
  })
})

describe('the bound in continuous time', () => {
  const [clean, noisy] = [4, -3]
  const processes = [vp(), cosineProcess({ offset: 0.05 }), vp({ beta: (t) => 0.5 + 30 * t ** 3 })]
  const ends = processes.map((process) => ({ from: timeAt(process, clean), to: timeAt(process, noisy) }))

  test('on a Gaussian it is its integral over γ, under every schedule with the same ends', async () => {
    const v = 0.4
    const x0 = draws(gaussian(v), 40_000, 'continuous')
    // E‖ε − ε̂‖² = v/(v + e^γ), so ½∫ dγ = ½ [γ − log(v + e^γ)], with γ = −2λ.
    const primitive = (gamma: number) => 0.5 * (gamma - Math.log(v + Math.exp(gamma)))
    const diffusion = primitive(-2 * noisy) - primitive(-2 * clean)
    const variances: number[] = []
    for (const [i, process] of processes.entries()) {
      const found = await continuousElbo(exact<Float64Array>(process, gaussian(v)), x0, {
        ...ends[i],
        stream: new RandomStream(9, `continuous ${i}`),
      })
      assert.ok(
        Math.abs(found.diffusion - diffusion) < 5 * found.standardError,
        `${process.name}: ${found.diffusion}, expected ${diffusion} within ${5 * found.standardError}`,
      )
      const a = process.alpha(ends[i]!.to) ** 2
      approximately(
        found.prior,
        0.5 * (-Math.log(1 - a) + a * (x0.reduce((s, x) => s + x * x, 0) / x0.length - 1)),
        1e-9,
      )
      approximately(found.reconstruction, 0.5 * (Math.log(2 * Math.PI) - 2 * clean + 1), 1e-9)
      approximately(found.total, found.prior + found.diffusion + found.reconstruction, 1e-12)
      variances.push(found.variance)
    }
    // The schedule only changes how noisy the estimate is.
    assert.ok(Math.max(...variances) > 1.5 * Math.min(...variances), variances.join(', '))
  })

  test('on M1 the schedules agree, below the exact log p', async () => {
    const truth = -entropy(M1)
    const x0 = draws(M1, 20_000, 'continuous M1')
    const totals = await Promise.all(
      processes.map((process, i) =>
        continuousElbo(exact<Float64Array>(process, M1), x0, {
          ...ends[i],
          stream: new RandomStream(9, `M1 ${i}`),
        }),
      ),
    )
    for (const a of totals) {
      assert.ok(a.bound < truth + 4 * a.standardError, `${a.bound} above ${truth}`)
      assert.ok(a.bound > truth - 0.05 - 4 * a.standardError, `${a.bound} far below ${truth}`)
      for (const b of totals)
        assert.ok(Math.abs(a.total - b.total) < 5 * Math.hypot(a.standardError, b.standardError))
    }
    await assert.rejects(
      continuousElbo(exact<Float64Array>(ddpm(), M1), x0),
      /table of steps, whose bound is elbo/,
    )
    await assert.rejects(continuousElbo(exact<Float64Array>(vp(), M1), x0, { from: 0 }), /noise at from/)
  })
})

describe('weights of the loss', () => {
  const process = ddpm()
  const [x0, noise] = [Float64Array.of(0.4), Float64Array.of(-1.1)]

  test('that of L_{t−1} is the KL of two steps, less what no mean can change', () => {
    for (const variance of ['forward', 'posterior'] as const)
      for (const t of [2, 50, 1000]) {
        const xt = process.draw(x0, t, { normal: () => noise } as never)
        const guess = 0.3
        const posterior = process.posterior(t - 1, t)
        const p = variance === 'forward' ? process.transition(t - 1, t).variance : posterior.variance
        const mean = posterior.ofState * xt[0]! + posterior.ofData * x0[0]!
        const x0Guess = (xt[0]! - process.sigma(t) * guess) / process.alpha(t)
        const mu = posterior.ofState * xt[0]! + posterior.ofData * x0Guess
        const kl = gaussianKl(mean, posterior.variance, mu, p) - gaussianKl(mean, posterior.variance, mean, p)
        approximately(weights.bound(process, { variance })(t) * (noise[0]! - guess) ** 2, kl, 1e-9)
        // β²/(2σ²α(1 − ᾱ)).
        const beta = linearBetas()[t - 1]!
        approximately(
          weights.bound(process, { variance })(t),
          beta ** 2 / (2 * p * (1 - beta) * process.sigma(t) ** 2),
          1e-9,
        )
      }
    // Large where there is little noise: L_simple leaves it out.
    const bound = weights.bound(process)
    assert.ok(bound(1) > 40 * bound(1000))
    assert.equal(weights.bound(process, { variance: 'posterior' })(1), Infinity)
  })

  test('every weight is the same loss whichever quantity is compared', () => {
    const guess = Float64Array.of(0.3)
    for (const process of [ddpm(), vp()]) {
      const t = process.times.discrete ? 321 : 0.321
      const xt = process.draw(x0, t, { normal: () => noise } as never)
      const x0Guess = xt.map((x, i) => (x - process.sigma(t) * guess[i]!) / process.alpha(t))
      const [right, wrong] = [truth(process, t, x0, noise), truth(process, t, x0Guess, guess)]
      const loss = (compare: Quantity, weight: (t: number) => number) =>
        weight(t) * (right.read(compare)[0]! - wrong.read(compare)[0]!) ** 2
      const kinds: ((compare: Quantity) => (t: number) => number)[] = [
        (compare) => weights.simple(process, compare),
        (compare) => weights.minSnr(process, compare),
        (compare) => weights.p2(process, { compare }),
        (compare) => weights.perceptual(process, compare),
        (compare) => weights.inverseScore(process, 1, compare),
        ...(process.times.discrete
          ? [(compare: Quantity) => weights.bound(process, { compare })]
          : [(compare: Quantity) => weights.likelihood(process, compare)]),
      ]
      for (const [i, kind] of kinds.entries()) {
        const expected = loss('noise', kind('noise'))
        for (const compare of ['x0', 'score', 'v'] as const)
          approximately(loss(compare, kind(compare)) / expected, 1, 1e-9, `weight ${i}, ${compare}`)
      }
    }
    assert.throws(() => weights.simple(process, 'velocity'), /not for velocity/)
  })

  test('their formulas', () => {
    const continuous = vp()
    for (const t of [1, 30, 700]) {
      const ratio = (process.alpha(t) / process.sigma(t)) ** 2
      approximately(snr(process)(t), ratio, 1e-12)
      approximately(weights.snr(process)(t), ratio, 1e-12)
      // Min-SNR with γ = 5: min(SNR, 5) over SNR, 1 and SNR + 1.
      approximately(weights.minSnr(process, 'noise')(t), Math.min(ratio, 5) / ratio, 1e-12)
      approximately(weights.minSnr(process, 'x0')(t), Math.min(ratio, 5), 1e-12)
      approximately(weights.minSnr(process, 'v')(t), Math.min(ratio, 5) / (ratio + 1), 1e-12)
      approximately(weights.p2(process, { k: 2, exponent: 0.5 })(t), (2 + ratio) ** -0.5, 1e-12)
      approximately(weights.inverseScore(process, 3)(t), process.sigma(t) ** 2 / 3, 1e-12)
      approximately(weights.perceptual(process)(t), process.sigma(t) ** 2, 1e-12)
    }
    for (const t of [0.1, 0.8]) approximately(weights.likelihood(continuous)(t), 0.1 + 19.9 * t, 1e-10)
    assert.throws(() => weights.minSnr(process, 'noise', 0), /limit must be positive/)
    assert.throws(() => weights.inverseScore(process, 0), /dim/)
  })
})

test('loss by noise level is the known minimum of an exact denoiser, at each level', async () => {
  const v = 0.5
  const law = data.mixture({ means: [[0, 0]], deviations: Math.sqrt(v) })
  const samples = 8000
  const found = await lossByNoise(exact(vp(), law), law, {
    levels: 6,
    samples,
    stream: new RandomStream(9, 'levels'),
  })
  for (const [i, t] of found.t.entries()) {
    const [a, s] = [vp().alpha(t), vp().sigma(t)]
    const expected = (a * a * v) / (a * a * v + s * s)
    assert.ok(Math.abs(found.loss[i]! - expected) < 5 * expected * Math.sqrt(2 / (2 * samples)), `t = ${t}`)
    approximately(found.logSnr[i]!, Math.log(a / s), 1e-12)
  }
  const table = await lossByNoise(exact(ddpm({ betas: linearBetas(5) }), law), law, { samples: 10 })
  assert.deepEqual([...table.t], [1, 2, 3, 4, 5])
  await assert.rejects(lossByNoise(exact(vp(), law), law, { levels: 0 }), /levels must be a positive whole/)
})
