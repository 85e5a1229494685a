/** What a step of training needs of a loss. */
import type * as tf from '@tensorflow/tfjs'
import type { RandomStream } from '../../tensor'
import type { Condition } from '../condition'
import type { ParameterAverage } from './average'
import type { AdamMoments, Gradients } from './optimizer'

/** A loss and its gradients by the names of the parameters. */
export interface LossGradients {
  /** The loss, and the sum of the squares of all gradients. */
  readonly check: tf.Tensor1D
  readonly gradients: Gradients
}

/** A loss that is computed together with its gradients. */
export interface TrainingLoss {
  gradients(batch: tf.Tensor, stream: RandomStream, condition: Condition): LossGradients
  /** The same and a step of Adam, unless something is not finite. Absent where that cannot be had at once. */
  readonly step?: (
    batch: tf.Tensor,
    stream: RandomStream,
    adam: AdamMoments,
    rate: number,
    clip: number,
  ) => tf.Tensor1D
  /**
   * Several such steps one after another, where reading the check after each would take longer than the steps. From a step on in
   * which something is not finite, nothing changes.
   *
   * @param draw gives the batch of the next step.
   * @returns a check for each step, of shape [steps, 2]; not finite from the first on that was not.
   */
  readonly steps?: (
    draw: () => tf.Tensor,
    stream: RandomStream,
    adam: AdamMoments,
    settings: {
      readonly rates: readonly number[]
      readonly clip: number
      /** Takes part in each step; its updates are the caller's to count. */
      readonly average?: ParameterAverage | undefined
    },
  ) => tf.Tensor2D
}
