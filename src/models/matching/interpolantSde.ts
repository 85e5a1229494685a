/**
 * Samples along a bridge with noise. From t to s, with h = |s − t|, Euler and Maruyama's step is
 *
 *   x_s = x − h v + h ε score + √(2εh) z   down (s < t),   x_s = x + h v + h ε score + √(2εh) z   up,
 *
 * with ε = ε(t) at the start of the step and ε · score = −(ε/γ) η. For ε = 0 it is Euler's method for the ODE; all ε give
 * the same laws p_t in the limit of small steps. Where the velocity or the score is wrong, some noise mends part of it.
 *
 * Albergo, Boffi and Vanden-Eijnden, 2023, corollary 2.18, https://arxiv.org/abs/2303.08797
 */
import { over, type Curve } from '../process'
import { timesOf, walk, type Sampler, type TimeOptions } from '../sample'
import { combine, normalLike, type State } from '../state'
import type { Bridge } from './bridge'

export interface InterpolantSdeOptions extends TimeOptions {
  /** ε(t), not negative. Default γ(t), for which ε · score stays finite at both ends. */
  readonly epsilon?: Curve | number
}

/**
 * The sampler along a bridge, down from x₁ to x₀, or up where the times rise.
 *
 * @throws RangeError for a negative ε, or for ε > 0 where γ = 0 at a time that a step starts from.
 */
export function interpolantSde<S extends State>(
  model: Bridge<S>,
  { epsilon, ...options }: InterpolantSdeOptions = {},
): Sampler<S> {
  if (typeof (model as Partial<Bridge<S>> | undefined)?.latent !== 'function')
    throw new TypeError(
      'interpolantSde: the first argument must be a bridge, such as bridge(…) or exactBridge(…)',
    )
  const { path } = model
  const times = timesOf(model.process, options)
  const strength: Curve =
    epsilon === undefined ? path.gamma : typeof epsilon === 'number' ? () => epsilon : epsilon
  // ε/γ, the factor of −η.
  const ratio: Curve =
    epsilon === undefined ? () => 1 : (t) => (strength(t) === 0 ? 0 : strength(t) / path.gamma(t))
  for (const t of times.slice(0, -1)) {
    if (!(strength(t) >= 0 && strength(t) < Infinity))
      throw new RangeError(`interpolantSde: epsilon must not be negative, but is ${strength(t)} at t = ${t}`)
    if (!Number.isFinite(ratio(t)))
      throw new RangeError(
        `interpolantSde: at t = ${t} the path ${path.name} has no noise, so epsilon must be 0 there, not ${strength(t)}; ` +
          'start from another time, or leave epsilon out',
      )
  }
  return walk(model, times, (counted, x, t, s, stream) => {
    const h = Math.abs(s - t)
    const mean = combine(
      [1, x],
      [s - t, counted.predict(x, t).velocity],
      [over(t, (time) => -h * ratio(time)), model.latent(x, t)],
    )
    const deviation = Math.sqrt(2 * strength(t) * h)
    return deviation === 0 ? mean : combine([1, mean], [deviation, normalLike(mean, stream)])
  })
}
