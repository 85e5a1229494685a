/** A field x ↦ score(x) with no time in it: what score matching fits and Langevin dynamics follows. */
import type * as tf from '@tensorflow/tfjs'
import type { State } from './state'

export interface Field<S extends State = tf.Tensor> {
  /** Scores of the shape of `x`, which is [n, …]. */
  readonly score: (x: S) => S
}
