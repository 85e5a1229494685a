/**
 * Flow++'s coupling: each changed number goes through the distribution function of a mixture of logistic laws, whose
 * weights, means and scales are the network's answers, and back to the line by the logit,
 *
 *   F(x) = Σ_k π_k σ((x − μ_k)/s_k),   z = e^a logit F(x) + b,
 *   log slope = log F′(x) − log F(x) − log(1 − F(x)) + a.
 *
 * It has as many bends as the mixture has modes. The inverse is found by bisection, between the least and the greatest of
 * μ_k + s_k y with y = (z − b) e^{−a}.
 *
 * Ho, Chen, Srinivas, Duan and Abbeel, "Flow++: improving flow-based generative models with variational dequantization and
 * architecture design", 2019, https://arxiv.org/abs/1902.00275
 */
import * as tf from '@tensorflow/tfjs'
import type { Bijection } from './bijection'
import { coupling, type CouplingLayerOptions, type NumberMap } from './coupling'

/** log s and a stay within ±3. */
const BOUND = 3
/** Halvings, beyond single precision, and steps of Newton's method, for their derivatives. */
const HALVINGS = 40
const NEWTON_STEPS = 2

export type LogisticMixtureOptions = CouplingLayerOptions & {
  /** How many logistic laws. Default 4. */
  readonly components?: number
}

/** A coupling layer whose map of numbers is the distribution function of a mixture. */
export function logisticMixtureCoupling({ components = 4, ...options }: LogisticMixtureOptions): Bijection {
  if (!Number.isSafeInteger(components) || components < 1 || components > 100)
    throw new RangeError(
      `logistic mixture coupling: components must be a whole number from 1 to 100, but is ${components}`,
    )
  const read = (parameters: tf.Tensor3D): Mixture => mixtureOf(parameters, components)
  const forward: NumberMap = (x, parameters) => {
    const { a, b, ...mixture } = read(parameters)
    const { logit, logSlope } = through(x, mixture)
    return { value: logit.mul(a.exp()).add(b), logSlope: logSlope.add(a) }
  }
  const inverse: NumberMap = (z, parameters) => {
    const { a, b, ...mixture } = read(parameters)
    const x = back(z.sub(b).mul(a.neg().exp()), mixture)
    return { value: x, logSlope: through(x, mixture).logSlope.add(a).neg() }
  }
  return coupling('logistic mixture coupling', { answers: 3 * components + 2, forward, inverse }, options)
}

/** log π, μ and log s, each [n, K, size]. */
interface Laws {
  readonly logPi: tf.Tensor
  readonly mu: tf.Tensor
  readonly logS: tf.Tensor
}

interface Mixture extends Laws {
  /** Each [n, size]. */
  readonly a: tf.Tensor
  readonly b: tf.Tensor
}

function mixtureOf(parameters: tf.Tensor3D, k: number): Mixture {
  const [weights, means, scales, rest] = tf.split(parameters, [k, k, k, 2], 1)
  const [a, b] = tf.split(rest!, 2, 1)
  const bounded = (x: tf.Tensor): tf.Tensor => tf.tanh(x.div(BOUND)).mul(BOUND)
  // Means that were all the same at first would stay the same.
  const spread = tf.tensor3d(
    Array.from({ length: k }, (_, i) => i - (k - 1) / 2),
    [1, k, 1],
  )
  return {
    logPi: weights!.sub(tf.logSumExp(weights!, 1, true)),
    mu: means!.add(spread),
    logS: bounded(scales!),
    a: bounded(a!.squeeze([1])),
    b: b!.squeeze([1]),
  }
}

/** logit F(x) and the logarithm of its slope, from log F and log(1 − F), neither of which loses the tails. */
function through(x: tf.Tensor, { logPi, mu, logS }: Laws): { logit: tf.Tensor; logSlope: tf.Tensor } {
  const u = x.expandDims(1).sub(mu).div(logS.exp())
  const [below, above] = [tf.softplus(u.neg()).neg(), tf.softplus(u).neg()]
  const sum = (terms: tf.Tensor): tf.Tensor => tf.logSumExp(logPi.add(terms), 1)
  const [logF, logRest] = [sum(below), sum(above)]
  return {
    logit: logF.sub(logRest),
    logSlope: sum(below.add(above).sub(logS)).sub(logF).sub(logRest),
  }
}

/** The x whose logit F(x) is y. */
function back(y: tf.Tensor, laws: Laws): tf.Tensor {
  const ends = laws.mu.add(laws.logS.exp().mul(y.expandDims(1)))
  let [low, high] = [ends.min(1), ends.max(1)]
  for (let k = 0; k < HALVINGS; k++) {
    const [from, to] = [low, high]
    const halved: [tf.Tensor, tf.Tensor] = tf.tidy(() => {
      const middle = from.add(to).mul(0.5)
      const beyond = through(middle, laws).logit.greater(y)
      return [tf.where(beyond, from, middle), tf.where(beyond, middle, to)]
    })
    ;[low, high] = halved
  }
  let x = low.add(high).mul(0.5)
  for (let k = 0; k < NEWTON_STEPS; k++) {
    const { logit, logSlope } = through(x, laws)
    x = x.sub(logit.sub(y).div(logSlope.exp()))
  }
  return x
}
