/**
 * What digits of 16 × 16 are compared by: a classifier with 64 features before its last map. Fréchet distances, precision, recall and
 * Inception scores of digits are those in this network.
 *
 * Half of the digits that it learns from have noise on them, which it must tell as well as the digit. A classifier of clean digits alone
 * learns to overlook noise, and features that overlook it cannot say which pictures are better.
 *
 * Heusel et al., 2017, https://arxiv.org/abs/1706.08500, who take a classifier of photographs.
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, type RandomStream } from '../../tensor'
import type { LabelledData } from '../data/data'
import { digits } from '../data/images/digits'
import { classifier, type NetworkClassifier } from '../guidance/classifier'
import { classifierFeatures, type ClassifierFeatures } from '../metrics/classifierFeatures'
import { encoder } from '../pictures/encoder'
import { vp } from '../processes/vp'
import type { ModelBuilder } from './builder'

const DIGITS = 10
/** Least and greatest standard deviation of the noise. */
const NOISE = [0.2, 1] as const

export const digitsFeatures = {
  name: 'digits-features',
  about:
    'A classifier of handwritten digits, 16 × 16, and of noise on them, in whose 64 features digits are compared',
  build: (stream) => {
    const network = encoder({ shape: [16, 16, 1], outputs: 2 * DIGITS, channels: 16 })
    const model = classifier(vp(), network, { classes: 2 * DIGITS, clean: true, stream })
    const { name, of, probabilities } = classifierFeatures('digits-features', model, network)
    /** Of the digits, whether noise is seen on them or not. */
    const ofDigits = (x: tf.Tensor): tf.Tensor2D =>
      tf.tidy(() => probabilities(x).reshape([-1, 2, DIGITS]).sum(1))
    return { ...model, name, of, probabilities: holding(ofDigits, probabilities) }
  },
  data: halfNoisy,
} satisfies ModelBuilder<NetworkClassifier & ClassifierFeatures>

/** Digits k and, as class 10 + k, digits with noise whose logarithm is spread evenly. */
function halfNoisy(): LabelledData<tf.Tensor4D> {
  const clean = digits({ size: 16 })
  const drawLabelled: LabelledData<tf.Tensor4D>['drawLabelled'] = (
    n,
    stream: RandomStream = currentStream(),
  ) => {
    const { x, labels } = clean.drawLabelled(n, stream)
    const noisy = stream.integers(n, 0, 2)
    const deviations = Array.from(stream.uniform(n), (u, i) =>
      noisy[i] ? NOISE[0] * (NOISE[1] / NOISE[0]) ** u : 0,
    )
    const spoilt = tf.tidy(() =>
      x.add<tf.Tensor4D>(stream.normalTensor(x.shape).mul(tf.tensor4d(deviations, [n, 1, 1, 1]))),
    )
    x.dispose()
    return { x: spoilt, labels: labels.map((label, i) => label + DIGITS * noisy[i]!) }
  }
  return {
    name: 'digits, half of them with noise',
    shape: clean.shape,
    classes: [...clean.classes, ...clean.classes.map((digit) => `${digit}, noisy`)],
    drawLabelled,
    draw: (n, stream) => drawLabelled(n, stream).x,
  }
}
