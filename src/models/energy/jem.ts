/**
 * A classifier is an energy-based model: logits f_y(x) define p(x, y) ∝ e^{f_y(x)}, and with it
 *
 *   p(y | x) = softmax f(x),   E(x) = −log Σ_y e^{f_y(x)},   E(x, y) = −f_y(x),
 *
 * "JEM". It is trained on log p(x, y) = log p(y | x) + log p(x): cross-entropy, and a loss of energies for the second. As for
 * energy networks, p is tilted from N(0, spread² I), which leaves p(y | x) as it is.
 *
 * Grathwohl et al., "Your classifier is secretly an energy based model and you should treat it like one", ICLR 2020,
 * https://arxiv.org/abs/1912.03263
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, type RandomStream } from '../../tensor'
import type { Condition } from '../condition'
import { trainable } from '../score/network'
import { expectRows, perceptron } from '../score/perceptron'
import { contrastiveDivergence } from './contrastive'
import {
  confinement,
  energyField,
  type EnergyField,
  type EnergyModel,
  type EnergyNetworkOptions,
} from './energy'
import { logSumExp } from './logSumExp'

export interface JointEnergyModel extends Omit<EnergyModel, 'withParams'> {
  readonly classes: number
  /** f(x), [n, classes]. */
  readonly logits: (x: tf.Tensor) => tf.Tensor2D
  /** log p(y | x) for every y, [n, classes]. */
  readonly logClassProbabilities: (x: tf.Tensor) => tf.Tensor2D
  /** The energy E(x, y) of one class, whose law is p(x | y). */
  readonly given: (label: number) => EnergyField
  /** −log p(y | x) over a batch. @param labels one for each row of x. */
  readonly crossEntropy: (x: tf.Tensor, labels: ArrayLike<number>) => tf.Scalar
}

export interface JointEnergyOptions extends EnergyNetworkOptions {
  /** K, how many classes. */
  readonly classes: number
  /** What is added for log p(x). Default: CD-20 with ε = 0.05. */
  readonly generative?: (model: JointEnergyModel, x: tf.Tensor, stream: RandomStream) => tf.Scalar
}

/**
 * A joint energy-based model with fresh parameters; `train` gives it data with labels.
 *
 * @throws RangeError for labels out of range.
 */
export function jointEnergyModel({
  classes,
  generative = (model, x, stream) => contrastiveDivergence(model, x, { stream }),
  stream = currentStream(),
  ...options
}: JointEnergyOptions): JointEnergyModel {
  if (!Number.isSafeInteger(classes) || classes < 2)
    throw new RangeError(`jointEnergyModel: classes must be a whole number from 2 on, but is ${classes}`)
  const network = perceptron(options, { outputs: classes })
  const params = trainable(() => network.initial(stream))
  const base = confinement(options)

  const logits = (x: tf.Tensor): tf.Tensor2D => {
    expectRows(x, options.dim, 'the classifier')
    return network(params, x) as tf.Tensor2D
  }
  const logClassProbabilities = (x: tf.Tensor): tf.Tensor2D => {
    const f = logits(x)
    return tf.sub(f, logSumExp(f).expandDims(1))
  }
  const chosen = (values: tf.Tensor2D, labels: ArrayLike<number>): tf.Tensor1D => {
    const hot = new Float32Array(labels.length * classes)
    for (let i = 0; i < labels.length; i++) {
      expectLabel(labels[i]!, classes)
      hot[i * classes + labels[i]!] = 1
    }
    return values.mul(tf.tensor2d(hot, [labels.length, classes])).sum(1)
  }
  const crossEntropy = (x: tf.Tensor, labels: ArrayLike<number>): tf.Scalar => {
    if (labels.length !== x.shape[0])
      throw new RangeError(`${labels.length} labels were given for a batch of shape [${x.shape.join(', ')}]`)
    return tf.tidy(() => tf.neg(tf.mean(chosen(logClassProbabilities(x), labels))).asScalar())
  }

  const model: JointEnergyModel = {
    shape: [options.dim],
    classes,
    conditions: { class: { classes } },
    params,
    ...energyField((x) => base(x).sub(logSumExp(logits(x))), params),
    logits: holding((x: tf.Tensor) => tf.tidy(() => logits(x)), params),
    logClassProbabilities: holding((x: tf.Tensor) => tf.tidy(() => logClassProbabilities(x)), params),
    given(label) {
      expectLabel(label, classes)
      return energyField((x) => {
        const n = x.shape[0] ?? 0
        return base(x).sub(chosen(logits(x), new Int32Array(n).fill(label)))
      }, params)
    },
    crossEntropy: holding(crossEntropy, params),
    loss: holding(
      (x: tf.Tensor, stream: RandomStream, condition: Condition = null) =>
        tf.tidy(() => {
          const ofX = generative(model, x, stream)
          const labels = condition?.class
          if (labels === null || labels === undefined) return ofX
          return tf.add(ofX, crossEntropy(x, labels as ArrayLike<number>)).asScalar()
        }),
      params,
      generative,
    ),
  }
  return model
}

function expectLabel(label: number, classes: number): void {
  if (!Number.isInteger(label) || label < 0 || label >= classes)
    throw new RangeError(`a label must be a whole number from 0 to ${classes - 1}, but is ${label}`)
}
