/**
 * A step of DDPM and a step of annealed Langevin dynamics, term by term.
 *
 * With x̂₀ = (x_t + σ_t² s)/α_t the ancestral step is a sum of the state, the score and noise,
 *
 *   x_{t−1} = x_t / √α_t + (β_t/√α_t) s + √β_t z,
 *
 * and Langevin's step of size β_t is x + (β_t/2) s + √β_t z. To first order in β the difference is ½ β_t (x + s): a step of
 * the probability-flow ODE, which carries the law at t to that at t − 1. So DDPM's step is both at once: the ODE moves from
 * one noise level to the next, and Langevin's step corrects there. For the additive process, where nothing is shrunk, the
 * state's factor is 1 in both.
 *
 * Song and Ermon 2019, algorithm 1, https://arxiv.org/abs/1907.05600; Ho, Jain and Abbeel 2020, section 3.2,
 * https://arxiv.org/abs/2006.11239
 */
import type { GaussianProcess } from '../process'
import { reverseVariance, type VarianceChoice } from './reverse'

/** A step as x_s = state · x + score · s(x, t) + noise · z. */
export interface StepTerms {
  readonly state: number
  readonly score: number
  readonly noise: number
}

/** The ancestral step from t to s. */
export function ancestralTerms(
  process: GaussianProcess,
  t: number,
  s: number,
  variance: VarianceChoice = 'forward',
): StepTerms {
  const { ofState, ofData } = process.posterior(s, t)
  return {
    state: ofState + ofData / process.alpha(t),
    score: (ofData * process.sigma(t) ** 2) / process.alpha(t),
    noise: Math.sqrt(reverseVariance(process, variance, t, s)),
  }
}

/** Langevin's step x + (δ/2) s + √δ z with δ the variance that the forward step from s to t adds. */
export function langevinTerms(process: GaussianProcess, t: number, s: number): StepTerms {
  const { variance } = process.transition(s, t)
  return { state: 1, score: variance / 2, noise: Math.sqrt(variance) }
}

/** The probability-flow ODE's step from t to s, DDIM's with η = 0: no noise. */
export function flowTerms(process: GaussianProcess, t: number, s: number): StepTerms {
  const scale = process.alpha(s) / process.alpha(t)
  return { state: scale, score: process.sigma(t) * (scale * process.sigma(t) - process.sigma(s)), noise: 0 }
}
