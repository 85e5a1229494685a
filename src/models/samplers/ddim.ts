/**
 * DDIM: samples with as much fresh noise as one likes, and none for η = 0. From t to s < t,
 *
 *   x_s = α_s x̂₀ + √(σ_s² − c²) ε̂ + c z,   c = η √β̃,
 *
 * where β̃ is the variance of q(x_s | x_t, x_0). With η = 0 it is a first-order step of the probability-flow ODE, and may
 * as well go up in time, to encode; with η = 1 it is DDPM's ancestral sampling.
 *
 * Song, Meng and Ermon, "Denoising diffusion implicit models", ICLR 2021, equation 12, https://arxiv.org/abs/2010.02502
 */
import type { Denoiser } from '../denoiser'
import type { GaussianProcess } from '../process'
import { processOf, timesOf, walk, type Sampler, type TimeOptions } from '../sample'
import type { State } from '../state'
import { linearStep, type LinearStep } from './linear'

/** The coefficients of a DDIM step from t to s. */
export function ddimStep(process: GaussianProcess, eta: number, t: number, s: number): LinearStep {
  const variance = eta === 0 ? 0 : eta ** 2 * process.posterior(s, t).variance
  return {
    x0: process.alpha(s),
    noise: Math.sqrt(Math.max(process.sigma(s) ** 2 - variance, 0)),
    deviation: Math.sqrt(variance),
  }
}

/**
 * The DDIM sampler.
 *
 * @param eta η in [0, 1]. Default 0, which is deterministic.
 * @throws RangeError for η outside [0, 1], or η > 0 with rising times.
 */
export function ddim<S extends State>(
  model: Denoiser<S>,
  { eta = 0, ...options }: { eta?: number } & TimeOptions = {},
): Sampler<S> {
  if (!(eta >= 0 && eta <= 1)) throw new RangeError(`ddim: eta must be in [0, 1], but is ${eta}`)
  const times = timesOf(processOf(model, 'ddim'), options)
  if (eta > 0 && times[1]! > times[0]!) throw new RangeError('ddim: only eta = 0 can go up in time')
  return walk(
    model,
    times,
    linearStep((t, s) => ddimStep(model.process, eta, t, s)),
  )
}
