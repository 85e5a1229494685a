/**
 * Reverse kernels: p(x_s | x_t) for s < t as a Gaussian, (x_t, t, s) ↦ its mean and variance.
 *
 * The mean is that of the posterior q(x_s | x_t, x_0) with the predicted clean data put in,
 *
 *   μ = a x_t + b x̂₀   (a and b as in `GaussianProcess.posterior`),
 *
 * which for one step of DDPM is (x_t − β_t ε̂ / √(1 − ᾱ_t)) / √α_t. For the variance there are
 *
 *   posterior   β̃ = β (1 − ᾱ_s) / (1 − ᾱ_t)   exact where the data are one point
 *   forward     β                               exact where the data are N(0, I)
 *   a function  (t, s) ↦ variance               such as `analyticVariance`
 *
 * with β the variance of q(x_t | x_s). Learned variances are in `learnedVariance.ts`.
 *
 * Ho, Jain and Abbeel, "Denoising diffusion probabilistic models", NeurIPS 2020, https://arxiv.org/abs/2006.11239
 */
import * as tf from '@tensorflow/tfjs'
import { holding, type RandomStream } from '../../tensor'
import type { Condition } from '../condition'
import type { Denoiser } from '../denoiser'
import type { GaussianProcess } from '../process'
import { combine, normalLike, type State } from '../state'

/** The mean and the variance of each coordinate: one number for all, or a state of them. */
export interface ReverseStep<S extends State> {
  readonly mean: S
  readonly variance: number | S
}

export interface ReverseKernel<S extends State = tf.Tensor> {
  /** @param x of shape [n, …] at time t. @param s before t. */
  (x: S, t: number, s: number, condition?: Condition): ReverseStep<S>
  /** Whose prediction it is made of. */
  readonly model: Denoiser<S>
}

/** `posterior` is β̃, `forward` is β; or any variance of a step from t to s. */
export type VarianceChoice = 'posterior' | 'forward' | ((t: number, s: number) => number)

/**
 * The variance of a step from t to s < t.
 *
 * @throws RangeError for an unknown name, or where a function returns no variance.
 */
export function reverseVariance(
  process: GaussianProcess,
  choice: VarianceChoice,
  t: number,
  s: number,
): number {
  if (choice === 'posterior') return process.posterior(s, t).variance
  if (choice === 'forward') return process.transition(s, t).variance
  if (typeof choice !== 'function')
    throw new RangeError(
      `a reverse variance is 'posterior', 'forward' or a function of t and s, not ${String(choice)}`,
    )
  const variance = choice(t, s)
  if (!(variance >= 0 && variance < Infinity))
    throw new RangeError(
      `a reverse variance must not be negative, but from t = ${t} to s = ${s} it is ${variance}`,
    )
  return variance
}

/** The kernel of a denoiser. @param variance default `posterior`. */
export function reverseKernel<S extends State>(
  model: Denoiser<S>,
  { variance = 'posterior' }: { variance?: VarianceChoice } = {},
): ReverseKernel<S> {
  // Cells are not type-checked before they run.
  const { process } = (model as Partial<Denoiser<S>> | undefined) ?? {}
  if (!process)
    throw new TypeError('reverseKernel: the first argument must be a denoiser, such as denoiser(…)')
  if (typeof variance !== 'function') reverseVariance(process, variance, process.times.to, process.times.from)

  const kernel = (x: S, t: number, s: number, condition?: Condition): ReverseStep<S> => {
    const { ofState, ofData } = process.posterior(s, t)
    // x_t is α_t x̂₀ + σ_t ε̂, which is finite where the prediction is.
    const mean = model.predict(x, t, condition).combination(
      () => ofState * process.alpha(t) + ofData,
      () => ofState * process.sigma(t),
    )
    return { mean, variance: reverseVariance(process, variance, t, s) }
  }
  return Object.assign(holding(kernel, model), { model })
}

/** A draw from N(mean, variance). */
export function drawReverse<S extends State>({ mean, variance }: ReverseStep<S>, stream: RandomStream): S {
  if (variance === 0) return mean
  const noise = normalLike(mean, stream)
  if (typeof variance === 'number') return combine([1, mean], [Math.sqrt(variance), noise])
  return combine([1, mean], [1, times(rooted(variance), noise)])
}

/** x ⊙ y. */
export function times<S extends State>(x: S, y: S): S {
  if (x instanceof Float64Array) return x.map((value, i) => value * (y as Float64Array)[i]!) as S
  return tf.mul(x, y) as S
}

function rooted<S extends State>(x: S): S {
  return (x instanceof Float64Array ? x.map(Math.sqrt) : tf.sqrt(x)) as S
}
