import { trilemmaFigure, type TrilemmaPoint } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { draw } from './draw'

/**
 * Models as points of quality, diversity and speed, by name.
 *
 * Xiao, Kreis and Vahdat, "Tackling the generative learning trilemma with denoising diffusion GANs", ICLR 2022,
 * https://arxiv.org/abs/2112.07804
 *
 * @throws FigureError where there is no model, or a number is out of its range.
 */
export function trilemma(
  models: Readonly<Record<string, TrilemmaPoint>>,
  options: { readonly title?: string } = {},
): Promise<DisplayHandle> {
  return draw('the trilemma', () => trilemmaFigure(models, options))
}
