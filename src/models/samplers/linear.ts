/** Steps that are one linear combination, x_s = a x̂₀ + b ε̂ + c z, with z fresh standard normal noise. */
import { combine, normalLike, type State } from '../state'
import type { Step } from '../sample'

export interface LinearStep {
  /** Coefficient of the predicted clean data x̂₀. */
  readonly x0: number
  /** Coefficient of the predicted noise ε̂. */
  readonly noise: number
  /** Standard deviation of the fresh noise. */
  readonly deviation: number
}

/** The step with these coefficients, for any kind of state. */
export function linearStep<S extends State>(coefficients: (t: number, s: number) => LinearStep): Step<S> {
  return (model, x, t, s, stream) => {
    const { x0, noise, deviation } = coefficients(t, s)
    const mean = model.predict(x, t).combination(
      () => x0,
      () => noise,
    )
    return deviation === 0 ? mean : combine([1, mean], [deviation, normalLike(mean, stream)])
  }
}
