/**
 * Fisher divergence between two laws with scores,
 *
 *   F(p ‖ q) = ½ E_{x∼p} ‖∇ log p(x) − ∇ log q(x)‖²,
 *
 * and its sliced form ½ E_v E_{x∼p} (vᵀ∇ log p − vᵀ∇ log q)², whose mean is the same for E[vvᵀ] = I. Gradients of the
 * logarithms, not of the densities: constants of normalisation drop out. Some lectures leave the ½ away.
 *
 * Song et al., "Sliced score matching", UAI 2019, https://arxiv.org/abs/1905.07088
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream } from '../../tensor'
import { expectField, type Field } from '../field'
import { combine } from '../state'
import { averaged, dot, type ProjectionOptions } from './divergence'
import { halfSquare } from './losses'

/**
 * The Fisher divergence, as a mean over samples of p.
 *
 * @param p, q fields with a score.
 * @param x samples of p, of shape [n, d]; or n·d doubles, with `dim` numbers each.
 * @returns a scalar; for doubles, a number.
 */
export function fisherDivergence(p: Field, q: Field, x: tf.Tensor): tf.Scalar
export function fisherDivergence(
  p: Field<Float64Array>,
  q: Field<Float64Array>,
  x: Float64Array,
  dim: number,
): number
export function fisherDivergence(
  p: Field | Field<Float64Array>,
  q: Field | Field<Float64Array>,
  x: tf.Tensor | Float64Array,
  dim = 1,
): tf.Scalar | number {
  expectField(p as Field, 'fisherDivergence')
  expectField(q as Field, 'fisherDivergence, second argument')
  if (x instanceof tf.Tensor)
    return tf.tidy(() => tf.mean(halfSquare(tf.sub((p as Field).score(x), (q as Field).score(x)))).asScalar())
  if (!Number.isSafeInteger(dim) || dim < 1 || x.length === 0 || x.length % dim)
    throw new RangeError(
      `fisherDivergence: ${x.length} numbers are no states of dim = ${dim} numbers each; say how long one is`,
    )
  const difference = combine(
    [1, (p as Field<Float64Array>).score(x)],
    [-1, (q as Field<Float64Array>).score(x)],
  )
  return (0.5 * dim * difference.reduce((sum, value) => sum + value * value, 0)) / x.length
}

/** The sliced Fisher divergence over samples `x` of p, of shape [n, …]. */
export function slicedFisherDivergence(
  p: Field,
  q: Field,
  x: tf.Tensor,
  { stream = currentStream(), ...options }: ProjectionOptions = {},
): tf.Scalar {
  expectField(p, 'slicedFisherDivergence')
  expectField(q, 'slicedFisherDivergence, second argument')
  return tf.tidy(() => {
    const difference = tf.sub(p.score(x), q.score(x))
    const [terms] = averaged({ ...options, stream }, x, (v) => [tf.square(dot(v, difference)).mul(0.5)])
    return tf.mean(terms!).asScalar()
  })
}
