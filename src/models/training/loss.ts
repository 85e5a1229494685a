/** What a step of training needs of a loss. */
import type * as tf from '@tensorflow/tfjs'
import type { RandomStream } from '../../tensor'
import type { Condition } from '../condition'
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
}
