/**
 * Autoguidance: a model guided by a bad version of itself, which makes the same mistakes, only more of them,
 *
 *   D_w = D_bad + w (D − D_bad).
 *
 * Going from the bad prediction through the good one and beyond undoes mistakes that they share, and since both know the same
 * condition, it does not push towards what is typical of a class. w = 1 is the model, unguided.
 *
 * Karras et al., "Guiding a diffusion model with a bad version of itself", NeurIPS 2024, https://arxiv.org/abs/2406.02507
 */
import { holding } from '../../tensor'
import { asDenoiser, type Denoiser } from '../denoiser'
import type { State } from '../state'
import { expectAlike, expectDenoiser, expectScale } from './expect'
import { weighted } from './predictions'

/**
 * @param model D.
 * @param bad D_bad: a smaller network, or one trained for a shorter time, on the same data and process.
 * @param weight w; 1 is no guidance. Both are told the condition, if any.
 */
export function autoguidance<S extends State>(
  model: Denoiser<S>,
  bad: Denoiser<S>,
  { weight }: { readonly weight: number },
): Denoiser<S> {
  expectDenoiser(model, 'autoguidance')
  expectDenoiser(bad, 'autoguidance', 'second')
  expectAlike('autoguidance', model, bad)
  expectScale('autoguidance', 'weight', weight)
  return asDenoiser(
    model.process,
    model.shape,
    holding(
      (x, t, condition) =>
        weighted(
          [() => 1 - weight, bad.predict(x, t, condition)],
          [() => weight, model.predict(x, t, condition)],
        ),
      model,
      bad,
    ),
  )
}
