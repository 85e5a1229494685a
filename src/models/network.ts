/**
 * Networks as pure functions of their parameters.
 *
 * Parameters are a record of named tensors that is passed in, never hidden inside: so averages, frozen layers and
 * low-rank updates are other records of the same names.
 */
import type * as tf from '@tensorflow/tfjs'
import type { RandomStream } from '../tensor'
import type { Condition, ConditionKinds } from './condition'

export type Params = Readonly<Record<string, tf.Tensor>>
/** Parameters that training may assign. */
export type TrainableParams = Readonly<Record<string, tf.Variable>>

/** A network F(params, x, label, condition) of a state and a time, and of what it is told beside them. */
export interface Network {
  /**
   * @param x states of shape [n, …shape].
   * @param label how the time is told, of shape [n], or [1] for one time for all.
   * @param condition named values, or null for none.
   * @returns a tensor of x's shape.
   */
  (params: Params, x: tf.Tensor, label: tf.Tensor1D, condition?: Condition): tf.Tensor
  /** The shape of one state, without the batch. */
  readonly shape: readonly number[]
  /** What it can be told. Absent: nothing. */
  readonly conditions?: ConditionKinds
  /** Fresh parameters. They belong to the caller. */
  initial(stream: RandomStream): Params
}
