/** What a classifier, or the modes of a mixture, say of samples. */
import * as tf from '@tensorflow/tfjs'
import type { Mixture } from '../data/mixture'
import { GROUPS, jackknife, type Estimate } from './estimate'
import { rowsOf, type Rows, type Samples } from './samples'

/** Something that says p(y | x) of clean samples [n, …], as a tensor [n, classes]. */
export interface Verdicts {
  readonly probabilities: (x: tf.Tensor) => tf.Tensor
}

/**
 * The Inception score of a classifier's verdicts, exp E KL(p(y | x) ‖ p(y)) with p(y) = E p(y | x): between 1 and the number
 * of classes, high where each sample is of one class for certain and all classes are as frequent. It knows nothing of the
 * data: a single perfect sample of each class has the highest score.
 *
 * Salimans, Goodfellow, Zaremba, Cheung, Radford and Chen, "Improved techniques for training GANs", NeurIPS 2016,
 * https://arxiv.org/abs/1606.03498
 *
 * @param probabilities p(y | x), shape [n, classes], each row with the sum 1: what a classifier says of the samples; or the samples
 * themselves, as a tensor, where a classifier is given.
 * @param classifier what tells p(y | x) of samples, such as `await pretrained('digits-features')`.
 * @returns its standard error by a jackknife over twenty parts of the samples.
 */
export async function inceptionScore(
  probabilities: Samples,
  { classifier }: { readonly classifier?: Verdicts } = {},
): Promise<Estimate> {
  const rows = classifier
    ? await verdictsOn(probabilities, classifier)
    : await rowsOf(probabilities, 'inceptionScore: probabilities')
  const { values, n, dim } = rows
  if (n < GROUPS) throw new RangeError(`inceptionScore: at least ${GROUPS} samples are needed`)
  for (let row = 0; row < n; row++) {
    const p = values.subarray(row * dim, (row + 1) * dim)
    const sum = p.reduce((a, b) => a + b, 0)
    // Single precision and a softmax leave this much.
    if (!(Math.abs(sum - 1) < 1e-3) || p.some((x) => x < -1e-6))
      throw new RangeError(
        `inceptionScore: row ${row} must be probabilities with the sum 1, but is [${[...p].join(', ')}]`,
      )
  }
  const without = Array.from({ length: GROUPS }, (_, g) => scoreOf(rows, (row) => row % GROUPS !== g))
  return { value: scoreOf(rows, () => true), standardError: jackknife(without), method: 'jackknife' }
}

async function verdictsOn(x: Samples, classifier: Verdicts): Promise<Rows> {
  // Cells are not type-checked before they run.
  if (!(x instanceof tf.Tensor) || typeof (classifier as Partial<Verdicts>).probabilities !== 'function')
    throw new TypeError(
      "inceptionScore: a classifier such as await pretrained('digits-features') is asked about a tensor of samples",
    )
  const told = classifier.probabilities(x)
  try {
    return await rowsOf(told, 'inceptionScore: what the classifier says')
  } finally {
    told.dispose()
  }
}

function scoreOf({ values, n, dim }: Rows, keep: (row: number) => boolean): number {
  const mean = new Float64Array(dim)
  let [count, negentropy] = [0, 0]
  const plogp = (p: number) => (p > 0 ? p * Math.log(p) : 0)
  for (let row = 0; row < n; row++) {
    if (!keep(row)) continue
    count++
    for (let y = 0; y < dim; y++) {
      const p = values[row * dim + y]!
      mean[y]! += p
      negentropy += plogp(p)
    }
  }
  // E Σ p log p − Σ p̄ log p̄ is the mean divergence from the mean.
  return Math.exp(negentropy / count - mean.reduce((sum, p) => sum + plogp(p / count), 0))
}

export interface Coverage extends Estimate {
  /** How many modes have at least one sample near them. */
  readonly modes: number
  readonly of: number
  /** The share of samples near a mode, the same as `value`. */
  readonly nearModes: number
  /** Of the samples near modes, which share is near each. */
  readonly shares: readonly number[]
  /** ½ Σ |share − weight|, 0 where modes have their right weights. */
  readonly imbalance: number
}

/**
 * How many modes of a mixture samples cover, and how many samples lie near one. A sample belongs to the component to whose
 * mean it is closest in standard deviations (Mahalanobis' distance), and is near it within `radius` of them.
 *
 * Srivastava, Valkov, Russell, Gutmann and Sutton, "VEEGAN: reducing mode collapse in GANs using implicit variational
 * learning", NeurIPS 2017, https://arxiv.org/abs/1705.07761
 *
 * @param radius in standard deviations. Default 3: of samples of the mixture itself in the plane, 1.1 % are further out.
 * @returns the share of samples near a mode, with its binomial standard error.
 */
export async function coverage(
  x: Samples,
  mixture: Mixture,
  { radius = 3 }: { radius?: number } = {},
): Promise<Coverage> {
  // Cells are not type-checked before they run.
  if (!Array.isArray((mixture as Partial<Mixture> | undefined)?.components))
    throw new TypeError('coverage: the second argument must be a mixture, such as data.eightGaussians()')
  if (!(radius > 0)) throw new RangeError(`coverage: radius must be positive, but is ${radius}`)
  const { values, n, dim } = await rowsOf(x, 'coverage: x')
  const { components } = mixture
  if (dim !== mixture.shape[0])
    throw new RangeError(`coverage: the samples have ${dim} numbers each, the mixture ${mixture.shape[0]}`)
  const counts = components.map(() => 0)
  for (let row = 0; row < n; row++) {
    let [best, at] = [Infinity, 0]
    for (const [k, { mean, variances, axes }] of components.entries()) {
      const square = variances.reduce((sum, variance, axis) => {
        const y = mean.reduce((dot, m, i) => dot + axes[i]![axis]! * (values[row * dim + i]! - m), 0)
        return sum + y ** 2 / variance
      }, 0)
      if (square < best) [best, at] = [square, k]
    }
    if (best <= radius ** 2) counts[at]!++
  }
  const near = counts.reduce((a, b) => a + b, 0)
  const share = near / n
  const shares = counts.map((count) => (near ? count / near : 0))
  return {
    value: share,
    nearModes: share,
    standardError: Math.sqrt((share * (1 - share)) / n),
    method: 'analytic',
    modes: counts.filter((count) => count > 0).length,
    of: components.length,
    shares,
    imbalance: shares.reduce((sum, s, k) => sum + Math.abs(s - components[k]!.weight) / 2, 0),
  }
}
