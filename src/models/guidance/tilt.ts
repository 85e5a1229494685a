/**
 * The law that guidance is sometimes said to sample from,
 *
 *   p_γ(x) ∝ p(x) p(y | x)^γ,
 *
 * on the line, where its constant is a sum over a grid. Guided samples follow it only for γ = 0 and γ = 1: noise and tilting
 * do not commute, so at t > 0 the guided score s + γ ∇ log p_t(y | x) is not the score of the noised p_γ.
 *
 * Bradley and Nakkiran, "Classifier-free guidance is a predictor-corrector", 2024, https://arxiv.org/abs/2408.09000
 */
import { exactClassifier } from './exact'
import { evaluate } from '../data/gaussians'
import type { Mixture } from '../data/mixture'
import type { GaussianProcess } from '../process'
import { expectLabels, expectScale } from './expect'

/** A density on an even grid, with its moments by the trapezoidal rule. */
export interface GridLaw {
  readonly x: Float64Array
  readonly density: Float64Array
  readonly mean: number
  readonly variance: number
}

export interface TiltOptions {
  /** y. */
  readonly class: number
  /** γ. */
  readonly scale: number
  /** The time whose law is tilted. Default: the process's first, clean data. */
  readonly t?: number
  /** Ends of the grid. Default: ten standard deviations to each side of the mean. */
  readonly range?: readonly [number, number]
  /** Points of the grid. Default 4001. */
  readonly points?: number
}

/**
 * p_t(x) p_t(y | x)^γ, normalised, of a mixture on the line.
 *
 * @throws RangeError for a mixture in more dimensions.
 */
export function tilted(
  process: GaussianProcess,
  mixture: Mixture,
  { class: label, scale, t = process.times.from, range, points = 4001 }: TiltOptions,
): GridLaw {
  if (mixture.shape.length !== 1 || mixture.shape[0] !== 1)
    throw new RangeError(
      `tilted: the mixture must be on the line, but is in ${mixture.shape.join(' × ')} dimensions`,
    )
  expectLabels('tilted', label, mixture.classes.length)
  expectScale('tilted', 'scale', scale)
  if (!Number.isSafeInteger(points) || points < 3)
    throw new RangeError(`tilted: points must be a whole number from 3 on, but is ${points}`)
  const [alpha, sigma] = [process.alpha(t), process.sigma(t)]
  const centre = alpha * mixture.mean()[0]!
  const reach = 10 * Math.sqrt(alpha ** 2 * mixture.covariance()[0]![0]! + sigma ** 2)
  const [from, to] = range ?? [centre - reach, centre + reach]
  if (!(from < to)) throw new RangeError(`tilted: range must rise, but is ${from}, ${to}`)
  const x = Float64Array.from({ length: points }, (_, i) => from + (i / (points - 1)) * (to - from))

  const classifier = exactClassifier<Float64Array>(process, mixture)
  const classes = classifier.classes
  const logs = classifier.logProbabilities(x, t)
  const log = evaluate(mixture.components, x, alpha, sigma).logDensity.map(
    (p, i) => p + scale * logs[i * classes + label]!,
  )
  return normalised(x, log)
}

/** The law whose log density is `log` up to a constant, on an even grid. */
export function normalised(x: Float64Array, log: Float64Array): GridLaw {
  const largest = log.reduce((a, b) => Math.max(a, b), -Infinity)
  const step = x[1]! - x[0]!
  const density = log.map((l) => Math.exp(l - largest))
  const total = density.reduce((sum, p) => sum + p, 0) * step
  density.forEach((p, i) => (density[i] = p / total))
  const moment = (f: (x: number) => number): number =>
    density.reduce((sum, p, i) => sum + p * f(x[i]!), 0) * step
  const mean = moment((x) => x)
  return { x, density, mean, variance: moment((x) => (x - mean) ** 2) }
}
