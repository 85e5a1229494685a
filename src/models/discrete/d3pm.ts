/**
 * D3PM: the evidence lower bound of a chain of T steps over tokens, t_i = i/T,
 *
 *   −log p_θ(x_0) ≤ KL(q(x_T | x_0) ‖ π) + Σ_{i=1}^T E KL(q(x_{i−1} | x_i, x_0) ‖ p_θ(x_{i−1} | x_i)),
 *
 * where the reverse step lets the clean token be drawn from the model's probabilities,
 *
 *   p_θ(x_{i−1} | x_i) = Σ_k q(x_{i−1} | x_i, x_0 = k) p_θ(x_0 = k | x_i),
 *
 * position by position. For i = 1 the divergence is −log p_θ(x_0 | x_1). The paper weighs its sum by q(x_i | x_0 = k) too,
 * so that the network's output there is not the posterior; for the absorbing corruption the two are the same. Training adds
 * λ times the cross entropy of the clean tokens.
 *
 * Austin et al., 2021, sections 3 and 3.3, https://arxiv.org/abs/2107.03006
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../tensor'
import type { Time } from '../state'
import type { TokenProcess } from './corruption'
import { cleanProbabilities, expectTokenDenoiser, type TokenDenoiser } from './denoiser'
import { oneHot } from './tokens'

/** Below this a probability counts as this much, so that its logarithm stays finite. */
const LEAST = 1e-30

/**
 * KL(q(x_s | x_t, x_0) ‖ p_θ(x_s | x_t)) of each sequence, in nats: a tensor of shape [n].
 *
 * @param x0, xt tokens of shape [n, length].
 */
export function stepDivergence(
  model: TokenDenoiser,
  x0: tf.Tensor,
  xt: tf.Tensor,
  s: Time,
  t: Time,
): tf.Tensor1D {
  const { process } = expectTokenDenoiser('stepDivergence', model)
  return tf.tidy(() => {
    const truth = process.posterior(xt, oneHot(x0, process.categories), s, t)
    const guess = process.posterior(xt, cleanProbabilities(model, xt, t), s, t)
    const log = (p: tf.Tensor): tf.Tensor => tf.log(tf.maximum(p, LEAST))
    return tf.sum(tf.mul(truth, tf.sub(log(truth), log(guess))), [1, 2])
  })
}

/** KL(q(x_1 | x_0) ‖ π) for sequences of the length, in nats: the same for all x_0, and 0 where nothing is kept at the end. */
export function priorDivergence({ stationary, mask, keep }: TokenProcess, length: number): number {
  const a = keep(1)
  if (a === 0) return 0
  if (mask !== null) return Infinity
  const share = stationary[0]!
  const terms = stationary.map((pi, k) => {
    const q = (k === 0 ? a : 0) + (1 - a) * pi
    return q === 0 ? 0 : q * Math.log(q / share)
  })
  return length * terms.reduce((sum, term) => sum + term, 0)
}

export interface D3pmOptions {
  /** T. Default 100. */
  readonly steps?: number
  /** Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/**
 * The bound's terms, each with fresh x_i, averaged over the batch, in nats a sequence: first the prior's, then those of
 * i = T, …, 1. Their sum is an estimate of an upper bound of −log p_θ(x_0).
 *
 * @param x0 tokens of shape [n, length].
 */
export async function d3pmTerms(
  model: TokenDenoiser,
  x0: tf.Tensor,
  { steps = 100, stream = currentStream() }: D3pmOptions = {},
): Promise<number[]> {
  expectTokenDenoiser('d3pmTerms', model)
  expectSteps('d3pmTerms', steps)
  const terms = [priorDivergence(model.process, model.length)]
  for (let i = steps; i > 0; i--) {
    const term = tf.tidy(() => {
      const xt = model.process.draw(x0, i / steps, stream)
      return tf.mean(stepDivergence(model, x0, xt, (i - 1) / steps, i / steps))
    })
    terms.push((await term.data())[0]!)
    term.dispose()
  }
  return terms
}

export interface D3pmLossOptions extends D3pmOptions {
  /** λ, the weight of the cross entropy. Default 0.001. */
  readonly auxiliary?: number
}

/**
 * The loss that D3PM trains with: T times one term of the bound, drawn at random for each sequence, and λ times the cross
 * entropy −log p_θ(x_0 | x_i); averaged over the batch, in nats a sequence.
 */
export function d3pmLoss(
  model: TokenDenoiser,
  x0: tf.Tensor,
  { steps = 100, auxiliary = 0.001, stream = currentStream() }: D3pmLossOptions = {},
): tf.Scalar {
  expectTokenDenoiser('d3pmLoss', model)
  expectSteps('d3pmLoss', steps)
  if (!(auxiliary >= 0)) throw new RangeError(`d3pmLoss: auxiliary must not be negative, but is ${auxiliary}`)
  return tf.tidy(() => {
    const index = stream.integers(x0.shape[0], 1, steps + 1)
    const t = index.map((i) => i / steps)
    const s = index.map((i) => (i - 1) / steps)
    const xt = model.process.draw(x0, t, stream)
    const bound = tf.mul(tf.mean(stepDivergence(model, x0, xt, s, t)), steps)
    if (auxiliary === 0) return bound.asScalar()
    return tf.add(bound, tf.mul(tf.mean(crossEntropy(model, x0, xt, t)), auxiliary)).asScalar()
  })
}

/** Σ over positions of −log p_θ(x_0 | x_t), of shape [n]. */
export function crossEntropy(model: TokenDenoiser, x0: tf.Tensor, xt: tf.Tensor, t: Time): tf.Tensor1D {
  const clean = oneHot(x0, model.process.categories)
  return tf.neg(tf.sum(tf.mul(clean, model.logProbabilities(xt, t)), [1, 2]))
}

function expectSteps(name: string, steps: number): void {
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new RangeError(`${name}: steps must be a positive whole number, but is ${steps}`)
}
