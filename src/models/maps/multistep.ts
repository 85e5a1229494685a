/**
 * Samples of a consistency model in one or a few steps.
 *
 * Song et al., "Consistency models", 2023, algorithm 1, https://arxiv.org/abs/2303.01469
 */
import { processOf, walk, type Sampler } from '../sample'
import { combine, normalLike, type State } from '../state'
import type { ConsistencyModel } from './consistency'

export interface MultistepOptions {
  /**
   * Noise levels at which the model is asked, falling from σ_max. Default [σ_max]: one step. Each more is one more
   * evaluation, and mends what the one before got wrong.
   */
  readonly sigmas?: readonly number[]
}

/**
 * x ← f(x, σ), then noise again up to the next, lower level τ,
 *
 *   x_τ = f(x_σ, σ) + √(τ² − σ_min²) z,
 *
 * until f is asked for the last time.
 *
 * @throws RangeError for levels that do not fall, or lie outside [σ_min, σ_max].
 */
export function multistep<S extends State>(
  model: ConsistencyModel<S>,
  { sigmas }: MultistepOptions = {},
): Sampler<S> {
  processOf(model, 'multistep')
  if (typeof (model as Partial<ConsistencyModel<S>>).origin !== 'function')
    throw new TypeError('multistep: the first argument must be a consistency model, such as consistency(…)')
  const { sigmaMin, sigmaMax } = model
  const levels = sigmas ?? [sigmaMax]
  const fall = levels.every(
    (sigma, i) => sigma > sigmaMin && sigma <= sigmaMax && (i === 0 || sigma < levels[i - 1]!),
  )
  if (!levels.length || !fall)
    throw new RangeError(
      `multistep: sigmas must fall, from at most ${sigmaMax} to above ${sigmaMin}, but are ${levels.join(', ')}`,
    )
  return walk(model, [...levels, sigmaMin], (counted, x, sigma, next, stream) => {
    const origin = counted.predict(x, sigma).x0
    const deviation = Math.sqrt(next ** 2 - sigmaMin ** 2)
    return deviation === 0 ? origin : combine([1, origin], [deviation, normalLike(x, stream)])
  })
}
