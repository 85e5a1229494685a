import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  analyticStep,
  ancestral,
  analyticVariance,
  ancestralTerms,
  data,
  ddpm,
  drawReverse,
  elbo,
  exact,
  flowTerms,
  langevinTerms,
  learnedVariance,
  linearBetas,
  mlp,
  ncsn,
  reverseKernel,
  geometricScales,
  train,
  varianceRange,
  vp,
  type Sampler,
  type SamplerState,
} from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('wasm', files))

const gaussian = (variance: number) => data.mixture({ means: [[0]], deviations: Math.sqrt(variance) })
const M1 = data.mixture({ weights: [0.3, 0.7], means: [[-1], [1]], deviations: 0.3 })
const process = ddpm()

describe('reverse kernels', () => {
  test("DDPM's mean and its two variances, as the paper writes them", () => {
    const model = exact<Float64Array>(process, M1)
    const betas = linearBetas()
    const x = Float64Array.of(-0.4, 0.9)
    for (const t of [1, 2, 300, 1000]) {
      const beta = betas[t - 1]!
      const [bar, before] = [process.alpha(t) ** 2, process.alpha(t - 1) ** 2]
      const noise = model.predict(x, t).noise
      const mean = x.map(
        (value, i) => (value - (beta / Math.sqrt(1 - bar)) * noise[i]!) / Math.sqrt(1 - beta),
      )
      const tilde = (beta * (1 - before)) / (1 - bar)
      const small = reverseKernel(model)(x, t, t - 1)
      const large = reverseKernel(model, { variance: 'forward' })(x, t, t - 1)
      approximately(small.mean, mean, 1e-11)
      approximately(large.mean, mean, 1e-11)
      approximately(small.variance, tilde, 1e-14)
      approximately(large.variance, beta, 1e-14)
    }
  })

  test('any variance, one number or one for each coordinate, is what draws have', () => {
    const n = 40_000
    const mean = new Float64Array(n).fill(2)
    const variance = Float64Array.from({ length: n }, (_, i) => (i % 2 ? 4 : 0.25))
    const x = drawReverse({ mean, variance }, new RandomStream(1, 'draw'))
    for (const [parity, v] of [
      [1, 4],
      [0, 0.25],
    ] as const) {
      const half = x.filter((_, i) => i % 2 === parity)
      const found = half.reduce((sum, value) => sum + (value - 2) ** 2, 0) / half.length
      assert.ok(Math.abs(found - v) < 5 * v * Math.sqrt(2 / half.length), `${found}`)
    }
    assert.equal(drawReverse({ mean, variance: 0 }, new RandomStream(1, 'none')), mean)
    const tensor = drawReverse(
      { mean: tf.zeros([4, 2]), variance: tf.ones([4, 2]) },
      new RandomStream(1, 'tensor'),
    )
    approximately(take(tensor), new RandomStream(1, 'tensor').normal(8), 1e-6)
    const own = reverseKernel(exact<Float64Array>(process, M1), { variance: (t, s) => t - s })
    assert.equal(own(mean, 7, 4).variance, 3)
    assert.throws(
      () => reverseKernel(exact(process, M1), { variance: 'beta' as never }),
      /'posterior', 'forward' or/,
    )
    assert.throws(
      () => reverseKernel(exact<Float64Array>(process, M1), { variance: () => -1 })(mean, 2, 1),
      /must not be negative.*t = 2.*s = 1/,
    )
    assert.throws(() => reverseKernel({} as never), /must be a denoiser/)
  })

  test('a reverse step is Gaussian only where β is small: T = 4 against 100', () => {
    // The exact q(x_s | x_t) against the Gaussian of its mean and variance, at a state between the modes.
    const divergence = (T: number): number => {
      const table = ddpm({ betas: linearBetas(T, 0.1 / T, Math.min(20 / T, 0.99)) })
      const t = Math.round(T / 2)
      const law = exact<Float64Array>(table, M1).reverse([0.1], t, t - 1)
      const [mean, variance] = [law.mean()[0]!, law.covariance()[0]![0]!]
      // KL by Simpson's rule over twelve deviations.
      const n = 4000
      const half = 6 * Math.sqrt(variance)
      const points = Float64Array.from({ length: n + 1 }, (_, i) => mean - half + (2 * half * i) / n)
      const log = law.logDensity(points)
      let sum = 0
      for (const [i, x] of points.entries()) {
        const gaussian = -0.5 * ((x - mean) ** 2 / variance + Math.log(2 * Math.PI * variance))
        const weight = i === 0 || i === n ? 1 : i % 2 ? 4 : 2
        sum += weight * Math.exp(log[i]!) * (log[i]! - gaussian)
      }
      return (sum * 2 * half) / n / 3
    }
    const [few, many] = [divergence(4), divergence(100)]
    assert.ok(few > 0.1, `T = 4: ${few}`)
    assert.ok(many < 1e-3, `T = 100: ${many}`)
  })
})

describe('Analytic-DPM', () => {
  test('on a Gaussian it is the variance of the true reverse step, β v_s/v_t, for long steps too', () => {
    for (const v of [0.05, 0.25, 1, 3])
      for (const [t, s] of [
        [1, 0],
        [2, 1],
        [500, 499],
        [1000, 999],
        [700, 300],
        [1000, 0],
      ] as const) {
        const of = (t: number) => process.alpha(t) ** 2 * v + process.sigma(t) ** 2
        const expected = (process.transition(s, t).variance * of(s)) / of(t)
        // A long step divides what little is left of the data by itself.
        approximately(analyticStep(process, 1 / of(t), t, s), expected, 1e-9, `v = ${v}, ${t} → ${s}`)
        // And that of the exact reverse step.
        const law = exact<Float64Array>(process, gaussian(v)).reverse([0.3], t, s)
        approximately(law.covariance()[0]![0]!, expected, 1e-9)
      }
  })

  test('as the paper writes it, with λ² = β̃', () => {
    const [t, gamma] = [400, 0.9]
    const alpha = 1 - linearBetas()[t - 1]!
    const [bar, before] = [process.alpha(t) ** 2, process.alpha(t - 1) ** 2]
    const lambda = ((1 - alpha) * (1 - before)) / (1 - bar)
    const root = Math.sqrt((1 - bar) / alpha) - Math.sqrt(1 - before - lambda)
    approximately(analyticStep(process, gamma, t, t - 1), lambda + root ** 2 * (1 - (1 - bar) * gamma), 1e-14)
  })

  test('estimated from data, it is near the exact one', async () => {
    const v = 0.25
    const table = ddpm({ betas: linearBetas(20, 0.005, 0.6) })
    const samples = 20_000
    const model = exact<Float64Array>(table, gaussian(v))
    const variance = await analyticVariance<Float64Array>(
      model,
      (n, stream) => stream.normal(n).map((z) => Math.sqrt(v) * z),
      { samples, stream: new RandomStream(2, 'analytic') },
    )
    const of = (t: number) => table.alpha(t) ** 2 * v + table.sigma(t) ** 2
    const agrees = (found: number, t: number, s: number) => {
      const exactly = (table.transition(s, t).variance * of(s)) / of(t)
      // Γ is a mean of squares of N(0, 1/v_t); σ*² falls with it at this slope.
      const slope = (analyticStep(table, 0, t, s) - table.posterior(s, t).variance) * table.sigma(t) ** 2
      const error = (5 * Math.sqrt(2 / samples) * slope) / of(t)
      assert.ok(
        Math.abs(found - exactly) < error,
        `${t} → ${s}: ${found}, expected ${exactly} within ${error}`,
      )
    }
    for (let t = 1; t <= 20; t++) {
      assert.ok(Math.abs(variance.gammas.get(t)! - 1 / of(t)) < (5 * Math.sqrt(2 / samples)) / of(t))
      agrees(variance(t, t - 1), t, t - 1)
    }
    // Tensors and data, at chosen times.
    const few = await analyticVariance(exact(table, gaussian(v)), gaussian(v), {
      times: [20, 10],
      samples,
      stream: new RandomStream(2, 'tensors'),
    })
    agrees(few(20, 10), 20, 10)
    assert.throws(() => few(15, 14), /at the times 20, 10, not at 15/)
    await assert.rejects(analyticVariance(model, {} as never), /must be data to draw from/)
    await assert.rejects(analyticVariance(exact(vp(), M1), M1), /VP is not a table/)
    await assert.rejects(analyticVariance(model, M1 as never, { samples: 0 }), /number of samples/)
  })
})

describe('learned variances', () => {
  const v = 0.25
  const table = ddpm({ betas: linearBetas(8, 0.05, 0.7) })

  test('start halfway between log β and log β̃, and stay between for v in [0, 1]', () => {
    const model = learnedVariance(exact(table, gaussian(v)), mlp({ dim: 1, hidden: [4] }), {
      stream: new RandomStream(3, 'start'),
    })
    const silent = new RandomStream(3, 'x').normalTensor([5, 1])
    for (const t of [1, 4, 8]) {
      const middle = take(model.interpolation(silent, t))
      for (const value of middle) assert.ok(Math.abs(value - 0.5) < 0.1)
      const { variance } = model.kernel(silent, t, t - 1)
      const [largest, smallest] = varianceRange(table, t, t - 1)
      approximately(
        take(variance as tf.Tensor).map(Math.log),
        middle.map((m) => m * largest + (1 - m) * smallest),
        1e-5,
      )
      approximately(largest, Math.log(table.transition(t - 1, t).variance), 1e-12)
      if (t > 1) approximately(smallest, Math.log(table.posterior(t - 1, t).variance), 1e-12)
      else approximately(smallest, Math.log(table.posterior(1, 2).variance), 1e-12)
    }
    assert.throws(() => learnedVariance({} as never, mlp({ dim: 1 })), /must be a denoiser/)
    assert.throws(() => learnedVariance(exact(table, M1), {} as never), /must be a network/)
    assert.throws(() => learnedVariance(exact(vp(), M1), mlp({ dim: 1 })), /VP is not a table/)
    assert.throws(() => learnedVariance(exact(table, M1), mlp({ dim: 2 })), /\[2\], but the model \[1\]/)
    assert.throws(
      () => learnedVariance(exact(table, M1), mlp({ dim: 1 }), { bound: 0 }),
      /bound must be positive/,
    )
  })

  test('a network of v that can be told conditions is told the model’s', () => {
    const classes = data.mixture({ means: [[-1], [1]], deviations: Math.sqrt(v) })
    const model = exact(table, classes)
    const x = new RandomStream(3, 'x').normalTensor([4, 1])
    const label = { class: [0, 1, 0, 1] }
    const told = learnedVariance(model, mlp({ dim: 1, hidden: [4], conditions: { class: 2 } }), {
      stream: new RandomStream(3, 'told'),
    })
    const v_ = (model: typeof told) => take(model.interpolation(x, 5, label))
    const range = varianceRange(table, 5, 4)
    const { variance } = told.kernel(x, 5, 4, label)
    approximately(
      take(variance as tf.Tensor).map(Math.log),
      v_(told).map((m) => m * range[0] + (1 - m) * range[1]),
      1e-5,
    )
    assert.ok(v_(told).some((value, i) => Math.abs(value - take(told.interpolation(x, 5))[i]!) > 1e-3))
    // One that cannot be told them works beside a model that is.
    const untold = learnedVariance(model, mlp({ dim: 1, hidden: [4] }), { stream: new RandomStream(3, 'no') })
    approximately(v_(untold), take(untold.interpolation(x, 5)), 0)
    const loss = (condition: typeof label | null) =>
      take(told.loss(x, new RandomStream(3, 'loss'), condition))[0]!
    assert.ok(Number.isFinite(loss(label)) && Math.abs(loss(label) - loss(null)) > 1e-5)
  })

  test('learn the true variance, and with it the bound of a few steps comes to what it can be', async () => {
    const law = gaussian(v)
    const model = exact(table, law)
    const learned = learnedVariance(model, mlp({ dim: 1, hidden: [16], embedding: 16 }), {
      bound: 1,
      stream: new RandomStream(4, 'network'),
    })
    await train(learned, law, {
      steps: 400,
      batch: 256,
      rate: 1e-2,
      ema: 0.98,
      stream: new RandomStream(4, 'train'),
    })
    const of = (t: number) => table.alpha(t) ** 2 * v + table.sigma(t) ** 2
    const x = tf.tensor2d([[-0.8], [0], [0.5], [1]])
    for (const t of [2, 5, 8]) {
      const { variance } = learned.kernel(x, t, t - 1)
      const expected = Math.log((table.transition(t - 1, t).variance * of(t - 1)) / of(t))
      const [largest, smallest] = varianceRange(table, t, t - 1)
      for (const value of take(variance as tf.Tensor))
        assert.ok(
          Math.abs(Math.log(value) - expected) < 0.25 * (largest - smallest),
          `t = ${t}: ${Math.log(value)}, expected ${expected} in ${smallest} … ${largest}`,
        )
    }
    // On M1 as on G: the bound is better than with β or β̃, with the same decoder for all.
    const clean = law.draw(4000, new RandomStream(4, 'clean'))
    const bounds = await Promise.all(
      [learned.kernel, reverseKernel(model, { variance: 'forward' }), reverseKernel(model)].map((kernel) =>
        elbo(kernel, clean, { decoder: 0.03, stream: new RandomStream(4, 'elbo') }),
      ),
    )
    const [best, forward, posterior] = bounds.map(({ total }) => total) as [number, number, number]
    assert.ok(best < forward - 0.05 && best < posterior - 0.05, `${best} against ${forward} and ${posterior}`)
  })
})

describe('a step of DDPM beside one of annealed Langevin dynamics', () => {
  test('is the ODE’s step and Langevin’s together, to first order in β', () => {
    const errors = [1000, 2000, 4000].map((T) => {
      const table = ddpm({ betas: linearBetas(T, 0.1 / T, 20 / T) })
      const t = T / 2
      const [ddpmStep, langevin, flow] = [ancestralTerms, langevinTerms, flowTerms].map((terms) =>
        terms(table, t, t - 1),
      ) as [ReturnType<typeof flowTerms>, ReturnType<typeof flowTerms>, ReturnType<typeof flowTerms>]
      assert.equal(ddpmStep.noise, langevin.noise)
      assert.equal(flow.noise, 0)
      return [
        Math.abs(ddpmStep.state - (1 + (flow.state - 1) + (langevin.state - 1))),
        Math.abs(ddpmStep.score - (flow.score + langevin.score)),
      ]
    })
    // What is left is of second order.
    for (const k of [0, 1])
      for (const i of [1, 2]) {
        const [before, after] = [errors[i - 1]![k]!, errors[i]![k]!]
        if (after < 1e-14) continue
        const order = Math.log2(before / after)
        assert.ok(order > 1.9 && order < 2.1, `order ${order}`)
      }
  })

  test('its terms are 1/√α, β/√α and √β, and the kernel’s own', () => {
    const model = exact<Float64Array>(process, M1)
    const x = Float64Array.of(0.3)
    for (const t of [2, 200, 1000]) {
      const beta = linearBetas()[t - 1]!
      const terms = ancestralTerms(process, t, t - 1)
      approximately(
        [terms.state, terms.score, terms.noise],
        [1 / Math.sqrt(1 - beta), beta / Math.sqrt(1 - beta), Math.sqrt(beta)],
        1e-10,
      )
      const { mean } = reverseKernel(model)(x, t, t - 1)
      approximately(terms.state * x[0]! + terms.score * model.score(x, t)[0]!, mean[0]!, 1e-11)
    }
  })

  test('where nothing is shrunk, the score’s share is twice Langevin’s at the same noise', () => {
    const scales = ncsn({ sigmas: geometricScales(1, 0.01, 50) })
    const [step, langevin] = [ancestralTerms(scales, 20, 19), langevinTerms(scales, 20, 19)]
    approximately(step.state, 1, 1e-12)
    approximately(step.score, 2 * langevin.score, 1e-12)
    assert.equal(step.noise, langevin.noise)
  })
})

describe('ancestral sampling by a kernel', () => {
  const table = ddpm({ betas: linearBetas(12, 0.05, 0.6) })
  const start = () => new RandomStream(5, 'start').normal(2000)
  const last = async (sampler: Sampler<Float64Array>) => {
    let state: SamplerState<Float64Array> | undefined
    for await (state of sampler(start(), new RandomStream(5, 'walk')));
    return state!
  }

  test('is that by a denoiser with the same variance, number by number, one evaluation a step', async () => {
    const model = exact<Float64Array>(table, M1)
    const analytic = await analyticVariance<Float64Array>(model, (n, stream) => stream.normal(n), {
      samples: 500,
      stream: new RandomStream(5, 'analytic'),
    })
    for (const variance of ['posterior', 'forward', analytic] as const) {
      const byModel = await last(ancestral(model, { variance, steps: 12 }))
      const byKernel = await last(ancestral(reverseKernel(model, { variance }), { steps: 12 }))
      approximately(byKernel.x, byModel.x, 1e-12)
      assert.equal(byKernel.evaluations, 12)
      assert.equal(byModel.evaluations, 12)
    }
  })

  test('with the true variance of each step draws the Gaussian’s own law, however few the steps', async () => {
    const v = 0.25
    const model = exact<Float64Array>(table, gaussian(v))
    const variance = (t: number, s: number) =>
      analyticStep(table, 1 / (table.alpha(t) ** 2 * v + table.sigma(t) ** 2), t, s)
    const { x } = await last(ancestral(model, { variance, times: [12, 6, 2, 0] }))
    const found = x.reduce((sum, value) => sum + value ** 2, 0) / x.length
    // Noise is left out of the last step, so its variance is missing; and N(0, I) stands for the law at T.
    const missing = variance(2, 0)
    assert.ok(Math.abs(found - (v - missing)) < 5 * v * Math.sqrt(2 / x.length) + 2e-3, `${found}`)
  })

  test('refuses times that rise and variances that are none', () => {
    const kernel = reverseKernel(exact<Float64Array>(table, M1))
    assert.throws(() => ancestral(kernel, { times: [0, 4] }), /times must fall/)
    assert.throws(
      () => ancestral(kernel.model, { variance: 'beta' as never }),
      /'posterior', 'forward' or a function/,
    )
  })
})
