/** Mistakes in DDPM's sampling, each seen in the variances after 200 steps. */
import { combine, normalLike } from '../../state'
import type { Denoiser } from '../../denoiser'
import { reverseVariance, type VarianceChoice } from '../../diffusion/reverse'
import { ddpm, linearBetas, ncsn } from '../../processes'
import type { GaussianProcess } from '../../process'
import { ancestral } from '../../samplers/ancestral'
import { walk } from '../../samplers/walk'
import { mistake, type Mistake } from '../mistake'
import { expectVariances, STEPS, thinAndWide, type Started } from './variances'

/** A sampler of a model, with its start. */
type Form = (model: Denoiser<Float64Array>) => Started

const times = Array.from({ length: STEPS + 1 }, (_, i) => STEPS - i)
const BETAS = linearBetas(STEPS, 0.1 / STEPS, 20 / STEPS)
const table = ddpm({ betas: BETAS })

/** The recursion that DDPM's step leads to on data of variance v, from Ho et al.'s own formulas. */
function ddpmVariance(v: number, variance: (beta: number, before: number, after: number) => number): number {
  const bars = [1]
  for (const beta of BETAS) bars.push(bars.at(-1)! * (1 - beta))
  let total = 1
  for (let t = STEPS; t >= 1; t--) {
    const [beta, bar, before] = [BETAS[t - 1]!, bars[t]!, bars[t - 1]!]
    // ε̂ = √(1 − ᾱ) x / (ᾱ v + 1 − ᾱ).
    const factor = (1 - beta / (bar * v + 1 - bar)) / Math.sqrt(1 - beta)
    total = factor ** 2 * total + (t > 1 ? variance(beta, before, bar) : 0)
  }
  return total
}

const byBeta = (v: number): number => ddpmVariance(v, (beta) => beta)

/** (x_t − β/√(1 − ᾱ) ε̂)/√α + σ z, with every part of it open to change. */
function ddpmSampler({
  variance = 'forward',
  lastNoise = false,
  asked = (t: number) => t,
  sign = 1,
}: {
  variance?: VarianceChoice
  lastNoise?: boolean
  asked?: (t: number) => number
  sign?: number
} = {}): Form {
  return (model) => ({
    start: 1,
    sampler: walk(model, times, (counted, x, t, s, stream) => {
      const { process } = model
      const beta = process.transition(s, t).variance
      const { noise } = counted.predict(x, asked(t))
      const scale = 1 / Math.sqrt(1 - beta)
      const deviation =
        s > 0 || lastNoise ? Math.sqrt(s > 0 ? reverseVariance(process, variance, t, s) : beta) : 0
      return combine(
        [scale, x],
        [(-sign * scale * beta) / process.sigma(t), noise],
        [deviation, normalLike(x, stream)],
      )
    }),
  })
}

const right: Form = (model) => ({ start: 1, sampler: ancestral(model, { variance: 'forward', times }) })
const checkBeta: Mistake<Form>['check'] = (form) => expectVariances(form(thinAndWide(table)), byBeta)

export const noiseAtLastStep = mistake<Form>({
  title: 'Noise added at the last step',
  written: String.raw`x_0 = \tfrac{1}{\sqrt{\alpha_1}}\Bigl(x_1 - \tfrac{\beta_1}{\sqrt{1-\bar\alpha_1}}\,\epsilon_\theta\Bigr) + \sigma_1 z`,
  correct: String.raw`x_0 = \tfrac{1}{\sqrt{\alpha_1}}\Bigl(x_1 - \tfrac{\beta_1}{\sqrt{1-\bar\alpha_1}}\,\epsilon_\theta\Bigr)`,
  right,
  wrong: ddpmSampler({ lastNoise: true }),
  check: checkBeta,
})

export const betaTildeForBeta = mistake<Form>({
  title: 'β̃ where β was meant: both are used, but they are not the same sampler',
  written: String.raw`\sigma_t^2 = \tilde\beta_t = \tfrac{1-\bar\alpha_{t-1}}{1-\bar\alpha_t}\,\beta_t`,
  correct: String.raw`\sigma_t^2 = \beta_t`,
  right,
  wrong: ddpmSampler({ variance: 'posterior' }),
  check: checkBeta,
})

export const timeOffByOne = mistake<Form>({
  title: 'The network is asked about the step before: tables counted from 0, times from 1',
  written: String.raw`\epsilon_\theta(x_t, t - 1)`,
  correct: String.raw`\epsilon_\theta(x_t, t)`,
  right,
  wrong: ddpmSampler({ asked: (t) => Math.max(t - 1, 1) }),
  check: checkBeta,
})

export const noiseFromScore = mistake<Form>({
  title: 'The noise read off a score with NCSN’s sign: there ε stands for σs, in DDPM for −σs',
  written: String.raw`\epsilon = \sigma_t\, s_\theta(x_t, t)`,
  correct: String.raw`\epsilon = -\sigma_t\, s_\theta(x_t, t)`,
  right,
  wrong: ddpmSampler({ sign: -1 }),
  check: checkBeta,
})

/** Noise that is added and nothing else, x_t = x_0 + σ_t ε, up to σ_T = 3. */
const additive = ncsn({ sigmas: Float64Array.from({ length: STEPS }, (_, i) => (3 * (i + 1)) / STEPS) })

/** The right step (1 − r) x̂₀ + r x + σ_s √(1 − r) z on data of variance v, r = σ_s²/σ_t². */
function additiveVariance(v: number): number {
  const sigma = (t: number): number => (3 * t) / STEPS
  let total = 9
  for (let t = STEPS; t >= 1; t--) {
    const [a, b] = [sigma(t) ** 2, sigma(t - 1) ** 2]
    const r = b / a
    total = ((1 - r) * (v / (v + a)) + r) ** 2 * total + b * (1 - r)
  }
  return total
}

const additiveRight: Form = (model) => ({
  start: endOf(model.process),
  sampler: ancestral(model, { variance: 'posterior', times }),
})
const checkAdditive: Mistake<Form>['check'] = (form) =>
  expectVariances(form(thinAndWide(additive)), additiveVariance)

function endOf(process: GaussianProcess): number {
  return process.sigma(process.times.to)
}

export const additiveSampler = mistake<Form>({
  title:
    'Guessing the clean data and adding fresh noise: what x_t knew is thrown away, and half the variance with it',
  written: String.raw`x_{t-1} = \hat x_0(x_t) + \sigma_{t-1}\,\epsilon`,
  correct: String.raw`x_{t-1} = (1-r)\,\hat x_0(x_t) + r\,x_t + \sigma_{t-1}\sqrt{1-r}\;\epsilon, \quad r = \sigma_{t-1}^2/\sigma_t^2`,
  right: additiveRight,
  wrong: (model) => ({
    start: endOf(model.process),
    sampler: walk(model, times, (counted, x, t, s, stream) =>
      combine([1, counted.predict(x, t).x0], [model.process.sigma(s), normalLike(x, stream)]),
    ),
  }),
  check: checkAdditive,
})

export const additiveStart = mistake<Form>({
  title: 'Additive noise sampled from N(0, I), though its end is N(0, σ_T² I)',
  written: String.raw`x_T \sim \mathcal N(0, I)`,
  correct: String.raw`x_T \sim \mathcal N(0, \sigma_T^2 I)`,
  right: additiveRight,
  wrong: (model) => ({ ...additiveRight(model), start: 1 }),
  check: checkAdditive,
})
