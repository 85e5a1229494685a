/**
 * One denoiser on another process. Two Gaussian processes differ only in how they scale the state and count time: with λ = log(α/σ)
 * the same for (x, t) here and (x̃, t̃) there,
 *
 *   x / α_t = x_0 + (σ_t/α_t) ε = x̃ / α̃_t̃,   so   x = (α_t/α̃_t̃) x̃ = (σ_t/σ̃_t̃) x̃,
 *
 * and x̂₀ and ε̂ are the same. So a network that was trained on VP's process can be asked on EDM's, and what is trained on one can be
 * distilled on another.
 *
 * Kingma and Gao, "Understanding diffusion objectives as the ELBO with simple data augmentation", 2023, appendix C,
 * https://arxiv.org/abs/2303.00848; Karras et al., 2022, appendix B, https://arxiv.org/abs/2206.00364
 */
import { holding } from '../tensor'
import type { Condition } from './condition'
import { asDenoiser, type Denoiser } from './denoiser'
import { timeAt } from './grids'
import { Prediction } from './prediction'
import { over, type Curve, type GaussianProcess } from './process'
import { combine, type State, type Time } from './state'

/**
 * @param model a denoiser of a process on an interval of times.
 * @param process what the result is a denoiser of. Its times may reach noise levels that the model never saw: asking there throws.
 * @returns a denoiser that asks `model` once for every prediction.
 */
export function onProcess<S extends State>(model: Denoiser<S>, process: GaussianProcess): Denoiser<S> {
  // Cells are not type-checked before they run.
  if (typeof (model as Partial<Denoiser<S>> | undefined)?.predict !== 'function')
    throw new TypeError('onProcess: the first argument must be a denoiser, such as denoiser(…)')
  if (typeof (process as Partial<GaussianProcess> | undefined)?.alpha !== 'function')
    throw new TypeError('onProcess: the second argument must be a process, such as edm()')
  const { timeOf, scale } = onOther(model.process, process, 'onProcess')
  const predict = (x: S, time: Time, condition?: Condition): Prediction<S> => {
    const t = over(time, timeOf)
    const { parts } = model.predict(combine([over(time, scale), x]), t, condition)
    return new Prediction(
      process,
      time,
      parts.map(({ value, ofX0, ofNoise }) => ({
        value,
        ofX0: (time: number) => ofX0(timeOf(time)),
        ofNoise: (time: number) => ofNoise(timeOf(time)),
      })),
    )
  }
  return asDenoiser(process, model.shape, holding(predict, model))
}

/** How times and states of one process are read on another. */
export interface Reading {
  /** t with the noise level of t̃. */
  readonly timeOf: Curve
  /** x_t / x̃_t̃. */
  readonly scale: Curve
}

/**
 * @param own the process that is asked. @param other the process on which one asks, at t̃.
 * @throws RangeError where `own` is a table, and from the curves where it never has the noise level that is asked for.
 */
export function onOther(own: GaussianProcess, other: GaussianProcess, caller: string): Reading {
  if (own.times.discrete)
    throw new RangeError(
      `${caller}: ${own.name} is a table of steps and knows no times between them; use its limit, such as vp()`,
    )
  const timeOf = matchingTime(own, other)
  return {
    timeOf,
    scale(time) {
      const t = timeOf(time)
      const [alpha, sigma] = [other.alpha(time), other.sigma(time)]
      // The two are the same; of a ratio near 0/0 little would be right.
      return alpha > sigma ? own.alpha(t) / alpha : own.sigma(t) / sigma
    },
  }
}

/** How many times are remembered: more than a batch has. */
const REMEMBERED = 4096

/** The time of `own` with the noise level that `other` has at a time. */
function matchingTime(own: GaussianProcess, other: GaussianProcess): Curve {
  const { from, to } = own.times
  const known = new Map<number, number>()
  const find: Curve = (time) => {
    const lambda = other.logSnr(time)
    // At clean data and at pure noise, λ may be infinite.
    if (lambda === own.logSnr(from)) return from
    return lambda === own.logSnr(to) ? to : timeAt(own, lambda)
  }
  return (time) => {
    const before = known.get(time)
    if (before !== undefined) return before
    if (known.size === REMEMBERED) known.clear()
    const t = find(time)
    known.set(time, t)
    return t
  }
}
