/**
 * Choosing noise scales and steps, as the five techniques of NCSNv2 do:
 *
 *   1  the largest scale σ₁ is as large as the largest distance between two data points;
 *   2  scales are geometric, with a ratio γ at which the shells of neighbouring scales overlap by about a half,
 *      Φ(√(2D)(γ − 1) + 3γ) − Φ(√(2D)(γ − 1) − 3γ) ≈ 0.5 for data of D numbers;
 *   3  the network does not see the scale: s(x, σ) = s(x)/σ, `ncsnHead(process, { by: 'scale' })`;
 *   4  ε is chosen so that T steps leave noise of as nearly the right variance as they can: `noiseRatio` ≈ 1;
 *   5  samples are drawn with averaged parameters, `train(…, { ema: 0.999 })`.
 *
 * Song and Ermon, "Improved techniques for training score-based generative models", NeurIPS 2020,
 * https://arxiv.org/abs/2006.09011
 */
import * as tf from '@tensorflow/tfjs'
import { poll } from '../../tensor'

/** Rows that are compared with all others at a time, to bound memory. */
const ROWS = 256

/**
 * Technique 1: the largest Euclidean distance between two of the points.
 *
 * @param points of shape [n, …], n from 2 on.
 */
export async function largestDistance(points: tf.Tensor): Promise<number> {
  // Cells are not type-checked before they run.
  const given: unknown = points
  if (!(given instanceof tf.Tensor) || points.rank < 2 || (points.shape[0] ?? 0) < 2)
    throw new TypeError(
      'largestDistance: the argument must be a tensor of two or more points, of shape [n, d]',
    )
  const n = points.shape[0]
  let largest = 0
  for (let start = 0; start < n; start += ROWS) {
    poll()
    const squared = tf.tidy(() => {
      const flat = points.reshape<tf.Tensor2D>([n, -1])
      const rows = flat.slice([start, 0], [Math.min(ROWS, n - start), -1])
      const square = (x: tf.Tensor): tf.Tensor => tf.sum(tf.square(x), 1)
      const products = tf.matMul(rows, flat, false, true)
      return tf.max(square(rows).expandDims(1).add(square(flat).expandDims(0)).sub(products.mul(2)))
    })
    const [value = 0] = await squared.data()
    squared.dispose()
    if (!Number.isFinite(value))
      throw new RangeError(`largestDistance: the points are not all finite numbers`)
    largest = Math.max(largest, Math.sqrt(Math.max(value, 0)))
  }
  return largest
}

/**
 * Technique 2: the share of the shell of scale σ that also lies in the three-sigma shell of the next scale γσ,
 * Φ(√(2D)(γ − 1) + 3γ) − Φ(√(2D)(γ − 1) − 3γ).
 *
 * @param ratio γ ≥ 1.
 * @param dim D, how many numbers a data point has.
 */
export function shellOverlap(ratio: number, dim: number): number {
  if (!(ratio >= 1 && ratio < Infinity))
    throw new RangeError(`shellOverlap: ratio must be at least 1, but is ${ratio}`)
  expectDim(dim, 'shellOverlap')
  const shift = Math.sqrt(2 * dim) * (ratio - 1)
  return normalCdf(shift + 3 * ratio) - normalCdf(shift - 3 * ratio)
}

/** The γ at which shells overlap by `overlap`, by bisection. @param overlap in (0, 0.997], the default 0.5. */
export function ratioForOverlap(dim: number, overlap = 0.5): number {
  expectDim(dim, 'ratioForOverlap')
  const most = shellOverlap(1, dim)
  if (!(overlap > 0 && overlap <= most))
    throw new RangeError(`ratioForOverlap: overlap must be in (0, ${most.toPrecision(3)}], but is ${overlap}`)
  // In one to four dimensions the shells first overlap more as γ grows, before they part.
  let [low, high] = [1, 2]
  while (shellOverlap(high, dim) > overlap) {
    low = high
    high *= 2
    if (high > 1e6)
      throw new RangeError(
        `ratioForOverlap: in ${dim} dimensions shells overlap by ${overlap} or more at every ratio; choose the scales by eye, a ratio of 1.5 to 2 is usual`,
      )
  }
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (shellOverlap(middle, dim) > overlap) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/**
 * Technique 4: what T steps of annealed Langevin dynamics make of the noise. If all data were one point, the state would have
 * the variance s² after the steps at a scale σ; this is s²/σ² when s² was that of the scale before, γσ:
 *
 *   s_T²/σ² = (1 − a)^{2T} (γ² − b) + b,   a = ε/σ_L²,   b = 2a / (1 − (1 − a)²),
 *
 * for steps x + δ s + √(2δ) z with δ = ε σ²/σ_L²: ε of that convention, half of `annealedLangevin`'s.
 *
 * @param epsilon ε, positive. @param smallest σ_L. @param ratio γ. @param each T.
 */
export function noiseRatio({
  epsilon,
  smallest,
  ratio,
  each,
}: {
  readonly epsilon: number
  readonly smallest: number
  readonly ratio: number
  readonly each: number
}): number {
  for (const [name, value] of Object.entries({ epsilon, smallest, ratio, each }))
    if (!(value > 0 && value < Infinity))
      throw new RangeError(`noiseRatio: ${name} must be positive, but is ${value}`)
  const a = epsilon / smallest ** 2
  if (!(a < 2))
    throw new RangeError(
      `noiseRatio: epsilon must be below 2 σ_L² = ${2 * smallest ** 2}, where steps diverge`,
    )
  const b = (2 * a) / (1 - (1 - a) ** 2)
  return (1 - a) ** (2 * each) * (ratio ** 2 - b) + b
}

/**
 * Technique 4 solved: the ε at which `noiseRatio` is nearest to one, by a search over a grid in log ε and refinement.
 *
 * @returns ε in the convention x + δ s + √(2δ) z; twice that is `annealedLangevin`'s.
 */
export function stepFor(options: {
  readonly smallest: number
  readonly ratio: number
  readonly each: number
}): number {
  const off = (log: number): number =>
    Math.abs(noiseRatio({ ...options, epsilon: Math.exp(log) * options.smallest ** 2 }) - 1)
  let [low, high] = [Math.log(1e-9), Math.log(1.999)]
  for (let round = 0; round < 12; round++) {
    const points = Array.from({ length: 101 }, (_, i) => low + ((high - low) * i) / 100)
    const best = points.reduce((a, b) => (off(b) < off(a) ? b : a))
    const width = (high - low) / 100
    ;[low, high] = [Math.max(best - width, low), Math.min(best + width, high)]
  }
  return Math.exp((low + high) / 2) * options.smallest ** 2
}

function expectDim(dim: number, name: string): void {
  if (!Number.isSafeInteger(dim) || dim < 1)
    throw new RangeError(`${name}: dim must be a positive whole number, but is ${dim}`)
}

/** Φ, the distribution function of a standard normal, by its Taylor series or its continued fraction. */
export function normalCdf(x: number): number {
  if (x < 0) return 1 - normalCdf(-x)
  if (x > 40) return 1
  const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)
  if (x < 4) {
    // Φ(x) = ½ + φ(x) (x + x³/3 + x⁵/(3·5) + …)
    let term = x
    let sum = x
    for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
      term *= (x * x) / k
      sum += term
    }
    return 0.5 + density * sum
  }
  // 1 − Φ(x) = φ(x) / (x + 1/(x + 2/(x + 3/(x + …))))
  let fraction = x
  for (let k = 60; k >= 1; k--) fraction = x + k / fraction
  return 1 - density / fraction
}
