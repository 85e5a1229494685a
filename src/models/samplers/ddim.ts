/**
 * DDIM: samples with as much fresh noise as one likes, and none for η = 0. From t to s < t,
 *
 *   x_s = α_s x̂₀ + √(σ_s² − c²) ε̂ + c z,   c = η √β̃,
 *
 * where β̃ is the variance of q(x_s | x_t, x_0). With η = 0 it is a first-order step of the probability-flow ODE, and
 * may as well go up in time, to encode: DDIM inversion. With η = 1 it is DDPM's ancestral sampling.
 *
 * Song, Meng and Ermon, "Denoising diffusion implicit models", ICLR 2021, equation 12, https://arxiv.org/abs/2010.02502
 */
import type { Denoiser } from '../denoiser'
import { endTime, timesOf, type TimeOptions } from '../grids'
import type { GaussianProcess } from '../process'
import type { State } from '../state'
import { simple, type SimpleStep } from './simple'
import { linearWalk } from './linearWalk'
import { processOf, type Sampler, type WalkOptions } from './walk'

/** The coefficients of a DDIM step from t to s. */
export function ddimStep(process: GaussianProcess, eta: number, t: number, s: number): SimpleStep {
  const variance = eta === 0 ? 0 : eta ** 2 * process.posterior(s, t).variance
  return {
    x0: process.alpha(s),
    noise: Math.sqrt(Math.max(process.sigma(s) ** 2 - variance, 0)),
    deviation: Math.sqrt(variance),
  }
}

export interface DdimOptions<S extends State> extends TimeOptions, WalkOptions<S> {
  /** η in [0, 1]. Default 0, which is deterministic. */
  readonly eta?: number
}

/**
 * The DDIM sampler: NFE 1 a step. Default grid: linear in t, down to clean data.
 *
 * @throws RangeError for η outside [0, 1], or η > 0 with rising times.
 */
export function ddim<S extends State>(
  model: Denoiser<S>,
  { eta = 0, ...options }: DdimOptions<S> = {},
): Sampler<S> {
  if (!(eta >= 0 && eta <= 1)) throw new RangeError(`ddim: eta must be in [0, 1], but is ${eta}`)
  const process = processOf(model, 'ddim')
  const times = timesOf(process, options)
  if (eta > 0 && times[1]! > times[0]!) throw new RangeError('ddim: only eta = 0 can go up in time')
  return linearWalk(
    'ddim',
    model,
    times,
    simple((t, s) => ddimStep(process, eta, t, s)),
    options,
  )
}

/**
 * DDIM inversion: DDIM's step with time going up, x_s = α_s x̂₀ + σ_s ε̂ for s > t, which takes data to the noise that
 * DDIM would make them of. `follow(ddimInversion(model), x)` encodes; `follow(ddim(model, { end }), code)` on the same
 * times decodes.
 *
 * Default: linear in t, from 10⁻³ after clean data (where the noise in x is known) to the process's last time.
 *
 * Song, Meng and Ermon, 2021, section 5.4; Mokady et al., "Null-text inversion", CVPR 2023,
 * https://arxiv.org/abs/2211.09794
 *
 * @throws RangeError for falling times.
 */
export function ddimInversion<S extends State>(
  model: Denoiser<S>,
  options: TimeOptions & WalkOptions<S> = {},
): Sampler<S> {
  const process = processOf(model, 'ddimInversion')
  const times = timesOf(process, {
    ...options,
    start: options.start ?? endTime(process),
    end: options.end ?? process.times.to,
  })
  if (times[1]! < times[0]!) throw new RangeError('ddimInversion: times must rise; ddim goes down')
  return ddim(model, { ...options, times })
}
