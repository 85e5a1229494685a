/**
 * Pictures of one bright bar on a dark ground, upright or lying, anywhere in the picture: the smallest pictures with something
 * to learn. Values are 1 in the bar and −1 elsewhere, plus normal noise.
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream } from '../../tensor'
import { expectCount, type LabelledData } from './data'
import { expectNotNegative } from './law'

export interface BarsOptions {
  /** Height and width of a picture, a whole number from 3 on. Default 8. */
  readonly size?: number
  /** Standard deviation of noise on every pixel, not negative. Default 0.05. */
  readonly noise?: number
}

/** @returns pictures of shape [size, size, 1]; the classes are `upright` and `lying`. */
export function bars({ size = 8, noise = 0.05 }: BarsOptions = {}): LabelledData<tf.Tensor4D> {
  if (!Number.isSafeInteger(size) || size < 3)
    throw new RangeError(`bars: size must be a whole number from 3 on, but is ${size}`)
  expectNotNegative('bars', 'noise', noise)
  const drawLabelled: LabelledData<tf.Tensor4D>['drawLabelled'] = (n, stream = currentStream()) => {
    expectCount(n)
    const labels = Int32Array.from(stream.integers(n, 0, 2))
    const places = stream.integers(n, 0, size)
    const jitter = stream.normal(n * size * size)
    const pixels = Float32Array.from(jitter, (z, k) => {
      const i = Math.floor(k / (size * size))
      const [row, column] = [Math.floor(k / size) % size, k % size]
      const inside = (labels[i] === 0 ? column : row) === places[i]
      return (inside ? 1 : -1) + noise * z
    })
    return { x: tf.tensor4d(pixels, [n, size, size, 1]), labels }
  }
  return {
    name: 'bars',
    shape: [size, size, 1],
    classes: ['upright', 'lying'],
    drawLabelled,
    draw: (n, stream) => drawLabelled(n, stream).x,
  }
}
