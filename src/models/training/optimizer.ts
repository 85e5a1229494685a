/** What a rule that takes steps against gradients is. Each keeps its own tensors, which a checkpoint saves with the parameters. */
import type * as tf from '@tensorflow/tfjs'
import type { AdamStep } from '../../tensor'
import type { TrainableParams } from '../network'

export type Gradients = Readonly<Record<string, tf.Tensor>>

/** A rule, before it has seen parameters. */
export interface Optimizer {
  /** What it is called in checkpoints and messages: `adam`. */
  readonly name: string
  start(params: TrainableParams): OptimizerState
}

/** A rule at work on parameters. */
export interface OptimizerState {
  /** Steps done. */
  steps: number
  /** What it keeps, by name. */
  readonly tensors: Readonly<Record<string, tf.Variable>>
  /** One step in place. @param gradients by the names of the parameters; what has none stays as it is. */
  step(gradients: Gradients, rate: number): void
  /** Where it is Adam: what those need who take the step themselves, and count it in `steps`. */
  readonly adam?: AdamMoments
  dispose(): void
}

/** Adam's own tensors by the names of the parameters, and the numbers of its next step. */
export interface AdamMoments {
  readonly m: TrainableParams
  readonly v: TrainableParams
  /** @param ahead how many steps come before it. Default 0. */
  next(rate: number, ahead?: number): AdamStep
}

/** @throws RangeError unless the share is in [0, 1). */
export function expectShare(what: string, value: number): void {
  if (!(value >= 0 && value < 1)) throw new RangeError(`${what} must be in [0, 1), but is ${value}`)
}
