/**
 * A multilayer perceptron that knows two times: it sees the state beside the features
 *
 *   [sin ω₁τ, …, sin ω_mτ, cos ω₁τ, …, cos ω_mτ]   of τ = t and of τ = t − s,
 *
 * with frequencies ω geometric from ½π to 4π, for times in [0, 1].
 */
import * as tf from '@tensorflow/tfjs'
import type { RandomStream } from '../../tensor'
import type { Params } from '../network'
import { perceptron } from '../score/perceptron'

/** u(params, x, t, s), of x's shape [n, …shape] for times of shape [n]. */
export interface TwoTimeNetwork {
  (params: Params, x: tf.Tensor, t: tf.Tensor1D, s: tf.Tensor1D): tf.Tensor
  readonly shape: readonly number[]
  /** Fresh parameters. They belong to the caller. */
  initial(stream: RandomStream): Params
}

export interface TwoTimeMlpOptions {
  /** Length of one state. */
  readonly dim: number
  /** Widths of the hidden layers. Default: three of 128. */
  readonly hidden?: readonly number[]
  /** Frequencies m of each time. Default 4. */
  readonly frequencies?: number
}

/** @throws RangeError for a width that is not a positive whole number. */
export function twoTimeMlp({
  dim,
  hidden = [128, 128, 128],
  frequencies = 4,
}: TwoTimeMlpOptions): TwoTimeNetwork {
  if (!Number.isSafeInteger(dim) || dim < 1)
    throw new RangeError(`twoTimeMlp: dim must be a positive whole number, but is ${dim}`)
  if (!Number.isSafeInteger(frequencies) || frequencies < 1)
    throw new RangeError(`twoTimeMlp: frequencies must be a positive whole number, but is ${frequencies}`)
  const inner = perceptron({ dim: dim + 4 * frequencies, hidden }, { outputs: dim })
  const network = (params: Params, x: tf.Tensor, t: tf.Tensor1D, s: tf.Tensor1D): tf.Tensor =>
    tf.tidy(() => {
      expectBatch(x, dim)
      return inner(params, tf.concat([x, ...waves(t, frequencies), ...waves(tf.sub(t, s), frequencies)], 1))
    })
  return Object.assign(network, { shape: [dim], initial: (stream: RandomStream) => inner.initial(stream) })
}

/** sin ωτ and cos ωτ for ω from ½π to 4π, each of shape [n, count]. */
export function waves(tau: tf.Tensor1D, count: number): [tf.Tensor2D, tf.Tensor2D] {
  const omega = Float32Array.from(
    { length: count },
    (_, i) => (Math.PI / 2) * 8 ** (count > 1 ? i / (count - 1) : 0),
  )
  const angles: tf.Tensor2D = tf.mul(tf.reshape(tau, [-1, 1]), tf.tensor2d(omega, [1, count]))
  return [tf.sin(angles), tf.cos(angles)]
}

function expectBatch(x: tf.Tensor, dim: number): void {
  if (x.rank === 2 && x.shape[1] === dim) return
  throw new RangeError(
    `the model takes states of shape [n, ${dim}], but was given a tensor of shape [${x.shape.join(', ')}]`,
  )
}
