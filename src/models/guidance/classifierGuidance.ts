/**
 * Classifier guidance in score form: the model's score plus γ times the gradient of a classifier,
 *
 *   s_γ(x_t) = ∇ log p(x_t) + γ ∇ log p_φ(y | x_t).
 *
 * γ = 1 is Bayes' rule. γ > 1 sharpens the classifier: more typical samples of the class, and less variety.
 *
 * Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021, appendix I,
 * https://arxiv.org/abs/2011.13456; Dhariwal and Nichol, "Diffusion models beat GANs on image synthesis", NeurIPS 2021,
 * https://arxiv.org/abs/2105.05233
 */
import { holding } from '../../tensor'
import type { Denoiser } from '../denoiser'
import type { State, Time } from '../state'
import type { Classifier, Labels } from './classifier'
import { expectDenoiser, expectLabels } from './expect'
import { guided, type Guide } from './guide'

/** What is wanted, and how much. */
export interface ClassifierGuidanceOptions {
  /** y: one class for all states, or one for each. */
  readonly class: Labels
  /** γ. Default 1. */
  readonly scale?: number
}

/** The guide of a classifier for one class, or one for each state. */
export function classifierGuide<S extends State>(classifier: Classifier<S>, label: Labels): Guide<S> {
  if (typeof (classifier as Partial<Classifier<S>> | undefined)?.gradient !== 'function')
    throw new TypeError('classifier guidance needs a classifier, such as classifier(…) or exactClassifier(…)')
  expectLabels('classifier guidance', label, classifier.classes)
  return holding((x: S, t: Time): S => classifier.gradient(x, t, label), classifier)
}

/** The denoiser with s + γ ∇ log p(y | x_t). */
export function classifierGuidance<S extends State>(
  model: Denoiser<S>,
  classifier: Classifier<S>,
  { class: label, scale = 1 }: ClassifierGuidanceOptions,
): Denoiser<S> {
  expectDenoiser(model, 'classifierGuidance')
  return guided(model, classifierGuide(classifier, label), { scale })
}
