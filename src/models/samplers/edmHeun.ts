/**
 * EDM's sampler. In the coordinates x̄ = x/α and τ = σ/α every Gaussian process has the same probability-flow ODE,
 * whose right-hand side is the predicted noise,
 *
 *   dx̄/dτ = ε̂ = (x̄ − x̂₀)/τ.
 *
 * Each step may first add some noise ("churn"), and then takes Heun's step from the raised level,
 *
 *   τ̂ = τ (1 + γ),   x̄ ← x̄ + S_noise √(τ̂² − τ²) z,   γ = min(S_churn/N, √2 − 1) for τ in [S_tmin, S_tmax], else 0,
 *   x̄' = x̄ + (τ' − τ̂) ε̂(x̄, τ̂),   x̄' ← x̄ + ½ (τ' − τ̂) (ε̂(x̄, τ̂) + ε̂(x̄', τ')).
 *
 * From the smallest τ one Euler step leads to clean data, which is x̂₀. With EDM's own process, α = 1 and τ = σ = t.
 *
 * Karras et al., "Elucidating the design space of diffusion-based generative models", NeurIPS 2022, algorithms 1 and 2,
 * https://arxiv.org/abs/2206.00364
 */
import type { Denoiser } from '../denoiser'
import { grids, timeAt, timesOf, type TimeOptions } from '../grids'
import type { Curve, GaussianProcess } from '../process'
import type { State } from '../state'
import { sum, type Method } from './linear'
import { linearWalk } from './linearWalk'
import { processOf, type Sampler, type WalkOptions } from './walk'

export interface EdmOptions<S extends State> extends TimeOptions, WalkOptions<S> {
  /** S_churn, not negative. Default 0: no noise. */
  readonly churn?: number
  /** [S_tmin, S_tmax]: the noise levels τ at which noise is added. Default all. */
  readonly churnRange?: readonly [number, number]
  /** S_noise, by which the added noise is stretched. Default 1. */
  readonly noiseScale?: number
}

/** Where EDM's steps end, before the last one to clean data. */
const SIGMA_MIN = 0.002

/**
 * EDM's Heun sampler: NFE 2 a step, and 1 for the last to clean data, which `denoise: false` leaves out. Default grid:
 * Karras's with ρ = 7, down to σ/α = 0.002.
 *
 * @throws RangeError for a negative churn or noise scale, or a churn range that is none; churn never goes beyond the process's
 * last time.
 */
export function edmHeun<S extends State>(
  model: Denoiser<S>,
  { churn = 0, churnRange = [0, Infinity], noiseScale = 1, denoise = true, ...options }: EdmOptions<S> = {},
): Sampler<S> {
  const process = processOf(model, 'edmHeun')
  for (const [name, value] of Object.entries({ churn, noiseScale }))
    if (!(value >= 0 && value < Infinity))
      throw new RangeError(`edmHeun: ${name} must not be negative, but is ${value}`)
  const [low, high] = churnRange
  if (!(low >= 0 && high >= low))
    throw new RangeError(`edmHeun: churnRange must be two noise levels that rise, but is ${low}, ${high}`)
  const times = timesOf(process, options, { grid: grids.karras(), end: lowest(process) })
  if (churn > 0 && times[1]! > times[0]!) throw new RangeError('edmHeun: only churn = 0 can go up in time')
  const gamma = Math.min(churn / (times.length - 1), Math.SQRT2 - 1)
  return linearWalk(
    'edmHeun',
    model,
    times,
    method((tau) => (tau >= low && tau <= high ? gamma : 0), noiseScale),
    { ...options, denoise },
  )
}

/** @param churned γ at a noise level τ. */
function method(churned: Curve, noiseScale: number): Method {
  return ({ process, x, ask, fresh }, t, s) => {
    const { alpha } = process
    const tau: Curve = (t) => process.sigma(t) / alpha(t)
    const gamma = churned(tau(t))
    const raised =
      gamma > 0 ? timeAt(process, -Math.log(Math.min(tau(t) * (1 + gamma), tau(process.times.to)))) : t
    const deviation = noiseScale * alpha(raised) * Math.sqrt(Math.max(tau(raised) ** 2 - tau(t) ** 2, 0))
    const start = sum([alpha(raised) / alpha(t), x], [deviation, fresh()])
    // x̄' = x̄ + Δ ε̂, multiplied by α_s.
    const to = (noise: typeof x): typeof x =>
      sum([alpha(s) / alpha(raised), start], [alpha(s) * (tau(s) - tau(raised)), noise])
    const first = ask(raised, start).noise
    const second = ask(s, to(first)).noise
    return to(sum([0.5, first], [0.5, second]))
  }
}

function lowest(process: GaussianProcess): number {
  const { from, discrete } = process.times
  if (discrete) throw new RangeError(`edmHeun needs a process at all times, but ${process.name} is a table`)
  return process.logSnr(from) <= -Math.log(SIGMA_MIN) ? from : timeAt(process, -Math.log(SIGMA_MIN))
}
