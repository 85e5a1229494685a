/**
 * Predictions put together: what guidance does to them.
 *
 * Every reading of a prediction is linear in its parts, so a weighted sum of predictions is one of their x̂₀, ε̂, scores and
 * velocities alike. A change of the score by g is a change of x̂₀ by (σ²/α) g and of ε̂ by −σ g.
 */
import { Prediction, type Part } from '../prediction'
import type { Curve } from '../process'
import type { State } from '../state'

/** Σ w_i · prediction_i at one time, of one process. Weights that sum to one keep α x̂₀ + σ ε̂ = x_t. */
export function weighted<S extends State>(
  ...terms: readonly (readonly [weight: Curve, prediction: Prediction<S>])[]
): Prediction<S> {
  const [, first] = terms[0]!
  const parts = terms.flatMap(([weight, { parts }]) =>
    parts.map((part): Part<S> => ({
      value: part.value,
      ofX0: (t) => times(weight(t), part.ofX0, t),
      ofNoise: (t) => times(weight(t), part.ofNoise, t),
    })),
  )
  return new Prediction(first.process, first.t, parts)
}

/** Nothing of an infinite share is nothing. */
function times(weight: number, share: Curve, t: number): number {
  return weight === 0 ? 0 : weight * share(t)
}

/** The prediction whose score is score + scale(t) · gradient. */
export function withScore<S extends State>(
  prediction: Prediction<S>,
  gradient: S,
  scale: Curve,
): Prediction<S> {
  const { process, t, parts } = prediction
  return new Prediction(process, t, [
    ...parts,
    {
      value: gradient,
      ofX0: (t) => times(scale(t), (t) => process.sigma(t) ** 2 / process.alpha(t), t),
      ofNoise: (t) => -scale(t) * process.sigma(t),
    },
  ])
}
