/**
 * The divergence of a field, tr ∇s(x) = Σᵢ ∂sᵢ/∂xᵢ.
 *
 * One pass backwards gives vᵀ∇s for one v: the whole trace takes d of them, v = e₁, …, e_d. Projections v with mean zero and
 * E[vvᵀ] = I give it in the mean with one each, E[vᵀ∇s v] = tr ∇s. Their variance, for a symmetric Jacobian J, is
 *
 *   2 ‖J‖²_F             v standard normal
 *   2 Σ_{i≠j} J²ᵢⱼ       vᵢ = ±1, "Rademacher"
 *
 * Hutchinson, "A stochastic estimator of the trace of the influence matrix for Laplacian smoothing splines", 1989,
 * https://doi.org/10.1080/03610918908812806; Song et al., "Sliced score matching", UAI 2019,
 * https://arxiv.org/abs/1905.07088
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../tensor'
import { expectField, type Field } from '../field'
import { expectTensor } from '../state'
import { exactDivergence, probedDivergence, probes, type ProbeKind } from '../ode/divergence'

export interface ProjectionOptions {
  /** The law of v: 'gaussian', or 'rademacher' (the default), which has less variance. */
  readonly law?: ProbeKind
  /** How many v for each state, whose estimates are averaged. Default 1. */
  readonly projections?: number
  /** Where they are drawn from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/** tr ∇s(x), exact. @param x states of shape [n, …]. @returns a tensor of shape [n]. */
export function divergence(field: Field, x: tf.Tensor): tf.Tensor1D {
  expectField(field, 'divergence')
  expectTensor(x, 'divergence')
  return tf.tidy(() => exactDivergence(field.score, x).divergence)
}

/** Hutchinson's estimate of tr ∇s(x), the mean of vᵀ∇s v over the projections. @returns a tensor of shape [n]. */
export function hutchinson(field: Field, x: tf.Tensor, options: ProjectionOptions = {}): tf.Tensor1D {
  expectField(field, 'hutchinson')
  expectTensor(x, 'hutchinson')
  return tf.tidy(() => averaged(options, x, (v) => [probedDivergence(field.score, x, v).divergence])[0]!)
}

/**
 * Averages terms over projections of x's shape.
 *
 * @throws RangeError where `projections` is not a positive whole number, or the law is unknown.
 */
export function averaged(
  { law = 'rademacher', projections = 1, stream = currentStream() }: ProjectionOptions,
  x: tf.Tensor,
  terms: (v: tf.Tensor) => readonly tf.Tensor1D[],
): tf.Tensor1D[] {
  if (!Number.isSafeInteger(projections) || projections < 1)
    throw new RangeError(`projections must be a positive whole number, but is ${projections}`)
  const each = Array.from({ length: projections }, () => terms(probes(law, x.shape, stream)))
  return each[0]!.map((_, k) =>
    projections === 1 ? each[0]![k]! : tf.addN(each.map((parts) => parts[k]!)).div(projections),
  )
}

/** Σ aᵢ bᵢ over all but the batch: [n]. */
export function dot(a: tf.Tensor, b: tf.Tensor): tf.Tensor1D {
  return tf
    .mul(a, b)
    .reshape([a.shape[0] ?? 0, -1])
    .sum(1)
}
