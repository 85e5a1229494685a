/**
 * A multilayer perceptron on sequences of tokens: it sees all of them as ones and zeros, and features of the time (`waves`),
 * and gives logits for the clean token of every position at once.
 */
import * as tf from '@tensorflow/tfjs'
import type { RandomStream } from '../../tensor'
import { waves } from '../maps/twoTimes'
import type { Params } from '../network'
import { perceptron } from '../score/perceptron'
import type { Time } from '../state'
import type { TokenProcess } from './corruption'
import { oneHot } from './tokens'

export interface TokenNetwork {
  /** @returns logits of shape [n, length, categories] for tokens of shape [n, length]. */
  (params: Params, x: tf.Tensor, t: Time): tf.Tensor
  /** The shape of one sequence, [length]. */
  readonly shape: readonly [length: number]
  readonly states: number
  readonly categories: number
  /** Fresh parameters. They belong to the caller. */
  initial(stream: RandomStream): Params
}

export interface TokenMlpOptions {
  readonly process: TokenProcess
  /** Tokens in a sequence. */
  readonly length: number
  /** Widths of the hidden layers. Default: two of 128. */
  readonly hidden?: readonly number[]
}

const FREQUENCIES = 4

/** @throws RangeError for a length or width that is not a positive whole number. */
export function tokenMlp({ process, length, hidden = [128, 128] }: TokenMlpOptions): TokenNetwork {
  if (typeof (process as Partial<TokenProcess> | undefined)?.states !== 'number')
    throw new TypeError('tokenMlp: process must be a corruption, such as maskedTokens({ categories: 5 })')
  if (!Number.isSafeInteger(length) || length < 1)
    throw new RangeError(`tokenMlp: length must be a positive whole number, but is ${length}`)
  const { states, categories } = process
  const inner = perceptron(
    { dim: length * states + 2 * FREQUENCIES, hidden },
    { outputs: length * categories },
  )
  const network = (params: Params, x: tf.Tensor, t: Time): tf.Tensor =>
    tf.tidy(() => {
      const n = x.shape[0]
      const times = tf.tensor1d(typeof t === 'number' ? new Float32Array(n).fill(t) : Float32Array.from(t))
      const tokens = tf.reshape(oneHot(x, states), [n, length * states])
      return inner(params, tf.concat([tokens, ...waves(times, FREQUENCIES)], 1)).reshape([
        n,
        length,
        categories,
      ])
    })
  return Object.assign(network, {
    shape: [length] as const,
    states,
    categories,
    initial: (stream: RandomStream) => inner.initial(stream),
  })
}
