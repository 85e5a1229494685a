/**
 * DiffPIR: the model's prediction and the measurement settle, at each step, on the x that minimises
 *
 *   ‖y − A x‖² / 2σ_y²  +  λ ‖x − x̂₀‖² / 2σ̄²,   σ̄ = σ_t/α_t,
 *
 * that is x̂ = x̂₀ + Aᵀ(A Aᵀ + ρ)⁻¹(y − A x̂₀) with ρ = λσ_y²/σ̄²; then noise is put back, ζ of it fresh,
 *
 *   x_s = α_s x̂ + σ_s (√(1−ζ) ε̂ + √ζ z),   ε̂ = (x_t − α_t x̂)/σ_t.
 *
 * Zhu et al., "Denoising diffusion models for plug-and-play image restoration", CVPR workshops 2023,
 * https://arxiv.org/abs/2305.08995
 */
import { holding } from '../../tensor'
import type { Denoiser } from '../denoiser'
import { expectScale } from '../guidance/expect'
import { processOf, timesOf, walk, type Sampler, type Step, type TimeOptions } from '../sample'
import { combine, normalLike, type State } from '../state'
import { expectMeasurement, type Measurement } from './measurement'

export interface DiffpirOptions extends TimeOptions {
  /** λ, the weight of the model against the measurement, positive. Default 1. */
  readonly lambda?: number
  /** ζ in [0, 1], how much of the noise is fresh. Default 1. */
  readonly zeta?: number
}

/** The sampler of states that agree with a measurement. */
export function diffpir<S extends State>(
  model: Denoiser<S>,
  measured: Measurement<S>,
  { lambda = 1, zeta = 1, ...options }: DiffpirOptions = {},
): Sampler<S> {
  const process = processOf(model, 'diffpir')
  expectMeasurement('diffpir', measured, model.shape)
  expectScale('diffpir', 'lambda', lambda)
  if (!(lambda > 0)) throw new RangeError(`diffpir: lambda must be positive, but is ${lambda}`)
  if (!(zeta >= 0 && zeta <= 1))
    throw new RangeError(`diffpir: zeta must be in [0, 1], but is ${String(zeta)}`)
  const times = timesOf(process, options)
  if (times[1]! > times[0]!) throw new RangeError('diffpir: times must fall')
  const { operator, noise } = measured
  const step: Step<S> = (model, x, t, s, stream) => {
    const { x0 } = model.predict(x, t)
    const rho = (lambda * noise ** 2 * process.alpha(t) ** 2) / process.sigma(t) ** 2
    const residual = combine([1, measured.of(x)], [-1, operator.apply(x0)])
    const settled = combine([1, x0], [1, operator.regularised(residual, rho)])
    const sigma = process.sigma(s)
    if (sigma === 0) return combine([process.alpha(s), settled])
    const kept = (sigma * Math.sqrt(1 - zeta)) / process.sigma(t)
    return combine(
      [process.alpha(s) - kept * process.alpha(t), settled],
      [kept, x],
      [sigma * Math.sqrt(zeta), normalLike(x, stream)],
    )
  }
  return walk(model, times, holding(step, measured.of))
}
