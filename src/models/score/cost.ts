/**
 * What a loss costs, counted: how often the field was evaluated and how often it was differentiated by a pass backwards,
 * while the loss was evaluated. A pass over a batch that was repeated d times counts as d. Hyvärinen's needs d passes, the sliced ones one for each projection, denoising none.
 */
import * as tf from '@tensorflow/tfjs'
import { expectField, type Field } from '../field'

export interface Passes {
  /** Evaluations of the field on the batch. */
  readonly forward: number
  /** Vector-Jacobian products of the field on the batch. */
  readonly backward: number
}

/**
 * Counts the passes through `field` in one evaluation of `loss`.
 *
 * @param n how many states the batch has.
 * @param loss a loss of a field, such as (field) => hyvarinenScoreMatching(field, x); its value is disposed of.
 */
export function countPasses(field: Field, n: number, loss: (field: Field) => tf.Tensor): Passes {
  expectField(field, 'countPasses')
  let [forward, backward] = [0, 0]
  // The identity, which notices when a gradient comes through it.
  const noticed = tf.customGrad((y) => ({
    value: (y as tf.Tensor).clone(),
    gradFunc: (dy: tf.Tensor) => {
      backward += (dy.shape[0] ?? 0) / n
      return dy
    },
  }))
  tf.tidy(() => {
    loss({
      score: (x) => {
        forward += (x.shape[0] ?? 0) / n
        return noticed(field.score(x))
      },
    })
  })
  return { forward, backward }
}
