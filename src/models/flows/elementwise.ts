/**
 * Bijections of one number at a time.
 *
 *   scaling    z = S x             log |det| = Σ log |S|          NICE's last layer, S = e^s
 *   affine     z = S x + b
 *   tanh       z = tanh x          slope 1 − tanh² x
 *   sigmoid    z = 1/(1 + e⁻ˣ)     slope z (1 − z)
 *   logit      z = log x/(1 − x)   slope 1 / x(1 − x)
 *
 * Dinh, Krueger and Bengio, "NICE: non-linear independent components estimation", 2014, https://arxiv.org/abs/1410.8516
 */
import * as tf from '@tensorflow/tfjs'
import { bijection, elementwise, sameLogDet, shapeOf, type Bijection, type ShapeOption } from './bijection'

/** z = e^s ⊙ x with one s for every number of a state; S = 1 at first. */
export function scaling(option: ShapeOption): Bijection {
  const shape = shapeOf(option, 'scaling')
  return bijection({
    name: 'scaling',
    shape,
    initial: () => ({ logScale: tf.zeros([...shape]) }),
    forward: ({ logScale }, x) => ({
      value: x.mul(logScale!.exp()),
      logDet: sameLogDet(x, logScale!.sum()),
    }),
    inverse: ({ logScale }, z) => ({
      value: z.div(logScale!.exp()),
      logDet: sameLogDet(z, logScale!.sum().neg()),
    }),
  })
}

/** z = e^s ⊙ x + b; the identity at first. */
export function affine(option: ShapeOption): Bijection {
  const shape = shapeOf(option, 'affine')
  return bijection({
    name: 'affine',
    shape,
    initial: () => ({ logScale: tf.zeros([...shape]), shift: tf.zeros([...shape]) }),
    forward: ({ logScale, shift }, x) => ({
      value: x.mul(logScale!.exp()).add(shift!),
      logDet: sameLogDet(x, logScale!.sum()),
    }),
    inverse: ({ logScale, shift }, z) => ({
      value: z.sub(shift!).div(logScale!.exp()),
      logDet: sameLogDet(z, logScale!.sum().neg()),
    }),
  })
}

/** z = tanh x, into (−1, 1). */
export function tanh(option: ShapeOption): Bijection {
  return elementwise(
    'tanh',
    shapeOf(option, 'tanh'),
    (x) => [tf.tanh(x), logSlopeOfTanh(x)],
    (z) => {
      const x = tf.log1p(z).sub(tf.log1p(z.neg())).mul(0.5)
      return [x, logSlopeOfTanh(x).neg()]
    },
  )
}

/** log (1 − tanh² x) = 2 (log 2 − x − softplus(−2x)), which loses nothing for large x. */
function logSlopeOfTanh(x: tf.Tensor): tf.Tensor {
  return tf.sub(Math.LN2, x.add(tf.softplus(x.mul(-2)))).mul(2)
}

/** z = 1/(1 + e⁻ˣ), into (0, 1). */
export function sigmoid(option: ShapeOption): Bijection {
  return elementwise(
    'sigmoid',
    shapeOf(option, 'sigmoid'),
    (x) => [tf.sigmoid(x), logSlopeOfSigmoid(x)],
    (z) => {
      const x = tf.log(z).sub(tf.log1p(z.neg()))
      return [x, logSlopeOfSigmoid(x).neg()]
    },
  )
}

/** z = log x/(1 − x), out of (0, 1): the sigmoid turned around. */
export function logit(option: ShapeOption): Bijection {
  return elementwise(
    'logit',
    shapeOf(option, 'logit'),
    (x) => {
      const z = tf.log(x).sub(tf.log1p(x.neg()))
      return [z, logSlopeOfSigmoid(z).neg()]
    },
    (z) => [tf.sigmoid(z), logSlopeOfSigmoid(z)],
  )
}

/** log z(1 − z) for z = 1/(1 + e⁻ˣ). */
function logSlopeOfSigmoid(x: tf.Tensor): tf.Tensor {
  return tf.softplus(x).add(tf.softplus(x.neg())).neg()
}
