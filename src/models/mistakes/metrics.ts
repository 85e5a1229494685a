/** Mistakes in judging models. */
import * as tf from '@tensorflow/tfjs'
import { currentStream } from '../../tensor'
import { symmetricEigen } from '../data/eigen'
import { ssim } from '../metrics/metrics'
import { expectNear, mistake, MistakeError } from './mistake'

/** Which of two images is closer to the true one, given the SSIM of each with it. */
type Choice = (first: number, second: number) => 'first' | 'second'

/**
 * The direction of SSIM: it is 1 for equal images and falls from there, though a slide may call it better when lower. The check
 * asks which of two noisy pictures of a stripe is better, when one has a tenth of the other's noise.
 */
const ssimLowerIsBetter = mistake<Choice>({
  title: 'SSIM read as better when lower',
  written: String.raw`\text{better} \iff \mathrm{SSIM} \downarrow`,
  correct: String.raw`\text{better} \iff \mathrm{SSIM} \uparrow`,
  right: (first, second) => (first > second ? 'first' : 'second'),
  wrong: (first, second) => (first < second ? 'first' : 'second'),
  async check(form, stream = currentStream()) {
    const images = tf.tidy(() => {
      const truth = tf.tensor2d(
        Array.from({ length: 12 }, () => Array.from({ length: 12 }, (_, j) => (j % 6 < 3 ? 0.2 : 0.8))),
      )
      const noisy = (size: number) => truth.add(stream.normalTensor([12, 12]).mul(size))
      return { truth, slightly: noisy(0.02), very: noisy(0.2) }
    })
    try {
      const [slightly, very] = [
        await ssim(images.truth, images.slightly),
        await ssim(images.truth, images.very),
      ]
      if (form(slightly.value, very.value) === 'first' && form(very.value, slightly.value) === 'second')
        return
      throw new MistakeError(
        `of SSIM ${slightly.value.toFixed(3)} (a little noise) and ${very.value.toFixed(3)} (ten times as much) the noisier image was chosen`,
      )
    } finally {
      tf.dispose([images.truth, images.slightly, images.very])
    }
  },
})

/** The trace of the root in the Fréchet distance, for covariances Σ₁ and Σ₂ in the plane. */
type RootTrace = (first: readonly (readonly number[])[], second: readonly (readonly number[])[]) => number

/**
 * The root in the Fréchet distance is that of a matrix, not of its entries. The check: a covariance has distance 0 from itself,
 * that is tr (Σ Σ)^½ = tr Σ, and for Σ₁ = I the trace is Σ √λ_i of Σ₂.
 */
const frechetRootOfEntries = mistake<RootTrace>({
  title: 'The root in the Fréchet distance taken entry by entry',
  written: String.raw`\sum_i \sqrt{(\Sigma_1 \Sigma_2)_{ii}}`,
  correct: String.raw`\mathrm{tr}\,(\Sigma_1 \Sigma_2)^{1/2}`,
  // In the plane tr M^½ = √(tr M + 2 √det M), by the eigenvalues of M.
  right(first, second) {
    const m = product(first, second)
    const determinant = m[0]![0]! * m[1]![1]! - m[0]![1]! * m[1]![0]!
    return Math.sqrt(m[0]![0]! + m[1]![1]! + 2 * Math.sqrt(determinant))
  },
  wrong(first, second) {
    const m = product(first, second)
    return Math.sqrt(m[0]![0]!) + Math.sqrt(m[1]![1]!)
  },
  check(form, stream = currentStream()) {
    const [u = 0, v = 0] = stream.uniform(2)
    const [a, d] = [1 + u, 2 + v]
    const b = 0.8 * Math.sqrt(a * d)
    const covariance = [
      [a, b],
      [b, d],
    ]
    const identity = [
      [1, 0],
      [0, 1],
    ]
    const roots = symmetricEigen(covariance).values.reduce((sum, value) => sum + Math.sqrt(value), 0)
    expectNear('tr (Σ Σ)^½', form(covariance, covariance), a + d, 1e-9)
    expectNear('tr (I Σ)^½', form(identity, covariance), roots, 1e-9)
  },
})

function product(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number[][] {
  return a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)))
}

/** An estimate of the squared MMD between numbers x and y with the kernel exp(−(x − y)²/2). */
type MmdEstimate = (x: Float64Array, y: Float64Array) => number

/**
 * The mean over all pairs counts each sample as its own neighbour, and so finds a distance where there is none: about 2/n times
 * 1 − E k(X, X′). The check averages 400 estimates for equal laws, which must be zero.
 */
const mmdWithSelfPairs = mistake<MmdEstimate>({
  title: 'MMD with pairs of a sample with itself',
  written: String.raw`\frac{1}{n^2} \sum_{i,j} k(x_i, x_j) + \frac{1}{n^2} \sum_{i,j} k(y_i, y_j) - \frac{2}{n^2} \sum_{i,j} k(x_i, y_j)`,
  correct: String.raw`\frac{1}{n(n-1)} \sum_{i \ne j} \left(k(x_i, x_j) + k(y_i, y_j)\right) - \frac{2}{n^2} \sum_{i,j} k(x_i, y_j)`,
  right: (x, y) => inside(x, false) + inside(y, false) - 2 * between(x, y),
  wrong: (x, y) => inside(x, true) + inside(y, true) - 2 * between(x, y),
  check(form, stream = currentStream()) {
    const [n, repetitions] = [20, 400]
    const estimates = Array.from({ length: repetitions }, () => form(stream.normal(n), stream.normal(n)))
    const mean = estimates.reduce((a, b) => a + b) / repetitions
    const spread = Math.sqrt(estimates.reduce((sum, e) => sum + (e - mean) ** 2, 0)) / repetitions
    expectNear('the mean of 400 estimates for equal laws', mean, 0, 5 * spread)
  },
})

const kernel = (x: number, y: number): number => Math.exp(-((x - y) ** 2) / 2)

function inside(x: Float64Array, selfPairs: boolean): number {
  let [sum, count] = [0, 0]
  for (const [i, a] of x.entries())
    for (const [j, b] of x.entries())
      if (selfPairs || i !== j) {
        sum += kernel(a, b)
        count++
      }
  return sum / count
}

function between(x: Float64Array, y: Float64Array): number {
  let sum = 0
  for (const a of x) for (const b of y) sum += kernel(a, b)
  return sum / (x.length * y.length)
}

export const metricMistakes = { ssimLowerIsBetter, frechetRootOfEntries, mmdWithSelfPairs }
