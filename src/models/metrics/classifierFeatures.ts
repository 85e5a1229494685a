/**
 * A classifier of pictures as what pictures are compared by: the features before its last map, in which distances mean something, and
 * p(y | x).
 */
import * as tf from '@tensorflow/tfjs'
import { holding } from '../../tensor'
import type { NetworkClassifier } from '../guidance/classifier'
import { head } from '../head'
import type { EncoderNetwork } from '../pictures/encoder'
import { over } from '../process'
import type { Features } from './frechet'

/** A feature space, and the classes that go with it. */
export interface ClassifierFeatures extends Features {
  /** p(y | x) of clean pictures [n, …], of shape [n, classes]. */
  readonly probabilities: (x: tf.Tensor) => tf.Tensor2D
}

/** Pictures that go through the network together: more would only take more memory. */
const TOGETHER = 256

/**
 * @param name of the feature space: distances in different ones cannot be compared.
 * @param network the classifier's, such as `encoder({ … })`.
 */
export function classifierFeatures(
  name: string,
  { process, params, logProbabilities }: NetworkClassifier,
  network: EncoderNetwork,
): ClassifierFeatures {
  const clean = process.times.from
  const label = over(clean, head(process, 'noise').label) as number
  const inParts = (x: tf.Tensor, f: (part: tf.Tensor) => tf.Tensor): tf.Tensor2D =>
    tf.tidy(() => {
      const n = x.shape[0]
      const parts: tf.Tensor[] = []
      for (let from = 0; from < n; from += TOGETHER)
        parts.push(tf.tidy(() => f(x.slice(from, Math.min(TOGETHER, n - from)))))
      return tf.concat(parts) as tf.Tensor2D
    })
  return {
    name,
    of: holding((x) => inParts(x, (part) => network.features(params, part, tf.tensor1d([label]))), params),
    probabilities: holding((x) => inParts(x, (part) => tf.exp(logProbabilities(part, clean))), params),
  }
}
