/**
 * Networks that can be added to on the way, which is what a ControlNet does: it copies what comes before their activations
 * h₁, …, h_L, and adds to each of them.
 */
import type * as tf from '@tensorflow/tfjs'
import type { Condition } from './condition'
import type { Network, Params } from './network'

export interface LayeredNetwork extends Network {
  /** The shape of each of h₁, …, h_L of one state, channels last. */
  readonly activations: readonly (readonly number[])[]
  /** The shape of what a hint is added to, at the beginning: the states themselves, or their first features. */
  readonly entry: readonly number[]
  /** Whether h₁, …, h_L depend on a parameter; the others have a part in the output only. */
  readonly comesBefore: (name: string) => boolean
  /**
   * h₁, …, h_L.
   *
   * @param hint is added at the entry, of shape [n, …entry].
   */
  readonly encode: (params: Params, x: tf.Tensor, label: tf.Tensor1D, options?: EncodeOptions) => tf.Tensor[]
  /**
   * The output where `added` is added to h₁, …, h_L, before what comes after them sees them.
   *
   * @param added a tensor of shape [n, …] for each activation.
   */
  readonly adding: (
    params: Params,
    x: tf.Tensor,
    label: tf.Tensor1D,
    added: readonly tf.Tensor[],
    condition?: Condition,
  ) => tf.Tensor
}

export interface EncodeOptions {
  readonly condition?: Condition | undefined
  readonly hint?: tf.Tensor | undefined
}

/** Whether a network says what its layers compute. */
export function isLayered(network: Network): network is LayeredNetwork {
  return 'encode' in network && 'adding' in network && 'activations' in network
}
