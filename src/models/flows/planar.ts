/**
 * Planar flows: z = x + û tanh(wᵀx + b), which squeezes and stretches along planes across w. By the matrix determinant
 * lemma
 *
 *   log |det| = log |1 + wᵀû (1 − tanh²(wᵀx + b))|,
 *
 * and it can be undone where wᵀû > −1, which û = u + (softplus(wᵀu) − 1 − wᵀu) w/‖w‖² makes sure of. The inverse needs
 * the one root α = wᵀx of α + wᵀû tanh(α + b) = wᵀz, found by bisection.
 *
 * Rezende and Mohamed, "Variational inference with normalizing flows", ICML 2015, https://arxiv.org/abs/1505.05770
 */
import * as tf from '@tensorflow/tfjs'
import type { Params } from '../network'
import { bijection, shapeOf, type Bijection } from './bijection'

/** Halvings of an interval of length 2 |wᵀû|: beyond single precision. */
const HALVINGS = 40
const NEWTON_STEPS = 2
/** Size of u at first. */
const START = 0.1

/** A planar layer on vectors. */
export function planar({ dim }: { readonly dim: number }): Bijection {
  const shape = shapeOf({ dim }, 'planar')

  /** û as a row, w as a column, wᵀû. */
  const vectors = ({ u, w }: Params) => {
    const inner = u!.mul(w!).sum()
    const share = tf.softplus(inner).sub(1).sub(inner).div(w!.square().sum())
    const pushed = u!.add(share.mul(w!))
    return { push: pushed.reshape([1, dim]), across: w!.reshape([dim, 1]), product: pushed.mul(w!).sum() }
  }
  const logSlope = (h: tf.Tensor, product: tf.Tensor): tf.Tensor1D =>
    tf.log(tf.add(1, product.mul(tf.sub(1, h.square())))).squeeze([1])

  return bijection({
    name: 'planar',
    shape,
    initial: (stream) => ({
      w: stream.normalTensor([dim]),
      u: stream.normalTensor([dim]).mul(START),
      b: tf.zeros([1]),
    }),
    forward(params, x) {
      const { push, across, product } = vectors(params)
      const h = tf.tanh(tf.matMul(x as tf.Tensor2D, across as tf.Tensor2D).add(params.b!))
      return { value: x.add(h.mul(push)), logDet: logSlope(h, product) }
    },
    inverse(params, z) {
      const { push, across, product } = vectors(params)
      const target = tf.matMul(z, across)
      let low = target.sub(product.abs())
      let high = target.add(product.abs())
      const excess = (alpha: tf.Tensor): tf.Tensor =>
        alpha.add(product.mul(tf.tanh(alpha.add(params.b!)))).sub(target)
      for (let k = 0; k < HALVINGS; k++) {
        const middle = low.add(high).mul(0.5)
        const above = excess(middle).greater(0)
        high = tf.where(above, middle, high)
        low = tf.where(above, low, middle)
      }
      // Steps of Newton's method: no better, but they have the derivatives that bisection lacks, the second ones as well.
      let alpha = low.add(high).mul(0.5)
      for (let k = 0; k < NEWTON_STEPS; k++) {
        const slope = tf.add(1, product.mul(tf.sub(1, tf.tanh(alpha.add(params.b!)).square())))
        alpha = alpha.sub(excess(alpha).div(slope))
      }
      const h = tf.tanh(alpha.add(params.b!))
      return { value: z.sub(h.mul(push)), logDet: logSlope(h, product).neg() }
    },
  })
}
