/**
 * Networks as pure functions of their parameters.
 *
 * Parameters are a record of named tensors that is passed in, never hidden inside: so averages, frozen layers and
 * low-rank updates are other records of the same names.
 */
import type * as tf from '@tensorflow/tfjs'
import type { RandomStream } from '../tensor'

export type Params = Readonly<Record<string, tf.Tensor>>
/** Parameters that training may assign. */
export type TrainableParams = Readonly<Record<string, tf.Variable>>

/** A network F(params, x, label) of a state and a time. */
export interface Network {
  /**
   * @param x states of shape [n, …shape].
   * @param label how the time is told, of shape [n], or [1] for one time for all.
   * @returns a tensor of x's shape.
   */
  (params: Params, x: tf.Tensor, label: tf.Tensor1D): tf.Tensor
  /** The shape of one state, without the batch. */
  readonly shape: readonly number[]
  /** Fresh parameters. They belong to the caller. */
  initial(stream: RandomStream): Params
}
