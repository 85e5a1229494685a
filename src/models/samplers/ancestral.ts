/**
 * DDPM's ancestral sampling: x_s drawn from the posterior q(x_s | x_t, x̂₀) with the predicted clean data put in,
 *
 *   x_s = a x_t + b x̂₀ + c z,
 *
 * a and b as in `GaussianProcess.posterior`. For the variance c² DDPM tried two, exact for the extremes of data with
 * variance 0 and 1: that of the posterior, β̃, and that of the forward step from s to t, β. No noise is added where s is
 * clean data.
 *
 * Ho, Jain and Abbeel, "Denoising diffusion probabilistic models", NeurIPS 2020, https://arxiv.org/abs/2006.11239
 */
import type { Denoiser } from '../denoiser'
import { timesOf, type TimeOptions } from '../grids'
import type { GaussianProcess } from '../process'
import type { State } from '../state'
import { simple, type SimpleStep } from './simple'
import { linearWalk, processOf, type Sampler, type WalkOptions } from './walk'

/** `posterior` is β̃, `forward` is β. */
export type ReverseVariance = 'posterior' | 'forward'

/** The coefficients of an ancestral step from t to s < t, with x_t written as α_t x̂₀ + σ_t ε̂. */
export function ancestralStep(
  process: GaussianProcess,
  choice: ReverseVariance,
  t: number,
  s: number,
): SimpleStep {
  const { ofState, ofData, variance } = process.posterior(s, t)
  const clean = process.sigma(s) === 0
  return {
    x0: ofState * process.alpha(t) + ofData,
    noise: ofState * process.sigma(t),
    deviation: clean ? 0 : Math.sqrt(choice === 'forward' ? process.transition(s, t).variance : variance),
  }
}

export interface AncestralOptions<S extends State> extends TimeOptions, WalkOptions<S> {
  /** β̃ (`posterior`, the default) or β (`forward`). */
  readonly variance?: ReverseVariance
}

/**
 * The ancestral sampler: NFE 1 a step. Default grid: linear in t, down to clean data.
 *
 * @throws RangeError for rising times.
 */
export function ancestral<S extends State>(
  model: Denoiser<S>,
  { variance = 'posterior', ...options }: AncestralOptions<S> = {},
): Sampler<S> {
  if (variance !== 'posterior' && variance !== 'forward')
    throw new RangeError(`ancestral: variance must be 'posterior' or 'forward', not ${String(variance)}`)
  const process = processOf(model, 'ancestral')
  const times = timesOf(process, options)
  if (times[1]! > times[0]!) throw new RangeError('ancestral: times must fall')
  return linearWalk(
    'ancestral',
    model,
    times,
    simple((t, s) => ancestralStep(process, variance, t, s)),
    options,
  )
}
