/** log Σ e^{a}, written so that it can be differentiated as often as one likes. */
import * as tf from '@tensorflow/tfjs'
import { constant } from '../../tensor'

/**
 * log Σ_k e^{a_k} over the last axis: m + log Σ e^{a − m}, with the largest a as m. The value does not depend on m, nor do
 * its derivatives: m is kept out of them.
 *
 * @param a of shape [n, K]. @returns a tensor of shape [n].
 */
export function logSumExp(a: tf.Tensor): tf.Tensor1D {
  const m = constant(() => tf.max(a, 1, true))
  return tf
    .log(tf.exp(tf.sub(a, m)).sum(1))
    .add(m.squeeze([1]))
    .as1D()
}
