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

/** @throws RangeError unless `n` is a count of samples. */
export function expectCount(n: number): void {
  if (!Number.isSafeInteger(n) || n < 1)
    throw new RangeError(`the number of samples must be a positive whole number, but is ${n}`)
}
