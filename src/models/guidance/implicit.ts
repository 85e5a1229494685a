/**
 * The classifier that a conditional and an unconditional model imply. By Bayes' rule read the other way round,
 *
 *   ∇ log p(y | x_t) = ∇ log p(x_t | y) − ∇ log p(x_t),
 *
 * no classifier need be trained; guidance by this one with γ is classifier-free guidance with γ.
 *
 * Ho and Salimans, "Classifier-free diffusion guidance", 2022, https://arxiv.org/abs/2207.12598
 */
import { holding } from '../../tensor'
import type { Condition } from '../condition'
import { inScope, type Denoiser } from '../denoiser'
import { combine, type State, type Time } from '../state'
import { expectAlike, expectDenoiser } from './expect'
import type { Guide } from './guide'

/**
 * The guide s_y − s_∅ of one model that takes conditions, or of two models.
 *
 * @param model s_y, told `condition`; and s_∅, told nothing, unless `unconditional` is another model.
 */
export function implicitGuide<S extends State>(
  model: Denoiser<S>,
  condition: Condition,
  { unconditional = model }: { readonly unconditional?: Denoiser<S> } = {},
): Guide<S> {
  expectDenoiser(model, 'implicitGuide')
  expectDenoiser(unconditional, 'implicitGuide', 'third')
  expectAlike('implicitGuide', model, unconditional)
  return holding(
    (x: S, t: Time): S =>
      inScope(x, () => combine([1, model.score(x, t, condition)], [-1, unconditional.score(x, t, null)])),
    model,
    unconditional,
    condition,
  )
}
