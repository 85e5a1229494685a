/**
 * The exact classifier of noisy states, of data whose law is known and has labels:
 *
 *   p_t(y | x) = w_y p_t(x | y) / p_t(x),   ∇ log p_t(y | x) = ∇ log p_t(x | y) − ∇ log p_t(x).
 */
import type * as tf from '@tensorflow/tfjs'
import type { Mixture } from '../data/mixture'
import type { PointSet } from '../data/points'
import { exact } from '../exact'
import type { GaussianProcess } from '../process'
import type { State } from '../state'
import type { Classifier } from './classifier'

/**
 * @param law a mixture whose `labels` say which components make a class, or points with labels.
 * @returns a classifier of tensors of shape [n, …], or, as `exactClassifier<Float64Array>(…)`, of doubles.
 */
export function exactClassifier<S extends State = tf.Tensor>(
  process: GaussianProcess,
  law: Mixture | PointSet,
): Classifier<S> {
  const model = exact<S>(process, law)
  if (!law.classes) throw new TypeError('exactClassifier: the points have no labels')
  return {
    process,
    shape: model.shape,
    classes: law.classes.length,
    logProbabilities: (x, t) => model.logClass(x, t),
    gradient: (x, t, label) => model.classScore(x, t, label),
  }
}
