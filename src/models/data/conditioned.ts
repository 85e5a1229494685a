/** Data with something told of each sample: what conditional models and classifiers are trained on. */
import type * as tf from '@tensorflow/tfjs'
import { currentStream, holding, type RandomStream } from '../../tensor'
import type { Condition } from '../condition'
import type { Data, LabelledData } from './data'

/** Samples and what is told of them. */
export interface ConditionedDraw<T extends tf.Tensor = tf.Tensor> {
  readonly x: T
  readonly condition: Condition
}

/** Data of which something is told. */
export interface ConditionedData<T extends tf.Tensor = tf.Tensor> extends Data<T> {
  /** `n` independent samples with a condition of n values each. */
  drawConditioned(n: number, stream?: RandomStream): ConditionedDraw<T>
}

/**
 * Data with a condition that is made from the samples, such as a noisy measurement y = Ax + noise.
 *
 * @param told what to tell of samples of shape [n, …], and of their labels where the data have some: `(x, stream, labels) => ({ class: labels, … })`.
 */
export function telling<T extends tf.Tensor>(
  data: Data<T>,
  told: (x: T, stream: RandomStream, labels: Int32Array) => Condition,
): ConditionedData<T> {
  if (typeof (data as Partial<Data> | undefined)?.draw !== 'function')
    throw new TypeError('telling: the first argument must be data to draw from, such as data.moons()')
  if (typeof (told as unknown) !== 'function')
    throw new TypeError('telling: the second argument must be a function of the samples')
  const draw = (n: number, stream = currentStream()): T => data.draw(n, stream)
  const drawConditioned = (n: number, stream = currentStream()): ConditionedDraw<T> => {
    const { drawLabelled } = data as Partial<LabelledData<T>>
    const { x, labels } = drawLabelled
      ? drawLabelled.call(data, n, stream)
      : { x: data.draw(n, stream), labels: new Int32Array(n) }
    return { x, condition: told(x, stream, labels) }
  }
  return {
    name: data.name,
    shape: data.shape,
    draw: holding(draw, data),
    drawConditioned: holding(drawConditioned, data, told),
  }
}

/**
 * Samples with what the data tell of them: their conditions, or their labels as { class }.
 *
 * @throws TypeError where the data tell nothing.
 */
export function drawTold(data: Data, n: number, stream: RandomStream): ConditionedDraw {
  if ('drawConditioned' in data) return (data as ConditionedData).drawConditioned(n, stream)
  if ('drawLabelled' in data) {
    const { x, labels } = (data as LabelledData).drawLabelled(n, stream)
    return { x, condition: { class: labels } }
  }
  throw new TypeError(
    `the model is told conditions, but ${data.name} has none: train it on data with labels, or on telling(data, (x) => ({ … }))`,
  )
}
