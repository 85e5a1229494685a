import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  asDenoiser,
  autoguidance,
  classifierFree,
  classifierGuidance,
  data,
  ddpm,
  elbo,
  exact,
  exactClassifier,
  field,
  given,
  guided,
  guidedKernel,
  guideOf,
  guideOfClean,
  implicitGuide,
  intervalGuidance,
  langevin,
  Prediction,
  reverseKernel,
  tilted,
  vp,
  type Denoiser,
  type Quantity,
  type ReverseKernel,
} from '../../../src/models'
import { weighted, withScore } from '../../../src/models/guidance/predictions'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately, slope } from '../approximately'
import { files, take } from '../backends'
import { moments, normalLaw, push } from './gridLaw'

before(() => selectBackend('cpu', files))

const process = vp()
const M1 = data.mixture({ weights: [0.3, 0.7], means: [[-1], [1]], deviations: 0.3 })
const model = exact<Float64Array>(process, M1)
const classes = exactClassifier<Float64Array>(process, M1)
const QUANTITIES: readonly Quantity[] = ['x0', 'noise', 'score', 'velocity', 'v']
const X = Float64Array.of(-1.7, -0.4, 0.1, 0.9)

/** M1 at time t on its own: log p_t(x | y), with both classes' weights. */
const [WEIGHTS, MEANS, V] = [[0.3, 0.7], [-1, 1], 0.09]
function normalDensity(x: number, mean: number, variance: number): number {
  return Math.exp((-0.5 * (x - mean) ** 2) / variance) / Math.sqrt(2 * Math.PI * variance)
}
function ofClass(y: number, x: number, t: number): number {
  const [alpha, sigma] = [process.alpha(t), process.sigma(t)]
  return normalDensity(x, alpha * MEANS[y]!, alpha ** 2 * V + sigma ** 2)
}
function posterior(y: number, x: number, t: number): number {
  const [a, b] = [0, 1].map((k) => WEIGHTS[k]! * ofClass(k, x, t)) as [number, number]
  return [a, b][y]! / (a + b)
}

describe('predictions put together', () => {
  const a = model.predict(X, 0.4)
  const b = model.predict(X, 0.4, { class: 1 })

  test('a weighted sum is one of every reading', () => {
    const mixed = weighted([() => -0.5, a], [() => 1.5, b])
    for (const quantity of QUANTITIES)
      approximately(
        mixed.read(quantity),
        a.read(quantity).map((v, i) => -0.5 * v + 1.5 * b.read(quantity)[i]!),
        1e-12,
      )
  })

  test('a change of the score changes x̂₀ and ε̂ so that αx̂₀ + σε̂ stays x_t', () => {
    const g = Float64Array.of(0.3, -2, 1, 0.5)
    const moved = withScore(a, g, () => 2)
    approximately(
      moved.score,
      a.score.map((s, i) => s + 2 * g[i]!),
      1e-12,
    )
    const [alpha, sigma] = [process.alpha(0.4), process.sigma(0.4)]
    approximately(
      moved.x0.map((x0, i) => alpha * x0 + sigma * moved.noise[i]!),
      X,
      1e-12,
    )
    approximately(
      moved.velocity,
      X.map((x, i) => process.drift(0.4) * x - 0.5 * process.diffusion(0.4) * moved.score[i]!),
      1e-10,
    )
  })

  test('where a weight is zero, an infinite share does no harm', () => {
    const prediction = new Prediction(process, 0, [{ value: X, ofX0: () => 1, ofNoise: () => -Infinity }])
    approximately(weighted([() => 0, prediction], [() => 1, model.predict(X, 0)]).x0, X, 1e-9)
  })
})

describe('Bayes’ rule for scores', () => {
  test('the exact classifier is w p(x | y) / p(x), and its gradient the slope of its logarithm', () => {
    for (const t of [0.05, 0.3, 0.8]) {
      approximately(
        classes.logProbabilities(X, t).map(Math.exp),
        Array.from(X).flatMap((x) => [posterior(0, x, t), posterior(1, x, t)]),
        1e-10,
      )
      for (const y of [0, 1])
        approximately(
          classes.gradient(X, t, y),
          Array.from(X, (x) => slope((h) => Math.log(posterior(y, x + h, t)))),
          1e-7,
        )
    }
    // Labels of their own.
    const mixed = classes.gradient(X, 0.3, [0, 1, 1, 0])
    approximately(mixed[0]!, classes.gradient(X, 0.3, 0)[0]!, 1e-12)
    approximately(mixed[1]!, classes.gradient(X, 0.3, 1)[1]!, 1e-12)
  })

  test('s + ∇ log p(y | x_t) is the score of p_t(x | y), in doubles and in tensors', () => {
    for (const [t, y] of [
      [0.02, 0],
      [0.3, 1],
      [0.9, 0],
    ] as const) {
      const expected = Array.from(X, (x) => slope((h) => Math.log(ofClass(y, x + h, t))))
      approximately(classifierGuidance(model, classes, { class: y }).score(X, t), expected, 1e-7)
      const tensors = classifierGuidance(exact(process, M1), exactClassifier(process, M1), { class: y })
      approximately(take(tf.tidy(() => tensors.score(tf.tensor2d([...X], [4, 1]), t))), expected, 1e-3)
    }
  })

  test('the conditional and the unconditional score imply the classifier', () => {
    for (const t of [0.1, 0.6])
      approximately(implicitGuide(model, { class: 1 })(X, t), classes.gradient(X, t, 1), 1e-12)
    const other = implicitGuide(exact<Float64Array>(process, M1.given(0)), null, { unconditional: model })
    approximately(other(X, 0.4), classes.gradient(X, 0.4, 0), 1e-12)
  })

  test('the conditional bound: the ELBO of the model told c bounds log p(x₀ | c), and nearly reaches it', async () => {
    const table = ddpm({ betas: Float64Array.from({ length: 100 }, (_, i) => 1e-3 + (i / 99) * 0.199) })
    const chain = exact<Float64Array>(table, M1)
    const n = 400
    const x0 = new RandomStream(1, 'data of class 0').normal(n).map((z) => -1 + 0.3 * z)
    const bound = await elbo(given(chain, { class: 0 }), x0, { stream: new RandomStream(1, 'elbo') })
    const logDensity = x0.reduce((sum, x) => sum + Math.log(normalDensity(x, -1, 0.09)), 0) / n
    const slack = logDensity - bound.bound
    // Five standard errors of the bound's own noise; a hundred steps lose a tenth of a nat.
    assert.ok(slack > -5 * bound.standardError && slack < 0.1, `log p − bound = ${slack}`)
    // Told nothing, it bounds log p(x₀), which is lower by log .3.
    const untold = await elbo(chain, x0, { stream: new RandomStream(1, 'elbo') })
    assert.ok(bound.bound - untold.bound > 1, `${bound.bound} against ${untold.bound}`)
  })
})

describe('samples of classifier guidance', () => {
  /** Mean and variance at t = 1e-3 of Euler–Maruyama on the guided reverse SDE, extrapolated from 60 and 120 steps. */
  function guidedLaw(gamma: number) {
    const guidance = classifierGuidance(model, classes, { class: 0, scale: gamma })
    const [coarse, fine] = [60, 120].map((steps) => {
      let law = normalLaw(-4.5, 4.5, 601, 0, process.sigma(1) ** 2)
      const dt = (1 - 1e-3) / steps
      for (let i = 0; i < steps; i++) {
        const t = 1 - i * dt
        const score = guidance.score(law.x, t)
        const g2 = process.diffusion(t)
        law = push(
          law,
          law.x.map((x, i) => x - (process.drift(t) * x - g2 * score[i]!) * dt),
          g2 * dt,
        )
      }
      return moments(law)
    })
    return { mean: 2 * fine!.mean - coarse!.mean, variance: 2 * fine!.variance - coarse!.variance }
  }

  test('with γ = 1 they follow p(x | y), and the tilted law is the same', () => {
    const { mean, variance } = guidedLaw(1)
    const [alpha, sigma] = [process.alpha(1e-3), process.sigma(1e-3)]
    // What remains after extrapolation is of second order in the step, and the prior N(0, σ²) is off by e⁻⁵.
    approximately([mean, variance], [-alpha, alpha ** 2 * V + sigma ** 2], 1.5e-3)
    const law = tilted(process, M1, { class: 0, scale: 1, t: 1e-3 })
    approximately([law.mean, law.variance], [-alpha, alpha ** 2 * V + sigma ** 2], 1e-8)
  })

  test('with γ = 3 they do not follow p(x) p(y | x)³: mean −1.115, against −1.0014 of the tilted law', () => {
    const { mean, variance } = guidedLaw(3)
    const law = tilted(process, M1, { class: 0, scale: 3, t: 1e-3 })
    approximately(law.mean, -1.0014, 1e-4)
    approximately(mean, -1.115, 1e-3)
    assert.ok(variance < law.variance - 0.005, `variance ${variance} against ${law.variance}`)
  })

  test('at each t by itself, Langevin steps with the guided score do follow the tilted law', () => {
    const [t, epsilon] = [0.2, 0.01]
    const guidance = classifierGuidance(model, classes, { class: 0, scale: 3 })
    const own = field<Float64Array>((x) => guidance.score(x, t))
    assert.equal(typeof langevin(own, { epsilon }).field.score, 'function')
    const target = tilted(process, M1, { class: 0, scale: 3, t })
    let law = normalLaw(-3, 2, 501, target.mean, 0.5)
    const score = own.score(law.x)
    for (let i = 0; i < 600; i++)
      law = push(
        law,
        law.x.map((x, i) => x + (epsilon / 2) * score[i]!),
        epsilon,
      )
    const found = moments(law)
    // The discretisation's bias of the variance is a factor 1/(1 − ε/4v), below one percent here.
    approximately([found.mean, found.variance], [target.mean, target.variance], 5e-3)
  })
})

describe('the tilted law', () => {
  test('is p p(y | x)^γ, normalised, at any time', () => {
    const law = tilted(process, M1, { class: 1, scale: 2.5, t: 0.2, range: [-4, 4], points: 2001 })
    const width = 8 / 2000
    const raw = Array.from(law.x, (x) => {
      const p = WEIGHTS[0]! * ofClass(0, x, 0.2) + WEIGHTS[1]! * ofClass(1, x, 0.2)
      return p * posterior(1, x, 0.2) ** 2.5
    })
    const total = raw.reduce((sum, p) => sum + p, 0) * width
    approximately(
      law.density,
      raw.map((p) => p / total),
      1e-9,
    )
  })

  test('refuses what makes no sense', () => {
    const plane = data.mixture({ means: [[0, 0]] })
    assert.throws(() => tilted(process, plane, { class: 0, scale: 1 }), /on the line/)
    assert.throws(() => tilted(process, M1, { class: 2, scale: 1 }), /class must be .* 0 to 1, but is 2/)
    assert.throws(() => tilted(process, M1, { class: 0, scale: NaN }), /scale must be a finite number/)
    assert.throws(() => tilted(process, M1, { class: 0, scale: 1, points: 2 }), /points/)
    assert.throws(() => tilted(process, M1, { class: 0, scale: 1, range: [1, 1] }), /range must rise/)
  })
})

describe('classifier-free guidance', () => {
  test('is the barycentre (1 − γ) s_∅ + γ s_y, in doubles and in tensors', () => {
    for (const gamma of [0, 1, -0.5, 3]) {
      const score = classifierFree(model, { class: 1 }, { scale: gamma }).score(X, 0.3)
      const all = (x: number) => Math.log(WEIGHTS[0]! * ofClass(0, x, 0.3) + WEIGHTS[1]! * ofClass(1, x, 0.3))
      const expected = Array.from(
        X,
        (x) =>
          (1 - gamma) * slope((h) => all(x + h)) + gamma * slope((h) => Math.log(ofClass(1, x + h, 0.3))),
      )
      approximately(score, expected, 1e-7)
      const tensors = classifierFree(exact(process, M1), { class: 1 }, { scale: gamma })
      approximately(take(tf.tidy(() => tensors.score(tf.tensor2d([...X], [4, 1]), 0.3))), expected, 2e-3)
    }
  })

  test('is classifier guidance by the implied classifier, with the same γ', () => {
    const free = classifierFree(model, { class: 0 }, { scale: 2.5 })
    const by = guided(model, implicitGuide(model, { class: 0 }), { scale: 2.5 })
    for (const quantity of QUANTITIES)
      approximately(free.predict(X, 0.4).read(quantity), by.predict(X, 0.4).read(quantity), 1e-10)
  })

  test('γ = 0 is the model told nothing, γ = 1 the conditional model; a weight ω is γ = 1 + ω', () => {
    let asked = 0
    const counted = asDenoiser<Float64Array>(process, [1], (x, t, condition) => {
      asked++
      return model.predict(x, t, condition)
    })
    const score = (options: { scale?: number; weight?: number }) =>
      classifierFree(counted, { class: 0 }, options).score(X, 0.2)
    approximately(score({ scale: 0 }), model.score(X, 0.2), 0)
    approximately(score({ scale: 1 }), model.score(X, 0.2, { class: 0 }), 0)
    assert.equal(asked, 2)
    approximately(score({ weight: 2 }), score({ scale: 3 }), 0)
    approximately(score({ weight: 0 }), model.score(X, 0.2, { class: 0 }), 0)
    assert.equal(asked, 7)
  })

  test('refuses what makes no sense', () => {
    assert.throws(() => classifierFree(model, { class: 0 }), /either scale, γ .* or weight, ω/)
    assert.throws(() => classifierFree(model, { class: 0 }, { scale: 1, weight: 0 }), /either scale/)
    assert.throws(
      () => classifierFree(model, { class: 0 }, { scale: Infinity }),
      /scale must be a finite number/,
    )
    assert.throws(() => classifierFree(model, null, { scale: 1 }), /must be a condition/)
    assert.throws(() => classifierFree({} as never, { class: 0 }, { scale: 1 }), /must be a denoiser/)
    assert.throws(() => classifierFree(model, { class: 2 }, { scale: 1 }).score(X, 0.3), /class|label/)
  })
})

describe('guidance in an interval', () => {
  test('has γ where low < σ/α ≤ high, and is the conditional model elsewhere', () => {
    const between = intervalGuidance(model, { class: 0 }, { scale: 4, levels: [0.5, 2] })
    const full = classifierFree(model, { class: 0 }, { scale: 4 })
    const level = (t: number) => process.sigma(t) / process.alpha(t)
    for (const t of [0.02, 0.1, 0.2, 0.3, 0.5, 0.9]) {
      const inside = level(t) > 0.5 && level(t) <= 2
      approximately(between.score(X, t), (inside ? full : given(model, { class: 0 })).score(X, t), 1e-12)
    }
    assert.ok(level(0.02) < 0.5 && level(0.2) > 0.5 && level(0.3) < 2 && level(0.5) > 2)
    // Times of their own.
    const each = between.score(X, [0.02, 0.2, 0.3, 0.9])
    for (const [i, t] of [0.02, 0.2, 0.3, 0.9].entries())
      approximately(each[i]!, between.score(X.slice(i, i + 1), t)[0]!, 1e-12)
    // The ends: the lower one is outside, the upper one inside.
    const t = 0.25
    const at = (levels: [number, number]) =>
      intervalGuidance(model, { class: 0 }, { scale: 4, levels }).score(X, t)[1]!
    approximately(at([0.1, level(t)]), full.score(X, t)[1]!, 1e-12)
    approximately(at([level(t), 9]), model.score(X, t, { class: 0 })[1]!, 1e-12)
  })

  test('refuses what makes no sense', () => {
    assert.throws(
      () => intervalGuidance(model, { class: 0 }, { scale: 2, levels: [2, 1] }),
      /levels must be two numbers 0 ≤ low < high/,
    )
    assert.throws(() => intervalGuidance(model, { class: 0 }, { scale: 2 } as never), /levels/)
  })
})

describe('autoguidance', () => {
  const gaussian = (variance: number) =>
    exact<Float64Array>(process, data.mixture({ means: [[0]], deviations: Math.sqrt(variance) }))

  test('is D_bad + w (D − D_bad) of every reading', () => {
    const [good, bad] = [gaussian(0.25), gaussian(1)]
    const t = 0.3
    const [alpha, sigma] = [process.alpha(t), process.sigma(t)]
    // D(x) = α v x / (α² v + σ²) for N(0, v).
    const d = (v: number, x: number) => (alpha * v * x) / (alpha ** 2 * v + sigma ** 2)
    const auto = autoguidance(good, bad, { weight: 2 })
    approximately(
      auto.predict(X, t).x0,
      X.map((x) => d(1, x) + 2 * (d(0.25, x) - d(1, x))),
      1e-12,
    )
    approximately(autoguidance(good, bad, { weight: 1 }).score(X, t), good.score(X, t), 1e-12)
    approximately(autoguidance(good, bad, { weight: 0 }).score(X, t), bad.score(X, t), 1e-12)
  })

  test('tells both models the condition', () => {
    const other = exact<Float64Array>(
      process,
      data.mixture({ weights: [0.5, 0.5], means: [[-1], [1]], deviations: 0.6 }),
    )
    const score = autoguidance(model, other, { weight: 3 }).score(X, 0.3, { class: 1 })
    const [a, b] = [model, other].map((m) => m.score(X, 0.3, { class: 1 })) as [Float64Array, Float64Array]
    approximately(
      score,
      a.map((v, i) => -2 * b[i]! + 3 * v),
      1e-12,
    )
  })

  test('refuses models that do not go together', () => {
    assert.throws(
      () => autoguidance(model, exact<Float64Array>(vp(), M1), { weight: 2 }),
      /the same process.*VP.*VP, made twice/,
    )
    const plane = exact<Float64Array>(process, data.mixture({ means: [[0, 0]] }))
    assert.throws(
      () => autoguidance(model, plane, { weight: 2 }),
      /states of one shape, but take \[1\] and \[2\]/,
    )
    assert.throws(() => autoguidance(model, model, { weight: NaN }), /weight must be a finite number/)
    assert.throws(
      () => autoguidance(model, null as never, { weight: 1 }),
      /second argument must be a denoiser/,
    )
  })
})

describe('classifier guidance of a reverse kernel', () => {
  const table = ddpm()
  const law = data.mixture({ means: [[0]], deviations: 1 })
  const chain = exact<Float64Array>(table, law)
  /** ∇ log p(y | x_t) for y = x₀ + ½ z and x₀ ~ N(0, 1): x₀ given x_t is N(α x, σ²). */
  const y = 1.2
  const guide = (x: Float64Array, t: number | ArrayLike<number>) => {
    const [alpha, sigma] = [table.alpha(t as number), table.sigma(t as number)]
    return x.map((x) => (alpha * (y - alpha * x)) / (sigma ** 2 + 0.25))
  }

  test('the mean moves by γ Σ ∇ log p(y | x_t), whatever the kernel says Σ is', () => {
    const kernel = reverseKernel(chain, { variance: 'forward' })
    const before = kernel(X, 400, 399)
    const after = guidedKernel(kernel, guide, { scale: 2 })(X, 400, 399)
    const beta = 1e-4 + (399 / 999) * (0.02 - 1e-4)
    approximately(
      after.mean,
      before.mean.map((m, i) => m + 2 * beta * guide(X, 400)[i]!),
      1e-12,
    )
    approximately(after.variance, beta, 1e-12)
    // A variance of its own for each number.
    const variance = Float64Array.of(0.1, 0.2, 0.3, 0.4)
    const own: ReverseKernel<Float64Array> = Object.assign(
      (x: Float64Array, t: number, s: number) => ({ mean: kernel(x, t, s).mean, variance }),
      { model: chain },
    )
    approximately(
      guidedKernel(own, guide)(X, 400, 399).mean,
      before.mean.map((m, i) => m + variance[i]! * guide(X, 400)[i]!),
      1e-12,
    )
  })

  test('is the score form but for a factor √(1 − β)', () => {
    const beta = 1e-4 + (399 / 999) * (0.02 - 1e-4)
    const plain = reverseKernel(chain)(X, 400, 399).mean
    const byScore = reverseKernel(guided(chain, guide, { scale: 3 }), {})(X, 400, 399).mean
    const byMean = guidedKernel(reverseKernel(chain, { variance: 'forward' }), guide, { scale: 3 })(
      X,
      400,
      399,
    ).mean
    approximately(
      byMean.map((m, i) => m - plain[i]!),
      byScore.map((m, i) => Math.sqrt(1 - beta) * (m - plain[i]!)),
      1e-12,
    )
  })

  test('with the exact classifier and γ = 1 the chain ends in p(x | y)', () => {
    // Every step is affine in x, x ↦ a x + b, so mean and variance follow a recursion.
    const kernel = guidedKernel(reverseKernel(chain, { variance: 'forward' }), guide)
    let [mean, variance] = [0, 1]
    for (let t = 1000; t > 0; t--) {
      const step = kernel(Float64Array.of(0, 1), t, t - 1)
      const [b, a] = [step.mean[0]!, step.mean[1]! - step.mean[0]!]
      mean = a * mean + b
      variance = a ** 2 * variance + (t > 1 ? (step.variance as number) : 0)
    }
    // N(y/(1 + ¼), ¼/(1 + ¼)); a thousand steps are right to within one percent.
    approximately([mean, variance], [y / 1.25, 0.2], 0.01)
  })

  test('refuses what makes no sense', () => {
    assert.throws(() => guidedKernel(chain as never, guide), /must be a reverse kernel/)
    assert.throws(() => guidedKernel(reverseKernel(chain), 3 as never), /must be a guide/)
    assert.throws(() => guidedKernel(reverseKernel(chain), guide, { scale: NaN }), /scale must be a finite/)
  })
})

describe('guidance by any likelihood', () => {
  const plane = data.mixture({
    means: [
      [-1, 0],
      [1, 0.5],
    ],
    deviations: 0.4,
  })
  const points = [0.3, -0.2, -1.1, 0.8]
  const x = () => tf.tensor2d(points, [2, 2])

  test('the guide is the gradient of the log-likelihood that was given', () => {
    // "Left, and not too high": a description with a truth value between 0 and 1.
    const logLikelihood = (a: number, b: number) =>
      -Math.log1p(Math.exp(4 * a)) - Math.log1p(Math.exp(2 * b - 1))
    const guide = guideOf((x) => {
      const [a, b] = tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor]
      return tf
        .softplus(a.mul(4))
        .add(tf.softplus(b.mul(2).sub(1)))
        .neg()
    })
    approximately(
      take(tf.tidy(() => guide(x(), 0.3))),
      [0, 1].flatMap((row) => {
        const [a, b] = [points[2 * row]!, points[2 * row + 1]!]
        return [slope((h) => logLikelihood(a + h, b)), slope((h) => logLikelihood(a, b + h))]
      }),
      1e-5,
    )
    const guidance = guided(exact(process, plane), guide, { scale: 2 })
    approximately(
      take(tf.tidy(() => guidance.score(x(), 0.3))),
      take(tf.tidy(() => exact(process, plane).score(x(), 0.3).add(guide(x(), 0.3).mul(2)))),
      1e-5,
    )
  })

  test('of clean data: the gradient goes through the denoiser', () => {
    // For N(0, I), x̂₀ = α x, so ∇ −½‖x̂₀ − y‖²/s² = −α (α x − y)/s².
    const gaussian = exact(process, data.mixture({ means: [[0, 0]] }))
    const target = [1, -1]
    const guide = guideOfClean(gaussian, (x0) =>
      x0
        .sub(tf.tensor1d(target))
        .square()
        .sum(1)
        .div(-2 * 0.09),
    )
    const alpha = process.alpha(0.3)
    approximately(
      take(tf.tidy(() => guide(x(), 0.3))),
      points.map((x, i) => (-alpha * (alpha * x - target[i % 2]!)) / 0.09),
      1e-4,
    )
  })

  test('a scale that depends on time', () => {
    const guide = guideOf((x) => x.sum(1))
    const guidance = guided(exact(process, plane), guide, { scale: (t) => 10 * t })
    approximately(
      take(tf.tidy(() => guidance.score(x(), 0.2).sub(exact(process, plane).score(x(), 0.2)))),
      [2, 2, 2, 2],
      1e-4,
    )
  })

  test('refuses what makes no sense', () => {
    assert.throws(
      () => guideOf((x) => x)(x(), 0.1),
      /one number for each of 2 states, but gave the shape \[2, 2\]/,
    )
    assert.throws(() => guideOf(3 as never), /must be a function/)
    assert.throws(() => guided(exact(process, plane), 3 as never), /must be a guide/)
    assert.throws(() => guided({} as Denoiser, () => x()), /must be a denoiser/)
    assert.throws(
      () => guided(exact(process, plane), () => x(), { scale: NaN }),
      /scale must be a finite number/,
    )
    assert.throws(() => classifierGuidance(model, {} as never, { class: 0 }), /needs a classifier/)
    assert.throws(() => classifierGuidance(model, classes, { class: 5 }), /class must be .* 0 to 1, but is 5/)
    assert.throws(() => guideOfClean({} as never, () => x()), /must be a denoiser/)
    assert.throws(() => exactClassifier(process, data.points([[0], [1]]) as never), /no labels/)
  })
})
