/**
 * What guidance trades: how typical samples of a class are, against how different from each other.
 *
 *   quality    the mean of log p(y | x) over samples, by a classifier: 0 where it is sure of all of them
 *   diversity  the root mean square distance of samples from their mean
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, poll, type RandomStream } from '../../tensor'
import type { Denoiser } from '../denoiser'
import { sample, type Sampler } from '../sample'
import { ancestral } from '../samplers/ancestral'
import type { Classifier } from './classifier'
import { expectLabels } from './expect'

/** One scale and what came of it. */
export interface GuidancePoint {
  readonly scale: number
  readonly quality: number
  readonly diversity: number
}

export interface GuidanceCurveOptions {
  /** y. */
  readonly class: number
  /** γ of each point. */
  readonly scales: readonly number[]
  /** Samples for each. Default 1000. */
  readonly samples?: number
  /** The sampler. Default: `ancestral` in 50 steps. */
  readonly sampler?: (model: Denoiser) => Sampler
  /** Where start and noise come from, the same for each scale. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/**
 * Samples at each scale, and measures them.
 *
 * @param model γ ↦ the guided denoiser, such as `(scale) => classifierFree(model, { class: y }, { scale })`.
 * @param judge who says how typical samples are: a classifier of clean data.
 */
export async function guidanceCurve(
  model: (scale: number) => Denoiser,
  judge: Classifier,
  {
    class: label,
    scales,
    samples = 1000,
    sampler = (model) => ancestral(model, { steps: 50 }),
    stream = currentStream(),
  }: GuidanceCurveOptions,
): Promise<GuidancePoint[]> {
  if (typeof (model as unknown) !== 'function')
    throw new TypeError('guidanceCurve: the first argument must be a function (scale) => guided denoiser')
  if (typeof (judge as Partial<Classifier> | undefined)?.logProbabilities !== 'function')
    throw new TypeError('guidanceCurve: the second argument must be a classifier')
  expectLabels('guidanceCurve', label, judge.classes)
  const given: unknown = scales
  if (!Array.isArray(given) || given.length === 0)
    throw new TypeError('guidanceCurve: scales must be an array of numbers, such as [0, 1, 2, 4]')
  const points: GuidancePoint[] = []
  for (const scale of scales) {
    poll()
    const own = stream.split('guidance curve')
    const x = await sample(sampler(model(scale)), samples, { stream: own })
    const measured = tf.tidy(() => {
      const quality = judge.logProbabilities(x, judge.process.times.from).slice([0, label], [-1, 1]).mean()
      const diversity = x.sub(x.mean(0, true)).square().sum().div(samples).sqrt()
      return tf.stack([quality, diversity])
    })
    const [quality = NaN, diversity = NaN] = await measured.data()
    tf.dispose([x, measured])
    points.push({ scale, quality, diversity })
  }
  return points
}
