/**
 * What a perfect model would score: the distance between two sets of real samples. Finite sets of one law differ, so a
 * distance means something only beside this floor. A single pair scatters widely; the mean over many does not.
 */
import { currentStream, type RandomStream } from '../../tensor'
import * as tf from '@tensorflow/tfjs'
import type { Data } from '../data/data'
import { meanOf, type Estimate } from './estimate'

export interface Floor extends Estimate {
  /** The standard deviation of one pair's distance. */
  readonly deviation: number
  /** The distance of every pair. */
  readonly each: readonly number[]
}

/**
 * The mean distance between pairs of real sets.
 *
 * @param data the law; fresh samples are drawn for every pair.
 * @param metric the distance, such as `metrics.slicedWasserstein` or `(a, b) => metrics.mmd(a, b, { bandwidth: 1 })`.
 * @param n samples in each set: as many as the model's are compared with. Default 2048.
 * @param pairs how many. Default 30.
 */
export async function floor(
  data: Data,
  metric: (a: tf.Tensor, b: tf.Tensor) => Promise<Estimate>,
  {
    n = 2048,
    pairs = 30,
    stream = currentStream(),
  }: { n?: number; pairs?: number; stream?: RandomStream } = {},
): Promise<Floor> {
  // Cells are not type-checked before they run.
  if (typeof (data as Partial<Data> | undefined)?.draw !== 'function')
    throw new TypeError('floor: the first argument must be data to draw from, such as data.moons()')
  if (typeof (metric as unknown) !== 'function')
    throw new TypeError('floor: the second argument must be a distance, such as metrics.slicedWasserstein')
  if (!Number.isSafeInteger(pairs) || pairs < 2)
    throw new RangeError(`floor: pairs must be a whole number from 2 on, but is ${pairs}`)
  const each: number[] = []
  for (let pair = 0; pair < pairs; pair++) {
    const [a, b] = [data.draw(n, stream), data.draw(n, stream)]
    each.push((await metric(a, b)).value)
    tf.dispose([a, b])
  }
  const mean = meanOf(each)
  return { ...mean, deviation: mean.standardError * Math.sqrt(pairs), each }
}
