/**
 * Classifier-free guidance: a barycentre of the scores with and without condition, both of one network,
 *
 *   s_γ = (1 − γ) s_∅ + γ s_y.
 *
 * γ = 0 is the model without condition, γ = 1 the conditional model, unguided; γ > 1 goes beyond it. The network learns both
 * because training leaves the condition out now and then (`denoiser`'s `drop`). It is classifier guidance by the classifier
 * that the two scores imply (`implicit.ts`).
 *
 * Others count from the conditional model, s = (1 + ω) s_y − ω s_∅: `weight` is that ω, γ = 1 + ω. A "scale" of 1 is no
 * guidance in the first convention and γ = 2 in the second. Some lectures write γ in the formula and call the same number the
 * guidance scale s or the guidance weight λ elsewhere.
 *
 * Ho and Salimans, "Classifier-free diffusion guidance", 2022, https://arxiv.org/abs/2207.12598
 */
import { holding } from '../../tensor'
import type { Condition } from '../condition'
import { asDenoiser, type Denoiser } from '../denoiser'
import { madeOf, passesOf, scaledPasses } from '../passes'
import type { Curve } from '../process'
import type { Prediction } from '../prediction'
import type { State, Time } from '../state'
import { expectDenoiser, expectScale } from './expect'
import { weighted } from './predictions'

/** How strong the guidance is, in one of two conventions. */
export interface GuidanceScale {
  /** γ: 0 unconditional, 1 conditional, more is guidance. */
  readonly scale?: number
  /** Or ω = γ − 1: 0 conditional, more is guidance. */
  readonly weight?: number
}

/** γ of the options. @throws TypeError unless exactly one is given; RangeError unless it is finite. */
export function gammaOf(caller: string, { scale, weight }: GuidanceScale): number {
  if ((scale === undefined) === (weight === undefined))
    throw new TypeError(
      `${caller}: give either scale, γ (1 is the conditional model), or weight, ω = γ − 1 (0 is the conditional model)`,
    )
  const [name, value] = scale === undefined ? (['weight', weight!] as const) : (['scale', scale] as const)
  expectScale(caller, name, value)
  return name === 'scale' ? value : 1 + value
}

/**
 * The denoiser with s_γ = (1 − γ) s_∅ + γ s_y. Each prediction asks the network twice, unless γ is 0 or 1.
 *
 * @param condition y: values for all states alike, or as many as states will be asked for.
 */
export function classifierFree<S extends State>(
  model: Denoiser<S>,
  condition: Condition,
  options: GuidanceScale = {},
): Denoiser<S> {
  const gamma = gammaOf('classifierFree', options)
  return between('classifierFree', model, condition, () => gamma)
}

/** (1 − γ(t)) s_∅ + γ(t) s_y. */
export function between<S extends State>(
  caller: string,
  model: Denoiser<S>,
  condition: Condition,
  gamma: Curve,
): Denoiser<S> {
  expectDenoiser(model, caller)
  if ((condition as Condition | undefined) === undefined || condition === null)
    throw new TypeError(`${caller}: the second argument must be a condition, such as { class: 3 }`)
  const predict = (x: S, t: Time): Prediction<S> => {
    const times = typeof t === 'number' ? [t] : Array.from(t)
    const gammas = times.map(gamma)
    if (gammas.every((g) => g === 1)) return model.predict(x, t, condition)
    if (gammas.every((g) => g === 0)) return model.predict(x, t, null)
    return weighted([(t) => 1 - gamma(t), model.predict(x, t, null)], [gamma, model.predict(x, t, condition)])
  }
  const passes = passesOf(model)
  madeOf(
    predict,
    passes &&
      ((t) => [
        ...scaledPasses(1 - gamma(t), passes(t, null)),
        ...scaledPasses(gamma(t), passes(t, condition)),
      ]),
  )
  return asDenoiser(model.process, model.shape, holding(predict, model, condition))
}
