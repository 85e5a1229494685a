/** The simplest linear steps: one request, x_s = a x̂₀ + b ε̂ + c z, with z fresh standard normal noise. */
import { sum, type Method } from './linear'

export interface SimpleStep {
  /** Coefficient of the predicted clean data x̂₀. */
  readonly x0: number
  /** Coefficient of the predicted noise ε̂. */
  readonly noise: number
  /** Standard deviation of the fresh noise. */
  readonly deviation: number
}

/** The method with these coefficients. */
export function simple(coefficients: (t: number, s: number) => SimpleStep): Method {
  return ({ ask, fresh }, t, s) => {
    const { x0, noise, deviation } = coefficients(t, s)
    const asked = ask(t)
    return sum([x0, asked.x0], [noise, asked.noise], [deviation, fresh()])
  }
}
