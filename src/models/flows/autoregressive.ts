/**
 * The masked autoregressive flow, a triangular map that is not linear:
 *
 *   z_i = (x_i − μ_i(x_{<i})) e^{−a_i(x_{<i})},   log |det| = −Σ a_i.
 *
 * One network answers all μ and a at once; weights masked to zero keep each answer from the numbers it must not see. Its
 * inverse needs the answers one number after the other, d passes.
 *
 * Papamakarios, Pavlakou and Murray, "Masked autoregressive flow for density estimation", 2017,
 * https://arxiv.org/abs/1705.07057; Germain et al., "MADE", 2015, https://arxiv.org/abs/1502.03509
 */
import * as tf from '@tensorflow/tfjs'
import { silu } from '../../tensor'
import type { Params } from '../network'
import { bijection, shapeOf, type Bijection } from './bijection'
import { expectWidths, normalWeights } from './conditioner'

/** @param hidden widths of the network's hidden layers. Default [64, 64]. @param bound of a. Default 3. */
export function autoregressive({
  dim,
  hidden = [64, 64],
  bound = 3,
}: {
  readonly dim: number
  readonly hidden?: readonly number[]
  readonly bound?: number
}): Bijection {
  const name = 'autoregressive'
  const shape = shapeOf({ dim }, name)
  expectWidths(hidden, name)
  if (!(bound > 0 && bound < Infinity))
    throw new RangeError(`${name}: bound must be positive, but is ${bound}`)

  // A unit of degree m may know x_1, …, x_m; the answers for x_i must not know x_i itself.
  const inputs = Array.from({ length: dim }, (_, i) => i + 1)
  const units = hidden.map((width) => Array.from({ length: width }, (_, j) => 1 + (j % Math.max(1, dim - 1))))
  const degrees = [inputs, ...units, [...inputs, ...inputs]]
  const mask = (layer: number): tf.Tensor2D => {
    const [from, to] = [degrees[layer]!, degrees[layer + 1]!]
    const last = layer === hidden.length
    return tf.tensor2d(from.map((m) => to.map((k) => ((last ? k > m : k >= m) ? 1 : 0))))
  }

  /** μ and a, each [n, dim]. */
  const answers = (params: Params, x: tf.Tensor): [tf.Tensor, tf.Tensor] => {
    let h = x as tf.Tensor2D
    for (let layer = 0; layer <= hidden.length; layer++) {
      if (layer > 0) h = silu(h)
      const weights: tf.Tensor2D = params[`W${layer}`]!.mul(mask(layer))
      h = tf.matMul(h, weights).add(params[`b${layer}`]!)
    }
    const raw = h.slice([0, dim], [-1, dim])
    return [h.slice([0, 0], [-1, dim]), tf.tanh(raw.div(bound)).mul(bound)]
  }

  return bijection({
    name,
    shape,
    initial(stream) {
      const params: Record<string, tf.Tensor> = {}
      for (let layer = 0; layer <= hidden.length; layer++) {
        const [from, to] = [degrees[layer]!.length, degrees[layer + 1]!.length]
        params[`W${layer}`] = layer === hidden.length ? tf.zeros([from, to]) : normalWeights(stream, from, to)
        params[`b${layer}`] = tf.zeros([to])
      }
      return params
    },
    forward(params, x) {
      const [shift, a] = answers(params, x)
      return { value: x.sub(shift).mul(a.neg().exp()), logDet: a.sum<tf.Tensor1D>(1).neg() }
    },
    inverse(params, z) {
      let x = tf.zerosLike(z)
      let a = tf.zerosLike(z)
      for (let i = 0; i < dim; i++) {
        const [shift, logScale] = answers(params, x)
        const here = tf.tensor1d(inputs.map((_, j) => (j === i ? 1 : 0)))
        x = x.add(z.mul(logScale.exp()).add(shift).mul(here))
        a = a.add(logScale.mul(here))
      }
      return { value: x, logDet: a.sum<tf.Tensor1D>(1) }
    },
  })
}
