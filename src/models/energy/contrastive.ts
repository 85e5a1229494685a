/**
 * Maximum likelihood without Z. Since ∇θ log Z = −E_{x∼pθ} ∇θ E(x),
 *
 *   −∇θ log pθ(x) = ∇θ E(x) − E_{x⁻∼pθ} ∇θ E(x⁻),
 *
 * the energy of data is lowered and that of the model's own samples x⁻ raised, until the two agree. The samples come from
 * Langevin dynamics on −∇E. Contrastive divergence starts k steps of it at the data, CD-k: few steps, a biased gradient.
 * Persistent chains go on from step to step of the training and have time to reach the modes that data do not have.
 *
 * The value of the loss is a difference of energies, not a likelihood: it says nothing about how good the model is.
 *
 * Hinton, "Training products of experts by minimizing contrastive divergence", 2002,
 * https://doi.org/10.1162/089976602760128018; Tieleman, "Training restricted Boltzmann machines using approximations to the
 * likelihood gradient", ICML 2008, https://doi.org/10.1145/1390156.1390290; Du and Mordatch, "Implicit generation and
 * modeling with energy-based models", NeurIPS 2019, https://arxiv.org/abs/1903.08689
 */
import * as tf from '@tensorflow/tfjs'
import { constant, currentStream, holding, parameter, type RandomStream } from '../../tensor'
import type { Data } from '../data'
import { langevinStep } from '../langevin'
import { expectEnergy, type EnergyField } from './energy'

export interface ContrastiveOptions {
  /** k, Langevin steps for each step of the training. Default 20. */
  readonly steps?: number
  /** ε of x ← x + (ε/2) s + √ε z: a number, or a schedule by the step from 0. Default 0.05. */
  readonly epsilon?: number | ((step: number) => number)
  /** Weight of E(x)² + E(x⁻)², which keeps energies from drifting, as nothing else fixes their zero. Default 0. */
  readonly penalty?: number
}

export interface ContrastiveDivergenceOptions extends ContrastiveOptions {
  /** Where noise is drawn from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/**
 * CD-k: E(x) − E(x⁻) over the batch, x⁻ by k Langevin steps from x.
 *
 * @param x data of shape [n, …].
 */
export function contrastiveDivergence(
  model: EnergyField,
  x: tf.Tensor,
  { stream = currentStream(), ...options }: ContrastiveDivergenceOptions = {},
): tf.Scalar {
  expectEnergy(model, 'contrastiveDivergence')
  return tf.tidy(() => {
    const negative = constant(() => negatives(model, x, options, stream))
    return contrast(model, x, negative, options.penalty)
  })
}

/** E(x) − E(x⁻), and the penalty. The gradient of log Z by samples x⁻ of the model. */
export function contrast(model: EnergyField, x: tf.Tensor, negative: tf.Tensor, penalty = 0): tf.Scalar {
  return tf.tidy(() => {
    const [up, down] = [model.energy(x), model.energy(negative)]
    const difference = tf.mean(up).sub(tf.mean(down))
    if (penalty === 0) return difference.asScalar()
    if (!(penalty > 0)) throw new RangeError(`penalty must not be negative, but is ${penalty}`)
    const squares = tf.mean(tf.square(up)).add(tf.mean(tf.square(down)))
    return difference.add(squares.mul(penalty)).asScalar()
  })
}

/** k Langevin steps from `x`. */
function negatives(
  model: EnergyField,
  x: tf.Tensor,
  { steps = 20, epsilon = 0.05 }: ContrastiveOptions,
  stream: RandomStream,
): tf.Tensor {
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new RangeError(`steps must be a positive whole number, but is ${steps}`)
  let state = x
  for (let k = 0; k < steps; k++) {
    const from = state
    state = tf.tidy(() =>
      langevinStep(model, from, typeof epsilon === 'number' ? epsilon : epsilon(k), stream),
    )
    if (from !== x) from.dispose()
  }
  return state
}

/** Chains that outlive the steps of a training. */
export interface PersistentChains {
  /** Where they are now: [size, …shape]. */
  readonly states: tf.Variable
  /** E(x) − E(x⁻) with as many of the chains as there are data, moved on by k steps. */
  readonly loss: (model: EnergyField, x: tf.Tensor, stream?: RandomStream) => tf.Scalar
}

export interface PersistentOptions extends ContrastiveOptions {
  /** How many chains, at least as many as a batch has data. Default 1024. */
  readonly size?: number
  /** The share of chains that start again from `start` whenever it is their turn. Default 0.05. */
  readonly restart?: number
  /** Where the first states are drawn from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/**
 * Persistent contrastive divergence: a replay buffer of chains, which take turns.
 *
 * @param start where chains begin, a broad law such as data.mixture({ means: [[0, 0]], deviations: 3 }).
 */
export function persistentChains(
  start: Data,
  { size = 1024, restart = 0.05, stream = currentStream(), ...options }: PersistentOptions = {},
): PersistentChains {
  if (typeof (start as Partial<Data> | undefined)?.draw !== 'function')
    throw new TypeError('persistentChains: the first argument must be a law to start chains from')
  if (!Number.isSafeInteger(size) || size < 1)
    throw new RangeError(`persistentChains: size must be a positive whole number, but is ${size}`)
  if (!(restart >= 0 && restart <= 1))
    throw new RangeError(`persistentChains: restart must be in [0, 1], but is ${restart}`)
  const states = tf.tidy(() => parameter(start.draw(size, stream), false))

  const loss = (model: EnergyField, x: tf.Tensor, stream: RandomStream = currentStream()): tf.Scalar => {
    expectEnergy(model, 'persistentChains')
    const [n = 0] = x.shape
    if (n > size)
      throw new RangeError(`there are ${size} chains, too few for a batch of ${n}: give them a larger size`)
    return tf.tidy(() => {
      const moved = constant(() => {
        const turn = refreshed(states.slice(0, n), start, restart, stream)
        const moved = negatives(model, turn, options, stream)
        states.assign(n === size ? moved.clone() : tf.concat([states.slice(n), moved]))
        return moved
      })
      return contrast(model, x, moved, options.penalty)
    })
  }
  return { states, loss: holding(loss, states, start) }
}

/** Some of the chains start again. */
function refreshed(chains: tf.Tensor, start: Data, restart: number, stream: RandomStream): tf.Tensor {
  if (restart === 0) return chains
  const [n = 0, ...shape] = chains.shape
  const again = tf.tensor(
    Float32Array.from(stream.uniform(n), (u) => (u < restart ? 1 : 0)),
    [n, ...shape.map(() => 1)],
  )
  return tf.add(chains.mul(tf.sub(1, again)), start.draw(n, stream).mul(again))
}
