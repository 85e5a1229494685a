import type { Curve, GaussianProcess } from '../process'

/**
 * r², the variance of each number of x₀ given x_t: by default σ²/(α² + σ²), exact for data N(0, I).
 *
 * @throws RangeError, when asked, for a variance that is negative or not finite.
 */
export function spreadOf(caller: string, { alpha, sigma }: GaussianProcess, spread?: Curve): Curve {
  if (spread === undefined) return (t) => sigma(t) ** 2 / (alpha(t) ** 2 + sigma(t) ** 2)
  if (typeof spread !== 'function')
    throw new TypeError(`${caller}: spread must be a function of time, but is ${String(spread)}`)
  return (t) => {
    const variance = spread(t)
    if (variance >= 0 && variance < Infinity) return variance
    throw new RangeError(`${caller}: spread must give variances, but at t = ${t} it is ${String(variance)}`)
  }
}
