/**
 * Classifiers of noisy states, p(y | x_t).
 *
 * For guidance a classifier must know every noise level: p(y | x_t) is not p(y | x₀) at x₀ = x_t, since noise makes the
 * classes overlap. So it is trained on noised data with their labels,
 *
 *   min_φ E[−log p_φ(y | x_t, t)],   x_t = α_t x₀ + σ_t ε,
 *
 * whose minimiser is the exact p(y | x_t). One trained on clean data, as usual classifiers are, is sure of itself far from
 * the data, where noisy states are, and its gradient there says little of where the class is.
 *
 * Dhariwal and Nichol, "Diffusion models beat GANs on image synthesis", NeurIPS 2021, section 4,
 * https://arxiv.org/abs/2105.05233
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, parameter, type RandomStream } from '../../tensor'
import type { Trainable } from '../denoiser'
import type { Condition } from '../condition'
import { head } from '../head'
import { spreadTimes } from '../times'
import type { Network, TrainableParams } from '../network'
import { over, type GaussianProcess } from '../process'
import { combine, type State, type Time } from '../state'
import { gradientOf } from './guide'
import { expectLabels } from './expect'

/** One label for all states, or one for each. */
export type Labels = number | ArrayLike<number>

/** p(y | x_t) for y = 0, …, K − 1. */
export interface Classifier<S extends State = tf.Tensor> {
  readonly process: GaussianProcess
  /** The shape of one state. */
  readonly shape: readonly number[]
  /** K. */
  readonly classes: number
  /** log p(y | x_t) of every class: a tensor of shape [n, K], or n·K doubles. */
  readonly logProbabilities: (x: S, t: Time) => S
  /** ∇_{x_t} log p(y | x_t), of the shape of x. */
  readonly gradient: (x: S, t: Time, label: Labels) => S
}

/** A classifier that is a network, as `train` takes it: with data that have labels. */
export interface NetworkClassifier extends Classifier, Trainable {
  readonly params: TrainableParams
  readonly network: Network
}

export interface ClassifierOptions {
  /** K, at least two. */
  readonly classes: number
  /**
   * Whether it is trained on clean data alone and takes every state for clean. Default false: it is trained on all noise
   * levels, and told which.
   */
  readonly clean?: boolean
  /** What the parameters are drawn from; default: the cell's own stream. */
  readonly stream?: RandomStream
}

/**
 * A classifier with fresh parameters.
 *
 * @param network (params, x, label) ↦ logits of shape [n, classes], such as `mlp({ dim, outputs: classes })`.
 */
export function classifier(
  process: GaussianProcess,
  network: Network,
  { classes, clean = false, stream = currentStream() }: ClassifierOptions,
): NetworkClassifier {
  if (!Number.isSafeInteger(classes) || classes < 2)
    throw new RangeError(`classifier: classes must be a whole number from 2 on, but is ${String(classes)}`)
  const { input, label } = head(process, 'noise')
  const params = tf.tidy(() =>
    Object.fromEntries(
      Object.entries(network.initial(stream)).map(([name, value]) => [name, parameter(value)]),
    ),
  )

  const logits = (x: tf.Tensor, given: Time): tf.Tensor => {
    const t = clean ? process.times.from : given
    const labels = typeof t === 'number' ? [label(t)] : Float32Array.from(t, label)
    const output = network(params, combine([over(t, input), x]), tf.tensor1d(labels))
    if (output.rank !== 2 || output.shape[1] !== classes)
      throw new RangeError(
        `classifier: the network must give [n, ${classes}] logits, but gave [${output.shape.join(', ')}]: ` +
          `make it with mlp({ …, outputs: ${classes} })`,
      )
    return output
  }
  const logProbabilities = (x: tf.Tensor, t: Time): tf.Tensor => tf.tidy(() => tf.logSoftmax(logits(x, t)))
  const gradient = (x: tf.Tensor, t: Time, label: Labels): tf.Tensor => {
    expectLabels('classifier', label, classes)
    return gradientOf(x, (x) =>
      logProbabilities(x, t)
        .mul(oneHot(label, x.shape[0], classes))
        .sum(1),
    )
  }

  const loss = (x0: tf.Tensor, stream: RandomStream, condition: Condition = null): tf.Scalar =>
    tf.tidy(() => {
      const n = x0.shape[0]
      const y = oneHot(labelsIn(condition, n, classes), n, classes)
      const t = clean ? process.times.from : spreadTimes(process, n, stream)
      const x = clean ? x0 : process.draw(x0, t, stream)
      return logProbabilities(x, t).mul(y).sum(1).mean().neg().asScalar()
    })
  for (const f of [logProbabilities, gradient, loss]) holding(f, params)
  return {
    process,
    shape: network.shape,
    classes,
    conditions: { class: { classes } },
    network,
    params,
    logProbabilities,
    gradient,
    loss,
  }
}

/** The labels of a batch, from its condition. */
function labelsIn(condition: Condition, n: number, classes: number): Labels {
  const labels = condition?.['class']
  if (typeof labels !== 'number' && !(labels && 'length' in labels))
    throw new TypeError('classifier: it learns from data with labels, as the condition { class: labels }')
  const given = labels as Labels
  expectLabels('classifier', given, classes)
  if (typeof given !== 'number' && given.length !== n)
    throw new RangeError(`classifier: ${given.length} labels were given for ${n} states`)
  return given
}

/** Rows with a one at the label: of shape [n, classes]. */
function oneHot(label: Labels, n: number, classes: number): tf.Tensor {
  if (typeof label !== 'number' && label.length !== n)
    throw new RangeError(`classifier: ${label.length} classes were given for ${n} states`)
  const labels = Int32Array.from({ length: n }, (_, i) => (typeof label === 'number' ? label : label[i]!))
  return tf.oneHot(tf.tensor1d(labels, 'int32'), classes).toFloat()
}
