/**
 * The Boltzmann machine: signs y ∈ {−1, 1}^d that are coupled in pairs,
 *
 *   P(y) = exp(½ yᵀWy) / Z,   Z = Σ_y exp(½ yᵀWy) over 2^d states.
 *
 * Given the others, one sign is +1 with probability 1 / (1 + e^{−2h}), h = Σ_{j≠i} W_ij y_j, which Gibbs sampling does in
 * turn; the log-likelihood of data has the gradient
 *
 *   ∇_W L = ½ (E_data yyᵀ − E_model yyᵀ),
 *
 * where the second mean is a sum over all states, or over samples. W is symmetric; its diagonal says nothing, as yᵢ² = 1.
 *
 * Ackley, Hinton and Sejnowski, "A learning algorithm for Boltzmann machines", 1985,
 * https://doi.org/10.1207/s15516709cog0901_7
 */
import * as tf from '@tensorflow/tfjs'
import { constant, currentStream, holding, parameter, type RandomStream } from '../../tensor'
import { expectCount, type Data } from '../data/data'
import type { Trainable } from '../denoiser'
import type { TrainableParams } from '../network'
import { logSumExp } from './logSumExp'

export interface BoltzmannMachine extends Data<tf.Tensor2D>, Trainable {
  readonly params: TrainableParams
  /** E(y) = −½ yᵀWy of states [n, d]: [n]. */
  readonly energy: (y: tf.Tensor) => tf.Tensor1D
  /** log Z over all 2^d states: a number that gradients go through. */
  readonly logPartition: () => tf.Scalar
  /** All states, [2^d, d]: state k has yᵢ = 1 where bit i of k is set. */
  readonly states: () => tf.Tensor2D
  /** P of every state, [2^d]. */
  readonly probabilities: () => tf.Tensor1D
  /** E_model yyᵀ over all states, [d, d]. */
  readonly moments: () => tf.Tensor2D
  /** Sweeps of Gibbs sampling from states [n, d], each sign once a sweep. */
  readonly gibbs: (y: tf.Tensor, sweeps: number, stream?: RandomStream) => tf.Tensor2D
}

export interface BoltzmannOptions {
  /** d, how many signs. */
  readonly dim: number
  /** W, symmetric. Default: zeros, for which all states are alike. */
  readonly weights?: readonly (readonly number[])[]
  /** How training finds E_model yyᵀ: over all states (the default), or by so many Gibbs sweeps from the data, CD-k. */
  readonly negative?: 'exact' | { readonly sweeps: number }
}

/** Twenty signs have a million states. */
const MOST_SIGNS = 20

/**
 * A Boltzmann machine. It can be trained on data of signs, such as another one.
 *
 * @throws RangeError for a W that is not symmetric of d rows, or for more than 20 signs.
 */
export function boltzmannMachine({ dim, weights, negative = 'exact' }: BoltzmannOptions): BoltzmannMachine {
  if (!Number.isSafeInteger(dim) || dim < 1 || dim > MOST_SIGNS)
    throw new RangeError(
      `boltzmannMachine: dim must be a whole number from 1 to ${MOST_SIGNS}, as there are 2^dim states, but is ${dim}`,
    )
  if (negative !== 'exact') expectSweeps((negative as Partial<{ sweeps: number }>).sweeps ?? NaN)
  const W = tf.tidy(() => parameter(tf.tensor2d(matrix(dim, weights).flat(), [dim, dim])))

  const energy = (y: tf.Tensor): tf.Tensor1D => {
    expectSigns(y, dim)
    return tf.tidy(() =>
      tf
        .matMul(y as tf.Tensor2D, W)
        .mul(y)
        .sum<tf.Tensor1D>(1)
        .mul(-0.5),
    )
  }
  const states = (): tf.Tensor2D =>
    tf.tensor2d(
      Float32Array.from({ length: 2 ** dim * dim }, (_, at) =>
        (Math.floor(at / dim) >> (at % dim)) & 1 ? 1 : -1,
      ),
      [2 ** dim, dim],
    )
  const logPartition = (): tf.Scalar =>
    tf.tidy(() => logSumExp(energy(states()).neg().reshape([1, -1])).asScalar())
  const probabilities = (): tf.Tensor1D => tf.tidy(() => tf.exp(energy(states()).neg().sub(logPartition())))
  const moments = (): tf.Tensor2D =>
    tf.tidy(() => {
      const y = states()
      return tf.matMul(y, y.mul(probabilities().expandDims(1)), true)
    })

  const gibbs = (y: tf.Tensor, sweeps: number, stream = currentStream()): tf.Tensor2D => {
    expectSigns(y, dim)
    expectSweeps(sweeps)
    return constant(() => tf.tidy(() => sweep(W, y as tf.Tensor2D, sweeps, stream)))
  }

  const loss = (batch: tf.Tensor, stream: RandomStream): tf.Scalar =>
    tf.tidy(() => {
      const ofData = tf.mean(energy(batch))
      if (negative === 'exact') return ofData.add(logPartition()).asScalar()
      return ofData.sub(tf.mean(energy(gibbs(batch, negative.sweeps, stream)))).asScalar()
    })

  const draw = (n: number, stream = currentStream()): tf.Tensor2D => {
    expectCount(n)
    return tf.tidy(() => {
      // The state at which u < P₀ + … + P_k first holds.
      const bounds = tf.cumsum(probabilities()).expandDims(0)
      const above = tf.greaterEqual(tf.expandDims(stream.uniformTensor([n]), 1), bounds)
      const k = tf.minimum(above.toInt().sum(1), 2 ** dim - 1)
      return tf.gather(states(), k.toInt())
    })
  }

  const params = { W }
  return {
    name: 'Boltzmann machine',
    shape: [dim],
    params,
    energy: holding(energy, params),
    logPartition: holding(logPartition, params),
    states,
    probabilities: holding(probabilities, params),
    moments: holding(moments, params),
    gibbs: holding(gibbs, params),
    loss: holding(loss, params),
    draw: holding(draw, params),
  }
}

/** Each sign in turn is drawn given all others. */
function sweep(W: tf.Tensor2D, y: tf.Tensor2D, sweeps: number, stream: RandomStream): tf.Tensor2D {
  const [n, d] = y.shape
  // W without its diagonal: a sign does not couple to itself.
  const couplings = W.mul(tf.sub(1, tf.eye(d)))
  let state = y
  for (let k = 0; k < sweeps * d; k++) {
    const i = k % d
    state = tf.tidy(() => {
      const h = tf.matMul(state, couplings.slice([0, i], [d, 1]))
      const up = tf.less(stream.uniformTensor([n, 1]), tf.sigmoid(h.mul(2)))
      const mask = tf.oneHot([i], d).toFloat()
      return tf.add<tf.Tensor2D>(state.mul(tf.sub(1, mask)), up.toFloat().mul(2).sub(1).mul(mask))
    })
  }
  return state === y ? y.clone() : state
}

function matrix(dim: number, weights?: readonly (readonly number[])[]): number[][] {
  if (!weights) return Array.from({ length: dim }, () => new Array<number>(dim).fill(0))
  const symmetric =
    weights.length === dim &&
    weights.every(
      (row, i) => row.length === dim && row.every((w, j) => Number.isFinite(w) && w === weights[j]![i]),
    )
  if (!symmetric)
    throw new RangeError(`boltzmannMachine: weights must be a symmetric ${dim} × ${dim} matrix of numbers`)
  return weights.map((row) => [...row])
}

function expectSigns(y: tf.Tensor, dim: number): void {
  if (y.rank === 2 && y.shape[1] === dim) return
  throw new RangeError(
    `the Boltzmann machine takes signs of shape [n, ${dim}], but was given a tensor of shape [${y.shape.join(', ')}]`,
  )
}

function expectSweeps(sweeps: number): void {
  if (!Number.isSafeInteger(sweeps) || sweeps < 1)
    throw new RangeError(`boltzmannMachine: sweeps must be a positive whole number, but is ${sweeps}`)
}
