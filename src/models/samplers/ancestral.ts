/**
 * Ancestral sampling: x_s drawn from a reverse kernel p(x_s | x_t), time after time. DDPM's is the posterior q(x_s |
 * x_t, x̂₀) with the predicted clean data put in,
 *
 *   x_s = a x_t + b x̂₀ + c z,
 *
 * a and b as in `GaussianProcess.posterior`. For the variance c² DDPM tried two, exact for the extremes of data with
 * variance 0 and 1: that of the posterior, β̃, and that of the forward step from s to t, β. No noise is added where s
 * is clean data. On any process this is the ancestral sampling of its discretisation; on VE it is
 *
 *   x_s = x_t + (σ_t² − σ_s²) ∇ log p_t(x_t) + √(σ_s² (σ_t² − σ_s²) / σ_t²) z.
 *
 * Ho, Jain and Abbeel, "Denoising diffusion probabilistic models", NeurIPS 2020, https://arxiv.org/abs/2006.11239; Song
 * et al., ICLR 2021, appendix F, https://arxiv.org/abs/2011.13456
 */
import type { Denoiser } from '../denoiser'
import { drawReverse, reverseVariance, type ReverseKernel, type VarianceChoice } from '../diffusion/reverse'
import { timesOf, type TimeOptions } from '../grids'
import type { GaussianProcess } from '../process'
import type { State } from '../state'
import { simple, type SimpleStep } from './simple'
import { linearWalk } from './linearWalk'
import { expectHooks, processOf, walking, type Sampler, type WalkOptions } from './walk'

/** The coefficients of an ancestral step from t to s < t, with x_t written as α_t x̂₀ + σ_t ε̂. */
export function ancestralStep(
  process: GaussianProcess,
  choice: VarianceChoice,
  t: number,
  s: number,
): SimpleStep {
  const { ofState, ofData } = process.posterior(s, t)
  const clean = process.sigma(s) === 0
  return {
    x0: ofState * process.alpha(t) + ofData,
    noise: ofState * process.sigma(t),
    deviation: clean ? 0 : Math.sqrt(reverseVariance(process, choice, t, s)),
  }
}

export interface AncestralOptions<S extends State> extends TimeOptions, WalkOptions<S> {
  /** β̃ (`posterior`, the default), β (`forward`), or a function of t and s. A kernel has its own. */
  readonly variance?: VarianceChoice
}

/**
 * The ancestral sampler: NFE 1 a step. Default grid: linear in t, down to clean data.
 *
 * @param from a denoiser, or a reverse kernel: with learned variances, or guided by a classifier.
 * @throws RangeError for rising times, or a variance that is none.
 */
export function ancestral<S extends State>(
  from: Denoiser<S> | ReverseKernel<S>,
  { variance = 'posterior', ...options }: AncestralOptions<S> = {},
): Sampler<S> {
  const kernel = typeof from === 'function' ? from : undefined
  const model = typeof from === 'function' ? from.model : from
  const process = processOf(model, 'ancestral')
  if (typeof variance !== 'function') reverseVariance(process, variance, process.times.to, process.times.from)
  const times = timesOf(process, options)
  if (times[1]! > times[0]!) throw new RangeError('ancestral: times must fall')
  if (kernel) return along(kernel, times, options)
  return linearWalk(
    'ancestral',
    model,
    times,
    simple((t, s) => ancestralStep(process, variance, t, s)),
    options,
  )
}

/** The walk of a kernel whose variance may depend on the state. */
function along<S extends State>(
  kernel: ReverseKernel<S>,
  times: readonly number[],
  { corrector, after, denoise }: WalkOptions<S>,
): Sampler<S> {
  if (denoise) throw new RangeError('ancestral: denoise is for denoisers; a kernel draws the last state too')
  const hooks = { corrector, after }
  expectHooks('ancestral', hooks)
  const { model } = kernel
  return walking(model, times, hooks, [kernel], (asked) => ({
    step(_, x, i, stream) {
      const [t, s] = [times[i]!, times[i + 1]!]
      asked()
      const next = kernel(x, t, s)
      return drawReverse(model.process.sigma(s) === 0 ? { ...next, variance: 0 } : next, stream)
    },
  }))
}
