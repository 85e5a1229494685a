/**
 * What a prediction is made of where it is a sum of networks' outputs, all read by heads: a pass for each network and condition,
 *
 *   x̂₀ = Σ w x̂₀⁽ᵖ⁾,   ε̂ = Σ w ε̂⁽ᵖ⁾.
 *
 * Denoisers and guidance rules declare this of their `predict`, for those who can evaluate networks faster than one operation
 * after the other. Whoever replaces `predict` has another function, of which nothing is declared.
 */
import type { Condition } from './condition'
import type { Denoiser } from './denoiser'
import type { Head } from './head'
import type { Network, Params } from './network'
import type { State } from './state'

/** A network that is asked, and what its answer counts. */
export interface Pass {
  readonly network: Network
  readonly params: Params
  readonly head: Head
  readonly condition: Condition
  readonly weight: number
}

/** The passes of a prediction at one time for all states, for a model that is told `condition`. */
export type Passes = (t: number, condition: Condition) => readonly Pass[]

const declared = new WeakMap<object, Passes>()

/** Declares what the predictions of `predict` are made of. @returns `predict`. */
export function madeOf<P extends object>(predict: P, passes: Passes | undefined): P {
  if (passes) declared.set(predict, passes)
  return predict
}

/** What the predictions of a denoiser are made of, where it is known. */
export function passesOf<S extends State>(model: Denoiser<S>): Passes | undefined {
  return declared.get(model.predict)
}

/** Passes that count `weight` times as much. */
export function scaledPasses(weight: number, passes: readonly Pass[]): Pass[] {
  return weight === 0 ? [] : passes.map((pass) => ({ ...pass, weight: weight * pass.weight }))
}
