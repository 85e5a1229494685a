/**
 * Reconstruction by guidance: p(y | x_t) is the mean of p(y | x₀) over p(x₀ | x_t), which only exact models know. Two
 * approximations of it, with x̂₀ = x̂₀(x_t) and J = ∂x̂₀/∂x_t,
 *
 *   DPS     p(y | x_t) ≈ N(y; A x̂₀, σ_y² I)               ∇ = Jᵀ Aᵀ (y − A x̂₀) / σ_y²
 *   ΠGDM    p(y | x_t) ≈ N(y; A x̂₀, r² A Aᵀ + σ_y² I)     ∇ = Jᵀ Aᵀ (r² A Aᵀ + σ_y² I)⁻¹ (y − A x̂₀)
 *
 * DPS takes x₀ for certain, which makes its guidance too strong at high noise; ΠGDM gives it the variance r², and is exact on
 * a Gaussian whose covariance given x_t is r² I.
 *
 * As samplers their authors use steps of their own size. DPS, for any function A, and ΠGDM without noise:
 *
 *   x_s ← x_s − ζ ∇ ‖y − A(x̂₀)‖                     after an ancestral step
 *   x_s ← x_s + α_s α_t Jᵀ (A⁺y − A⁺A x̂₀)            after a DDIM step
 *
 * Chung et al., "Diffusion posterior sampling for general noisy inverse problems", ICLR 2023,
 * https://arxiv.org/abs/2209.14687; Song et al., "Pseudoinverse-guided diffusion models for inverse problems", ICLR 2023,
 * https://openreview.net/forum?id=9_gsMA8MRKQ
 */
import * as tf from '@tensorflow/tfjs'
import { holding } from '../../tensor'
import type { Denoiser } from '../denoiser'
import { drawReverse, reverseKernel, type VarianceChoice } from '../diffusion/reverse'
import { expectDenoiser, expectScale } from '../guidance/expect'
import { gradientOf, guideOf, type Guide } from '../guidance/guide'
import type { Curve } from '../process'
import { processOf, timesOf, walk, type Sampler, type Step, type TimeOptions } from '../sample'
import { combine, normalLike, type Time } from '../state'
import { expectMeasurement, type Measurement } from './measurement'
import { spreadOf } from './spread'

/** The guide of DPS. @throws RangeError for a measurement without noise, whose density is infinite. */
export function dpsGuide(model: Denoiser, measured: Measurement): Guide {
  if (measured.noise === 0)
    throw new RangeError(
      'dpsGuide: the measurement has no noise, so that its likelihood is infinite: give it some, or take pigdmGuide or dps',
    )
  return gaussianGuide('dpsGuide', model, measured, () => 0)
}

/** The guide of ΠGDM. @param spread r²(t). Default σ²/(α² + σ²), exact for data N(0, I). */
export function pigdmGuide(
  model: Denoiser,
  measured: Measurement,
  { spread }: { readonly spread?: Curve } = {},
): Guide {
  expectDenoiser(model, 'pigdmGuide')
  return gaussianGuide('pigdmGuide', model, measured, spreadOf('pigdmGuide', model.process, spread))
}

/** ∇_{x_t} log N(y; A x̂₀, r² A Aᵀ + σ_y² I), on the range of that covariance. */
function gaussianGuide(caller: string, model: Denoiser, measured: Measurement, spread: Curve): Guide {
  expectDenoiser(model, caller)
  expectMeasurement(caller, measured, model.shape)
  return guideOf(gaussianTwist(model, measured, spread).each, model, measured.of)
}

/** log N(y; A x̂₀(x_t), r²(t) A Aᵀ + σ_y² I), up to a constant. */
export interface Twist {
  /** Of states at time t, of shape [n]. */
  readonly each: (x: tf.Tensor, t: Time) => tf.Tensor
  /** Of clean states, log p(y | x₀). */
  readonly ofClean: (x0: tf.Tensor) => tf.Tensor
}

/** On the range of A: outside it the residual does not depend on x̂₀. */
export function gaussianTwist(model: Denoiser, { operator, noise, of }: Measurement, spread: Curve): Twist {
  const { values } = operator.factors
  const log = (x0: tf.Tensor, variances: (s: number) => readonly number[]): tf.Tensor => {
    const residual = of(x0).sub<tf.Tensor2D>(operator.apply(x0))
    const along = operator.coordinates(residual)
    const table = tf.tensor2d(values.map((s) => [...variances(s)])).transpose<tf.Tensor2D>()
    const offset = tf.log(table).sum(1).mul(-0.5)
    return along.square().div(table).sum(1).mul(-0.5).add(offset)
  }
  return {
    each: (x, t) => {
      const times = typeof t === 'number' ? [t] : Array.from(t)
      return log(model.predict(x, t).x0, (s) => times.map((t) => spread(t) * s * s + noise ** 2))
    },
    ofClean: (x0) => log(x0, () => [noise ** 2]),
  }
}

/** What DPS can measure: a linear measurement, or any function of clean states. */
export type DpsMeasurement =
  | Measurement
  | {
      /** A(x₀), of shape [n, …], made of TensorFlow.js operations. */
      readonly measure: (x0: tf.Tensor) => tf.Tensor
      /** What was measured, of the same shape, or one for all. */
      readonly y: tf.Tensor
    }

export interface DpsOptions extends TimeOptions {
  /** ζ. Default 1. */
  readonly zeta?: number
  /** The variance of the ancestral steps. Default `posterior`. */
  readonly variance?: VarianceChoice
}

/** DPS as its authors sample: ancestral steps, each followed by one of length ζ ‖∇‖ down ‖y − A(x̂₀)‖. */
export function dps(
  model: Denoiser,
  measured: DpsMeasurement,
  { zeta = 1, variance = 'posterior', ...options }: DpsOptions = {},
): Sampler {
  const process = processOf(model, 'dps')
  expectScale('dps', 'zeta', zeta)
  if ('operator' in measured) expectMeasurement('dps', measured, model.shape)
  else if (typeof (measured as Partial<typeof measured>).measure !== 'function')
    throw new TypeError('dps: the second argument must be a measurement, or { measure, y }')
  const residual = (x0: tf.Tensor): tf.Tensor =>
    'operator' in measured
      ? measured.of(x0).sub(measured.operator.apply(x0))
      : measured.y.sub(measured.measure(x0))
  const times = timesOf(process, options)
  if (times[1]! > times[0]!) throw new RangeError('dps: times must fall')
  const step: Step<tf.Tensor> = (model, x, t, s, stream) => {
    const step = reverseKernel(model, { variance })(x, t, s)
    const next = process.sigma(s) === 0 ? step.mean : drawReverse(step, stream)
    const slope = gradientOf(x, (x) => {
      const r = residual(model.predict(x, t).x0)
      return r.reshape([x.shape[0], -1]).square().sum(1).add(NEVER_ZERO).sqrt()
    })
    return combine([1, next], [-zeta, slope])
  }
  return walk(model, times, holding(step, measured, 'of' in measured ? measured.of : measured.measure))
}

/** The slope of a length is not defined at length zero. */
const NEVER_ZERO = 1e-12

/** ΠGDM as its authors sample without noise: DDIM steps, each followed by α_s α_t Jᵀ (A⁺y − A⁺A x̂₀). */
export function pigdm(
  model: Denoiser,
  measured: Measurement,
  { eta = 1, ...options }: { readonly eta?: number } & TimeOptions = {},
): Sampler {
  const process = processOf(model, 'pigdm')
  expectMeasurement('pigdm', measured, model.shape)
  if (!(eta >= 0 && eta <= 1)) throw new RangeError(`pigdm: eta must be in [0, 1], but is ${String(eta)}`)
  const times = timesOf(process, options)
  if (times[1]! > times[0]!) throw new RangeError('pigdm: times must fall')
  const { operator } = measured
  const step: Step<tf.Tensor> = (model, x, t, s, stream) => {
    const fresh = eta ** 2 * (process.sigma(s) === 0 ? 0 : process.posterior(s, t).variance)
    const ddim = model.predict(x, t).combination(
      () => process.alpha(s),
      () => Math.sqrt(Math.max(process.sigma(s) ** 2 - fresh, 0)),
    )
    // −½‖A⁺y − A⁺A x̂₀‖² has the gradient Jᵀ(A⁺y − A⁺A x̂₀).
    const pull = gradientOf(x, (x) => {
      const r = operator.pseudoInverse(measured.of(x).sub(operator.apply(model.predict(x, t).x0)))
      return r.reshape([x.shape[0], -1]).square().sum(1).mul(-0.5)
    })
    const terms = [[1, ddim] as const, [process.alpha(s) * process.alpha(t), pull] as const]
    return fresh > 0 ? combine(...terms, [Math.sqrt(fresh), normalLike(x, stream)]) : combine(...terms)
  }
  return walk(model, times, holding(step, measured.of))
}
