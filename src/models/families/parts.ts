/** What models made of several networks have in common. */
import * as tf from '@tensorflow/tfjs'
import type { RandomStream } from '../../tensor'
import type { Data } from '../data/data'
import type { Trainable } from '../denoiser'
import type { Params } from '../network'
import { perceptron, type Perceptron, type PerceptronOptions } from '../score/perceptron'

/** A model that can be trained, and drawn from like data. */
export interface GenerativeModel extends Data, Trainable {
  /** How many networks, one after the other, a batch of samples takes. */
  readonly evaluations: number
}

/** The parameters of one network among those of several, `name/W0` and so on. */
export function partOf(params: Params, name: string): Params {
  return Object.fromEntries(
    Object.entries(params)
      .filter(([key]) => key.startsWith(`${name}/`))
      .map(([key, value]) => [key.slice(name.length + 1), value]),
  )
}

/** Fresh parameters of several networks, each under its name. */
export function initialOf(networks: Readonly<Record<string, Perceptron>>, stream: RandomStream): Params {
  return Object.fromEntries(
    Object.entries(networks).flatMap(([name, network]) =>
      Object.entries(network.initial(stream)).map(([key, value]) => [`${name}/${key}`, value]),
    ),
  )
}

/** A perceptron whose errors name the model. */
export function networkOf(model: string, options: PerceptronOptions, outputs: number): Perceptron {
  try {
    return perceptron(options, { outputs })
  } catch (error) {
    if (error instanceof Error) error.message = `${model}: ${error.message}`
    throw error
  }
}

/** @throws RangeError unless `value` is a positive whole number. */
export function expectCountOf(model: string, option: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`${model}: ${option} must be a positive whole number, but is ${value}`)
}

/** Deviations stay between e^(−BOUND) and e^BOUND, so that no likelihood can grow without end. */
const BOUND = 6

/** A Gaussian for each row: means, and logarithms of deviations. */
export interface Gaussians {
  readonly mean: tf.Tensor
  readonly logDeviation: tf.Tensor
}

/** Reads a network's 2k outputs as means and log deviations of k numbers. */
export function gaussiansOf(outputs: tf.Tensor): Gaussians {
  const [mean, raw] = tf.split(outputs, 2, 1) as [tf.Tensor, tf.Tensor]
  return { mean, logDeviation: tf.tanh(raw.div(BOUND)).mul(BOUND) }
}

/** z = mean + deviation · ε: a draw whose gradient reaches the network. */
export function drawFrom({ mean, logDeviation }: Gaussians, stream: RandomStream): tf.Tensor {
  const noise = stream.normalTensor(mean.shape)
  return mean.add(logDeviation.exp().mul(noise))
}

/** log N(x; mean, deviation²), summed over the numbers of each row: shape [n]. */
export function logNormal(x: tf.Tensor, { mean, logDeviation }: Gaussians): tf.Tensor1D {
  const z = x.sub(mean).div(logDeviation.exp())
  return z
    .square()
    .mul(-0.5)
    .sub(logDeviation)
    .sub(0.5 * Math.log(2 * Math.PI))
    .sum(1)
}
