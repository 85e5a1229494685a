/** Mistakes in score matching, as slides and programs have them. */
import * as tf from '@tensorflow/tfjs'
import { currentStream } from '../../tensor'
import type { Mixture } from '../data'
import { mixture } from '../data/mixture'
import { field, type Field } from '../field'
import { divergence } from '../score/divergence'
import { halfSquare } from '../score/losses'
import { probedDivergence } from '../ode/divergence'
import { expectNear, mistake } from './mistake'

const [n, d, v, sigma] = [4096, 2, 0.6, 0.8]
/** The score of N(0, τI). */
const gaussian = (tau: number): Field => field((x) => tf.mul(x, -1 / tau))

/** The number in a scalar, which is disposed of. */
async function numberOf(f: () => tf.Tensor): Promise<number> {
  const scalar = tf.tidy(f)
  const [value = NaN] = await scalar.data()
  scalar.dispose()
  return value
}

/** A loss of a field over a batch. */
export type FieldLoss = (field: Field, x: tf.Tensor) => tf.Scalar

/** Of a loss that is E[a‖s‖² + b tr ∇s], by its values for the scores of Gaussians of variance τ. */
async function expectClosedForm(
  form: FieldLoss,
  a: number,
  b: number,
  stream = currentStream(),
): Promise<void> {
  const x = tf.tidy(() => stream.normalTensor([n, d]).mul(Math.sqrt(v)))
  const square = await numberOf(() => tf.mean(x.square().sum(1)))
  for (const tau of [0.5 * v, v, 2 * v]) {
    const value = await numberOf(() => form(gaussian(tau), x))
    // Single precision; the batch's own mean square is used.
    expectNear(
      `the loss of the score −x/τ, τ = ${tau}, on N(0, ${v})`,
      value,
      (a * square) / tau ** 2 - (b * d) / tau,
      1e-3,
    )
  }
  x.dispose()
}

const squared: FieldLoss = (s, x) => tf.mean(halfSquare(s.score(x)).mul(2)).asScalar()
const trace: FieldLoss = (s, x) => tf.mean(divergence(s, x)).asScalar()

/** Integration by parts has turned the sign once already. */
const minusTrace = mistake<FieldLoss>({
  title: 'Score matching with −2 tr',
  written: String.raw`\mathbb{E}\left[\|s\|^2 - 2\operatorname{tr}\nabla s\right]`,
  correct: String.raw`\mathbb{E}\left[\|s\|^2 + 2\operatorname{tr}\nabla s\right]`,
  right: (s, x) => tf.add(squared(s, x), trace(s, x).mul(2)).asScalar(),
  wrong: (s, x) => tf.sub(squared(s, x), trace(s, x).mul(2)).asScalar(),
  check: (form, stream) => expectClosedForm(form, 1, 2, stream),
})

/** Its minimum is at the score of data of twice the variance. */
const withoutHalf = mistake<FieldLoss>({
  title: 'Score matching without ½',
  written: String.raw`\mathbb{E}\left[\|s\|^2 + \operatorname{tr}\nabla s\right]`,
  correct: String.raw`\mathbb{E}\left[\tfrac12\|s\|^2 + \operatorname{tr}\nabla s\right]`,
  right: (s, x) => tf.add(squared(s, x).mul(0.5), trace(s, x)).asScalar(),
  wrong: (s, x) => tf.add(squared(s, x), trace(s, x)).asScalar(),
  check: (form, stream) => expectClosedForm(form, 0.5, 1, stream),
})

/** A divergence of two laws over samples of the first, in doubles, for laws of one number. */
export type Divergence = (p: Mixture, q: Mixture, x: Float64Array) => number

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length
const square = (a: Float64Array, b: Float64Array): number =>
  0.5 * mean(a.map((value, i) => (value - b[i]!) ** 2))
const gradient = (p: Mixture, x: Float64Array): Float64Array => {
  const log = p.logDensity(x)
  return p.score(x).map((s, i) => Math.exp(log[i]!) * s)
}

/** With gradients of densities the constants of normalisation would matter, and far places would not. */
const fisherOfDensities = mistake<Divergence>({
  title: 'Fisher divergence of densities',
  written: String.raw`\tfrac12\,\mathbb{E}_p\|\nabla p - \nabla q\|^2`,
  correct: String.raw`\tfrac12\,\mathbb{E}_p\|\nabla\log p - \nabla\log q\|^2`,
  right: (p, q, x) => square(p.score(x), q.score(x)),
  wrong: (p, q, x) => square(gradient(p, x), gradient(q, x)),
  // Not async in itself, but checks are.
  check: async (form, stream = currentStream()) => {
    const tau = 2
    const x = stream.normal(n).map((z) => Math.sqrt(v) * z)
    const found = form(
      mixture({ means: [[0]], deviations: Math.sqrt(v) }),
      mixture({ means: [[0]], deviations: Math.sqrt(tau) }),
      x,
    )
    const meanSquare = mean(x.map((value) => value * value))
    expectNear(
      `the Fisher divergence of N(0, ${v}) and N(0, ${tau})`,
      found,
      0.5 * meanSquare * (1 / v - 1 / tau) ** 2,
      1e-9,
    )
    return Promise.resolve()
  },
})

/** A score of a law of one number. */
export type ScoreOf = (p: Mixture, x: Float64Array) => Float64Array

const scoreOfDensity = mistake<ScoreOf>({
  title: 'The score as the gradient of the density',
  written: String.raw`s(x) = \nabla p(x)`,
  correct: String.raw`s(x) = \nabla\log p(x)`,
  right: (p, x) => p.score(x),
  wrong: gradient,
  check: async (form) => {
    const law = mixture({ means: [[-1], [1]], weights: [0.3, 0.7], deviations: 0.3 })
    const h = 1e-5
    for (const at of [-1.2, 0.1, 0.8]) {
      const [up = NaN, down = NaN] = law.logDensity(Float64Array.of(at + h, at - h))
      const [found = NaN] = form(law, Float64Array.of(at))
      expectNear(`the score at ${at}`, found, (up - down) / (2 * h), 1e-6)
    }
    return Promise.resolve()
  },
})

/** A loss over clean data x and noise z: x̃ = x + σz. */
export type NoisyLoss = (field: Field, x: tf.Tensor, z: tf.Tensor, sigma: number) => tf.Scalar

/** Its value at the score of the noisy law N(0, v + σ²). */
async function expectDenoisingMinimum(form: NoisyLoss, stream = currentStream()): Promise<void> {
  const many = 16 * n
  const [x, z] = [
    tf.tidy(() => stream.normalTensor([many, d]).mul(Math.sqrt(v))),
    stream.normalTensor([many, d]),
  ]
  const value = await numberOf(() => form(gaussian(v + sigma ** 2), x, z, sigma))
  tf.dispose([x, z])
  const expected = (0.5 * d * v) / (sigma ** 2 * (v + sigma ** 2))
  // Half a χ² of d degrees: relative spread √(2/d); ten standard errors.
  expectNear(
    `the denoising loss of the score of N(0, v + σ²)`,
    value,
    expected,
    10 * expected * Math.sqrt(2 / d / many),
  )
}

const denoise =
  (sign: 1 | -1): NoisyLoss =>
  (s, x, z, sigma) =>
    tf.mean(halfSquare(tf.add(s.score(tf.add(x, tf.mul(z, sigma))), tf.mul(z, sign / sigma)))).asScalar()

/** The kernel's score points back at x: ∇ log q(x̃ | x) = −(x̃ − x)/σ², and the loss subtracts it. */
const denoisingSign = mistake<NoisyLoss>({
  title: 'Denoising score matching with the noise’s own sign',
  written: String.raw`\tfrac12\,\mathbb{E}\left\|s(\tilde x) - \frac{\tilde x - x}{\sigma^2}\right\|^2`,
  correct: String.raw`\tfrac12\,\mathbb{E}\left\|s(\tilde x) + \frac{\tilde x - x}{\sigma^2}\right\|^2`,
  right: denoise(1),
  wrong: denoise(-1),
  check: expectDenoisingMinimum,
})

/** The distance from the noisy law's score, over clean or noisy points. */
export type NoisyDistance = (
  field: Field,
  noisyScore: Field,
  x: tf.Tensor,
  z: tf.Tensor,
  sigma: number,
) => tf.Scalar

/** Only over noisy points is it the denoising loss less a constant. */
const overCleanData = mistake<NoisyDistance>({
  title: 'The noisy law’s score compared over clean data',
  written: String.raw`\tfrac12\,\mathbb{E}_{\tilde x\sim p_{\text{data}}}\|s(\tilde x) - \nabla\log q_\sigma(\tilde x)\|^2`,
  correct: String.raw`\tfrac12\,\mathbb{E}_{\tilde x\sim q_\sigma}\|s(\tilde x) - \nabla\log q_\sigma(\tilde x)\|^2`,
  right: (s, exact, x, z, sigma) => {
    const noisy = tf.add(x, tf.mul(z, sigma))
    return tf.mean(halfSquare(tf.sub(s.score(noisy), exact.score(noisy)))).asScalar()
  },
  wrong: (s, exact, x) => tf.mean(halfSquare(tf.sub(s.score(x), exact.score(x)))).asScalar(),
  check: async (form, stream = currentStream()) => {
    const [x, z] = [tf.tidy(() => stream.normalTensor([n, d]).mul(Math.sqrt(v))), stream.normalTensor([n, d])]
    const u = v + sigma ** 2
    const tau = 3
    const value = await numberOf(() => form(gaussian(tau), gaussian(u), x, z, sigma))
    tf.dispose([x, z])
    const expected = 0.5 * d * u * (1 / u - 1 / tau) ** 2
    expectNear(
      'the distance of −x̃/3 from the noisy law’s score',
      value,
      expected,
      10 * expected * Math.sqrt(2 / d / n),
    )
  },
})

/** A loss over data and the projections v that go with them. */
export type SlicedLoss = (field: Field, x: tf.Tensor, v: tf.Tensor) => tf.Scalar

/** Both have one mean, but the second has the variance of the trace only; named alike they cannot be compared. */
const slicedByTheWrongName = mistake<SlicedLoss>({
  title: 'The form with reduced variance called sliced score matching',
  written: String.raw`\text{SSM} = \mathbb{E}\left[v^\top\nabla s\,v + \tfrac12\|s\|^2\right]`,
  correct: String.raw`\text{SSM} = \mathbb{E}\left[v^\top\nabla s\,v + \tfrac12(v^\top s)^2\right]`,
  right: (s, x, v) => {
    const { value, divergence } = probedDivergence(s.score, x, v)
    return tf.mean(tf.add(divergence, tf.mul(v, value).sum(1).square().mul(0.5))).asScalar()
  },
  wrong: (s, x, v) => {
    const { value, divergence } = probedDivergence(s.score, x, v)
    return tf.mean(tf.add(divergence, halfSquare(value))).asScalar()
  },
  check: async (form, stream = currentStream()) => {
    const numbers = stream.normal(4)
    const [x0, x1, v0, v1] = numbers as unknown as readonly [number, number, number, number]
    const value = await numberOf(() => form(gaussian(v), tf.tensor2d([[x0, x1]]), tf.tensor2d([[v0, v1]])))
    expectNear(
      'the sliced loss of one point and one projection',
      value,
      -(v0 * v0 + v1 * v1) / v + 0.5 * ((v0 * x0 + v1 * x1) / v) ** 2,
      1e-4,
    )
  },
})

/** A loss from the terms vᵀ∇s v and ½(vᵀs)² of every draw. */
export type OfTerms = (traces: Float64Array, norms: Float64Array) => number

/** As printed, the second term is outside of the mean: a random number, and not a loss. */
const misplacedBracket = mistake<OfTerms>({
  title: 'Sliced score matching with the bracket closed too early',
  written: String.raw`\mathbb{E}\left[v^\top\nabla s\,v\right] + \tfrac12(v^\top s)^2`,
  correct: String.raw`\mathbb{E}\left[v^\top\nabla s\,v + \tfrac12(v^\top s)^2\right]`,
  right: (traces, norms) => mean(traces.map((trace, i) => trace + norms[i]!)),
  wrong: (traces, norms) => mean(traces) + norms[0]!,
  check: async (form, stream = currentStream()) => {
    // s = −x/τ on N(0, v) in one dimension, with signs for v.
    const tau = 0.9
    const many = 16 * n
    const x = stream.normal(many).map((z) => Math.sqrt(v) * z)
    const found = form(
      x.map(() => -1 / tau),
      x.map((value) => 0.5 * (value / tau) ** 2),
    )
    const norm = v / (2 * tau ** 2)
    expectNear('the sliced loss of −x/τ', found, norm - 1 / tau, 8 * norm * Math.sqrt(2 / many))
    return Promise.resolve()
  },
})

/** What denoising score matching regresses on. */
export type Target = (clean: Float64Array, noisy: Float64Array, sigma: number) => Float64Array

const kernelAtZero = mistake<Target>({
  title: 'The noise kernel centred at zero',
  written: String.raw`q_\sigma(\tilde x \mid x) = \mathcal{N}(x; 0, \sigma^2 I)`,
  correct: String.raw`q_\sigma(\tilde x \mid x) = \mathcal{N}(\tilde x; x, \sigma^2 I)`,
  right: (clean, noisy, sigma) => noisy.map((value, i) => -(value - clean[i]!) / sigma ** 2),
  wrong: (clean, _noisy, sigma) => clean.map((value) => -value / sigma ** 2),
  check: async (form, stream = currentStream()) => {
    const many = 16 * n
    const clean = stream.normal(many).map((z) => Math.sqrt(v) * z)
    const noise = stream.normal(many)
    const noisy = clean.map((x, i) => x + sigma * noise[i]!)
    const products = form(clean, noisy, sigma).map((target, i) => target * noisy[i]!)
    // E[x̃ᵀ∇ log q_σ(x̃)] = −1 for any law of one number, by integration by parts; here the spread is √(2 + v/σ²).
    expectNear('E[x̃ · target]', mean(products), -1, 8 * Math.sqrt((2 + v / sigma ** 2) / many))
    return Promise.resolve()
  },
})

/** log q_σ(x̃ | x) of one number. */
export type LogKernel = (clean: number, noisy: number, sigma: number) => number

const doubleMinus = mistake<LogKernel>({
  title: 'Two minus signs in log q',
  written: String.raw`\log q = \log\frac{1}{\sqrt{2\pi\sigma^2}} - \frac{-1}{2\sigma^2}\|\tilde x - x\|^2`,
  correct: String.raw`\log q = \log\frac{1}{\sqrt{2\pi\sigma^2}} - \frac{1}{2\sigma^2}\|\tilde x - x\|^2`,
  right: (x, noisy, sigma) => -0.5 * Math.log(2 * Math.PI * sigma ** 2) - (noisy - x) ** 2 / (2 * sigma ** 2),
  wrong: (x, noisy, sigma) => -0.5 * Math.log(2 * Math.PI * sigma ** 2) + (noisy - x) ** 2 / (2 * sigma ** 2),
  check: async (form) => {
    const h = 0.01
    let mass = 0
    for (let noisy = -6; noisy < 6; noisy += h) mass += Math.exp(form(0.3, noisy, 0.5)) * h
    expectNear('the integral of q(x̃ | x) over x̃', mass, 1, 1e-6)
    return Promise.resolve()
  },
})

/** The density of x = clean + δ as an integral over δ: the factor that belongs to δ. */
export type NoiseDensity = (x: number, delta: number, sigma: number) => number

const normal = (x: number, variance: number): number =>
  Math.exp((-x * x) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance)

const noiseInTheWrongPlace = mistake<NoiseDensity>({
  title: 'A convolution with the wrong argument',
  written: String.raw`p_\sigma(x) = \int p(x-\delta)\,\mathcal{N}(x; \delta, \sigma)\,d\delta`,
  correct: String.raw`p_\sigma(x) = \int p(x-\delta)\,\mathcal{N}(\delta; 0, \sigma^2)\,d\delta`,
  right: (_x, delta, sigma) => normal(delta, sigma ** 2),
  wrong: (x, delta, sigma) => normal(x - delta, sigma),
  check: async (form) => {
    const h = 0.01
    for (const x of [0, 1.3]) {
      let density = 0
      for (let delta = -8; delta < 8; delta += h) density += normal(x - delta, v) * form(x, delta, sigma) * h
      expectNear(`p_σ(${x}) for p = N(0, ${v})`, density, normal(x, v + sigma ** 2), 1e-6)
    }
    return Promise.resolve()
  },
})

/** A loss of predictions against targets, both of one number each. */
export type Regression = (predicted: Float64Array, target: Float64Array) => number

/** Without the square the best prediction is a median, and the score is a mean. */
const normWithoutSquare = mistake<Regression>({
  title: 'A denoising loss without the square',
  written: String.raw`\mathbb{E}\,\lambda\,\|s(x_t, t) - \nabla\log p(x_t \mid x_0)\|`,
  correct: String.raw`\mathbb{E}\,\lambda\,\|s(x_t, t) - \nabla\log p(x_t \mid x_0)\|^2`,
  right: (predicted, target) => mean(predicted.map((value, i) => (value - target[i]!) ** 2)),
  wrong: (predicted, target) => mean(predicted.map((value, i) => Math.abs(value - target[i]!))),
  check: async (form) => {
    // What is seen at one x̃: the targets differ, and their mean is the score.
    const target = Float64Array.of(-1, -1, 5)
    let best = NaN
    let least = Infinity
    for (let guess = -2; guess <= 6; guess += 0.01) {
      const loss = form(new Float64Array(3).fill(guess), target)
      if (loss < least) [best, least] = [guess, loss]
    }
    expectNear('the best prediction for targets −1, −1 and 5', best, 1, 0.02)
    return Promise.resolve()
  },
})

export const scoreMatchingMistakes = {
  scoreMatchingMinusTrace: minusTrace,
  scoreMatchingWithoutHalf: withoutHalf,
  fisherOfDensities,
  scoreOfDensity,
  denoisingSign,
  denoisingOverCleanData: overCleanData,
  slicedByTheWrongName,
  slicedBracket: misplacedBracket,
  kernelAtZero,
  kernelDoubleMinus: doubleMinus,
  noiseInTheWrongPlace,
  denoisingWithoutSquare: normWithoutSquare,
} as const
