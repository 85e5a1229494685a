/**
 * Language guidance: a captioner's log p(y | x_t) of a caption y, in score form,
 *
 *   s_γ(x_t) = ∇ log p(x_t) + γ ∇ log p(y | x_t),   log p(y | x_t) = Σ_k log p(w_k | w_1, …, w_{k−1}, x_t).
 *
 * The model itself knows no words. It is classifier guidance with as many classes as there are captions.
 *
 * Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021, appendix I,
 * https://arxiv.org/abs/2011.13456
 */
import { encodeCaptions } from '../data/images/captions'
import type { Denoiser } from '../denoiser'
import type { Captioner } from '../pictures/captioner'
import { expectDenoiser, expectScale } from './expect'
import { guided, guideOf, type Guide } from './guide'

export interface LanguageGuidanceOptions {
  /** y: one caption for all states, or one for each. */
  readonly caption: string | readonly string[]
  /** γ. Default 1. */
  readonly scale?: number
}

/** The guide of a captioner for one caption, or one for each state. @throws SyntaxError for what is no caption. */
export function captionGuide(captioner: Captioner, caption: string | readonly string[]): Guide {
  if (typeof (captioner as Partial<Captioner> | undefined)?.logProbability !== 'function')
    throw new TypeError('language guidance needs a captioner, such as captioner(…)')
  const tokens = encodeCaptions(typeof caption === 'string' ? [caption] : caption)
  return guideOf((x, t) => captioner.logProbability(x, t, tokens), captioner)
}

/** The denoiser with s + γ ∇ log p(caption | x_t). Where α = 0 nothing of the picture is left, and nothing can be said of it. */
export function languageGuidance(
  model: Denoiser,
  captioner: Captioner,
  { caption, scale = 1 }: LanguageGuidanceOptions,
): Denoiser {
  expectDenoiser(model, 'languageGuidance')
  expectScale('languageGuidance', 'scale', scale)
  const { alpha } = model.process
  return guided(model, captionGuide(captioner, caption), { scale: (t) => (alpha(t) === 0 ? 0 : scale) })
}
