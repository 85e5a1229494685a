/**
 * How many samples a classifier takes for what they should be:
 *
 *   agreement = share of samples with argmax_y p(y | x) = the class that was asked for.
 *
 * Its standard error is that of a share p̃ = (k + 1)/(n + 2), √(p̃(1 − p̃)/n), which is not zero where all n agree: they might not have.
 */
import * as tf from '@tensorflow/tfjs'
import type { Classifier, Labels } from '../guidance/classifier'
import type { Estimate } from './estimate'

export interface Agreement extends Estimate {
  /** The class that the judge takes each sample for. */
  readonly verdicts: Int32Array
}

/** Pictures that go through the judge together: more would only take more memory. */
const TOGETHER = 256

/**
 * The share of samples that a judge takes for the class that they should be of.
 *
 * @param x clean samples, of shape [n, …judge.shape].
 * @param labels the class of all, or of each.
 * @param judge a classifier that knows clean data. One that guided the samples says only how well they please it.
 * @throws RangeError where there are no samples, or labels do not fit them.
 */
export async function agreement(x: tf.Tensor, labels: Labels, judge: Classifier): Promise<Agreement> {
  // Cells are not type-checked before they run.
  if (typeof (judge as Partial<Classifier> | undefined)?.logProbabilities !== 'function')
    throw new TypeError('agreement: the third argument must be a classifier, such as classifier(…)')
  const given: unknown = x
  if (!(given instanceof tf.Tensor) || !(x.shape[0] > 0))
    throw new RangeError('agreement: the first argument must be samples, of shape [n, …], n from 1 on')
  const n = x.shape[0]
  const wanted = (i: number): number => (typeof labels === 'number' ? labels : labels[i]!)
  if (typeof labels !== 'number' && (labels as typeof labels | undefined)?.length !== n)
    throw new RangeError(`agreement: there are ${n} samples but ${labels?.length ?? 'no'} labels`)
  for (let i = 0; i < n; i++)
    if (!Number.isSafeInteger(wanted(i)) || wanted(i) < 0 || wanted(i) >= judge.classes)
      throw new RangeError(
        `agreement: labels must be whole numbers from 0 to ${judge.classes - 1}, but one is ${wanted(i)}`,
      )
  const verdicts = new Int32Array(n)
  for (let from = 0; from < n; from += TOGETHER) {
    const most = tf.tidy(() => {
      const part = x.slice(from, Math.min(TOGETHER, n - from))
      return judge.logProbabilities(part, judge.process.times.from).argMax(1)
    })
    verdicts.set(await most.data<'int32'>(), from)
    most.dispose()
  }
  const agreed = verdicts.reduce((count, verdict, i) => count + (verdict === wanted(i) ? 1 : 0), 0)
  const smoothed = (agreed + 1) / (n + 2)
  return {
    value: agreed / n,
    standardError: Math.sqrt((smoothed * (1 - smoothed)) / n),
    method: 'analytic',
    verdicts,
  }
}
