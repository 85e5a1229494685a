/**
 * How noisy the gradient of a loss is: tr Cov(∇θ L) over what the loss draws at random, by the sample variance of a number
 * of gradients. Losses with one expectation may differ in it by orders of magnitude, and training pays for it in steps:
 * denoising score matching at σ → 0 has the variance 1/σ² of its target z/σ.
 */
import * as tf from '@tensorflow/tfjs'
import { breathe, counted, currentStream, keepingTensors, poll, type RandomStream } from '../../tensor'
import type { Trainable } from '../denoiser'

export interface GradientVariance {
  /** tr Cov(∇θ L): the summed variances of the gradient's entries. */
  readonly variance: number
  /** The standard error of that estimate. */
  readonly error: number
  /** ‖E ∇θ L‖², less what its own variance adds to it in the mean. */
  readonly squaredMean: number
  /** The mean gradient, all parameters one after the other, by name. */
  readonly mean: Readonly<Record<string, Float64Array>>
}

/**
 * Measures the gradient of `loss` at the model's parameters.
 *
 * @param loss called once for each gradient with a stream; what it draws elsewhere, such as a batch, stays as it is.
 * @param repeats how many gradients, at least 2. Default 64.
 */
export function gradientVariance(
  model: Trainable,
  loss: (stream: RandomStream) => tf.Scalar,
  { repeats = 64, stream = currentStream() }: { repeats?: number; stream?: RandomStream } = {},
): Promise<GradientVariance> {
  return keepingTensors(() => measure(model, loss, repeats, stream))
}

const BREATHE_EVERY = 50

async function measure(
  model: Trainable,
  loss: (stream: RandomStream) => tf.Scalar,
  repeats: number,
  stream: RandomStream,
): Promise<GradientVariance> {
  if (typeof (model as Partial<Trainable> | undefined)?.params !== 'object')
    throw new TypeError('gradientVariance: the first argument must be a model with parameters')
  if (!Number.isSafeInteger(repeats) || repeats < 2)
    throw new RangeError(`gradientVariance: repeats must be a whole number from 2 on, but is ${repeats}`)
  const names = Object.keys(model.params)
  const gradients: Float32Array[] = []
  let breathed = performance.now()
  for (const _ of counted('gradient variance', repeats)) {
    poll()
    const flat = tf.tidy(() => {
      const { grads } = tf.variableGrads(() => loss(stream), Object.values(model.params))
      return tf.concat(names.map((name) => grads[model.params[name]!.name]!.flatten()))
    })
    gradients.push((await flat.data<'float32'>()).slice())
    flat.dispose()
    if (performance.now() - breathed < BREATHE_EVERY) continue
    await breathe()
    breathed = performance.now()
  }
  return { ...moments(gradients), mean: byName(model, names, average(gradients)) }
}

function moments(gradients: readonly Float32Array[]): Omit<GradientVariance, 'mean'> {
  const n = gradients.length
  const mean = average(gradients)
  // Each gradient's squared distance from the mean of all, scaled so that their mean is the sample variance.
  const distances = gradients.map(
    (g) => (g.reduce((sum, value, i) => sum + (value - mean[i]!) ** 2, 0) * n) / (n - 1),
  )
  const variance = distances.reduce((sum, d) => sum + d, 0) / n
  const spread = distances.reduce((sum, d) => sum + (d - variance) ** 2, 0) / (n - 1)
  const square = mean.reduce((sum, value) => sum + value * value, 0)
  return { variance, error: Math.sqrt(spread / n), squaredMean: square - variance / n }
}

function average(gradients: readonly Float32Array[]): Float64Array {
  const mean = new Float64Array(gradients[0]!.length)
  for (const gradient of gradients) gradient.forEach((value, i) => (mean[i]! += value / gradients.length))
  return mean
}

function byName(
  model: Trainable,
  names: readonly string[],
  flat: Float64Array,
): Record<string, Float64Array> {
  let from = 0
  return Object.fromEntries(
    names.map((name) => {
      const size = model.params[name]!.size
      from += size
      return [name, flat.slice(from - size, from)]
    }),
  )
}
