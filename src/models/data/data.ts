import type * as tf from '@tensorflow/tfjs'
import type { RandomStream } from '../../tensor'

/** Something to learn: a law that can be drawn from. */
export interface Data<T extends tf.Tensor = tf.Tensor> {
  /** What it is called in pictures: `moons`. */
  readonly name: string
  /** The shape of one sample, without the batch. */
  readonly shape: readonly number[]
  /**
   * `n` independent samples, of shape [n, …shape].
   *
   * @param stream what they are drawn from; default: the cell's own.
   */
  draw(n: number, stream?: RandomStream): T
}

/** Data whose samples belong to classes. */
export interface LabelledData<T extends tf.Tensor = tf.Tensor> extends Data<T> {
  /** The names of the classes; a label is an index into them. */
  readonly classes: readonly string[]
  /** `n` independent samples, the same as `draw` gives, each with its label in 0, …, classes.length − 1. */
  drawLabelled(n: number, stream?: RandomStream): { readonly x: T; readonly labels: Int32Array }
}

/** @throws RangeError unless `n` is a count of samples. */
export function expectCount(n: number): void {
  if (!Number.isSafeInteger(n) || n < 1)
    throw new RangeError(`the number of samples must be a positive whole number, but is ${n}`)
}
