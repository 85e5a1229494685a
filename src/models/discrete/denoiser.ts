/**
 * Denoisers of tokens: (x_t, t) ↦ the probabilities of the clean token at each position, p(x_0 = k at i | x_t).
 *
 * A network is one, and so is the exact answer for a law whose sequences can be listed. With w_m the probability of the m-th
 * sequence y_m and n_m the number of positions where it agrees with x_t,
 *
 *   p(y_m | x_t) ∝ w_m ρ^{n_m},   ρ = q(x_t = k | x_0 = k) / q(x_t = k | x_0 ≠ k)
 *
 * for the uniform corruption; for the absorbing one all tokens that are no masks must agree.
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, parameter, type RandomStream } from '../../tensor'
import type { Trainable } from '../denoiser'
import type { TrainableParams } from '../network'
import type { Time } from '../state'
import type { TokenProcess } from './corruption'
import { d3pmLoss } from './d3pm'
import type { TokenLaw } from './law'
import { mdlm } from './mdlm'
import type { TokenNetwork } from './network'
import { carriedOver, column, expectTokens, oneHot } from './tokens'

export interface TokenDenoiser {
  readonly process: TokenProcess
  /** Tokens in a sequence. */
  readonly length: number
  /**
   * Logarithms of the probabilities of each clean token, of shape [n, length, K]; tokens that are no masks are certain
   * where the corruption is absorbing.
   *
   * @param x tokens of shape [n, length]. @param t one time for all, or one for each of the n.
   */
  readonly logProbabilities: (x: tf.Tensor, t: Time) => tf.Tensor3D
}

export interface NetworkTokenDenoiser extends TokenDenoiser, Trainable {
  readonly params: TrainableParams
}

/** So unlikely that it never happens, and yet a number. */
const NEVER = -70

/** Completes logits to a denoiser. */
export function asTokenDenoiser(
  process: TokenProcess,
  length: number,
  logits: (x: tf.Tensor, t: Time) => tf.Tensor,
): TokenDenoiser {
  const logProbabilities = (x: tf.Tensor, t: Time): tf.Tensor3D => {
    expectTokens(x, process.states)
    if (x.shape[1] !== length)
      throw new RangeError(`the model takes sequences of ${length} tokens, but was given ${x.shape[1]}`)
    return tf.tidy(() => {
      const log = tf.logSoftmax(logits(x, t))
      if (process.mask === null) return log as tf.Tensor3D
      const known = tf.mul(
        tf.sub(1, oneHot(x, process.states).slice([0, 0, 0], [-1, -1, process.categories])),
        NEVER,
      )
      const masked = tf.cast(tf.expandDims(tf.equal(x, process.mask), 2), 'float32')
      return tf.add<tf.Tensor3D>(tf.mul(masked, log), tf.mul(tf.sub(1, masked), known))
    })
  }
  return { process, length, logProbabilities: holding(logProbabilities, logits) }
}

/**
 * A network with fresh parameters. Its own loss is MDLM's where the corruption is absorbing, else D3PM's bound with 100 steps.
 *
 * @param network such as `tokenMlp({ process, length: 4 })`.
 * @param stream what the parameters are drawn from; default: the cell's own.
 */
export function tokenDenoiser(
  process: TokenProcess,
  network: TokenNetwork,
  { stream = currentStream() }: { stream?: RandomStream } = {},
): NetworkTokenDenoiser {
  if (typeof (network as Partial<TokenNetwork> | undefined)?.initial !== 'function')
    throw new TypeError(
      'tokenDenoiser: the second argument must be a network, such as tokenMlp({ process, length })',
    )
  if (network.states !== process.states || network.categories !== process.categories)
    throw new RangeError(
      `tokenDenoiser: the network takes ${network.states} tokens and gives ${network.categories}, but the process has ` +
        `${process.states} and ${process.categories}`,
    )
  const params = tf.tidy(() =>
    Object.fromEntries(
      Object.entries(network.initial(stream)).map(([name, value]) => [name, parameter(value)]),
    ),
  )
  const logits = holding((x: tf.Tensor, t: Time) => network(params, x, t), params)
  const model = asTokenDenoiser(process, network.shape[0], logits)
  const loss = (batch: tf.Tensor, stream: RandomStream): tf.Scalar =>
    process.mask === null ? d3pmLoss(model, batch, { stream }) : mdlm(model, batch, { stream })
  return { ...model, params, loss: holding(loss, params) }
}

/** ρ beyond this is as good as certain, and small enough for single precision to keep the weights. */
const MOST = 50

/**
 * The exact denoiser of a listed law.
 *
 * @throws RangeError where law and process differ in the number of categories.
 */
export function exactTokens(process: TokenProcess, law: TokenLaw): TokenDenoiser {
  if (!Array.isArray((law as Partial<TokenLaw> | undefined)?.sequences))
    throw new TypeError('exactTokens: the second argument must be a law of tokens, such as words([…])')
  if (law.categories !== process.categories)
    throw new RangeError(
      `exactTokens: the law has ${law.categories} categories, but the process ${process.categories}`,
    )
  const { length, categories } = law
  const { mask, keep } = process
  /** log ρ of the uniform corruption. */
  const agreement = (t: number): number => {
    const different = (1 - keep(t)) / categories
    return different === 0 ? MOST : Math.min(MOST, Math.log((keep(t) + different) / different))
  }
  const logits = (x: tf.Tensor, t: Time): tf.Tensor => {
    const n = x.shape[0]
    const listed = tf.tensor2d(
      law.sequences.map((sequence) => [...sequence]),
      undefined,
      'int32',
    )
    const clean = oneHot(listed, categories).reshape<tf.Tensor2D>([-1, length * categories])
    const seen = oneHot(x, process.states)
      .slice([0, 0, 0], [-1, -1, categories])
      .reshape<tf.Tensor2D>([n, length * categories])
    const agree = tf.matMul(seen, clean, false, true)
    const disagree = tf.sub(tf.sum(seen, 1, true), agree)
    const logWeight = tf.tensor1d(law.probabilities.map(Math.log))
    const cost = mask === null ? column(t, agreement, n, 2) : tf.scalar(MOST)
    const posterior = tf.softmax(tf.sub(logWeight, tf.mul(disagree, cost)))
    const probabilities = tf.matMul(posterior, clean).reshape([n, length, categories])
    return tf.log(tf.maximum(probabilities, Math.exp(NEVER)))
  }
  return asTokenDenoiser(process, length, logits)
}

/** The probabilities themselves, of shape [n, length, K]. */
export function cleanProbabilities(model: TokenDenoiser, x: tf.Tensor, t: Time): tf.Tensor3D {
  return tf.tidy(() => {
    const p = tf.exp(model.logProbabilities(x, t))
    return (model.process.mask === null ? p : carriedOver(x, p, model.process.mask)) as tf.Tensor3D
  })
}

/** Cells are not type-checked before they run. @throws TypeError where `model` is no denoiser of tokens. */
export function expectTokenDenoiser(name: string, model: TokenDenoiser): TokenDenoiser {
  if (typeof (model as Partial<TokenDenoiser> | undefined)?.logProbabilities === 'function') return model
  throw new TypeError(`${name}: the first argument must be a denoiser of tokens, such as tokenDenoiser(…)`)
}
