/** Mixtures of Gaussians that have a name, each known exactly. */
import { expectPositive, expectWhole } from './law'
import { mixture, type Mixture, type MixtureOptions } from './mixture'

export interface GaussianOptions {
  /** μ. Default: the origin of the plane. */
  readonly mean?: readonly number[]
  /** √variance of every coordinate. Default 1. */
  readonly deviation?: number
  /** Or the covariance matrix Σ, symmetric and positive definite. */
  readonly covariance?: readonly (readonly number[])[]
}

/** N(μ, Σ), in any dimension: a mixture of one component. By default N(0, I) in the plane. */
export function gaussian({ mean, deviation, covariance }: GaussianOptions = {}): Mixture {
  const dim = mean?.length ?? covariance?.length ?? 2
  const options: MixtureOptions = { means: [mean ?? Array.from({ length: dim }, () => 0)] }
  if (covariance && deviation !== undefined)
    throw new RangeError('gaussian: give either a deviation or a covariance, not both')
  return mixture({ ...options, ...(covariance ? { covariances: [covariance] } : { deviations: deviation }) })
}

/**
 * Round Gaussians with equal weights on a circle, at the angles 2πk/count. For eight, the default, the variance of each
 * coordinate is radius²/2 + deviation² = 0.99; the components barely touch.
 *
 * @param count how many. Default 8.
 * @param radius of the circle. Default 1.4.
 * @param deviation of each component. Default 0.1.
 */
export function eightGaussians({
  count = 8,
  radius = 1.4,
  deviation = 0.1,
}: { count?: number; radius?: number; deviation?: number } = {}): Mixture {
  expectWhole('eightGaussians', 'count', count)
  expectPositive('eightGaussians', 'radius', radius)
  expectPositive('eightGaussians', 'deviation', deviation)
  const means = Array.from({ length: count }, (_, k) => {
    const angle = (2 * Math.PI * k) / count
    return [radius * Math.cos(angle), radius * Math.sin(angle)]
  })
  return { ...mixture({ means, deviations: deviation }), name: `${count} Gaussians` }
}

/**
 * The toy of noise conditional score networks, 0.8 · N((5, 5), I) + 0.2 · N((−5, −5), I): two modes so far apart that the
 * weights cannot be seen in the score of clean data. Its coordinates have mean 3 and variance 17; it is not scaled.
 *
 * Song and Ermon, "Generative modeling by estimating gradients of the data distribution", NeurIPS 2019, section 3.2,
 * https://arxiv.org/abs/1907.05600
 */
export function ncsnToy(): Mixture {
  const means = [
    [5, 5],
    [-5, -5],
  ]
  return { ...mixture({ means, weights: [0.8, 0.2] }), name: 'NCSN toy' }
}
