/**
 * A classifier of noisy handwritten digits of 16 × 16, p(y | x_t), for classifier guidance of the digits models: trained on all noise
 * levels of their process, and told which.
 *
 * Dhariwal and Nichol, "Diffusion models beat GANs on image synthesis", NeurIPS 2021, section 4,
 * https://arxiv.org/abs/2105.05233
 */
import { digits } from '../data/images/digits'
import { classifier, type NetworkClassifier } from '../guidance/classifier'
import { encoder } from '../pictures/encoder'
import { ddpm } from '../processes/ddpm'
import type { ModelBuilder } from './builder'

export const digitsClassifier = {
  name: 'digits-classifier',
  about: 'A classifier of noisy handwritten digits, 16 × 16, for classifier guidance',
  build: (stream) =>
    classifier(ddpm(), encoder({ shape: [16, 16, 1], outputs: 10, multipliers: [1, 2, 3] }), {
      classes: 10,
      stream,
    }),
  data: () => digits({ size: 16 }),
} satisfies ModelBuilder<NetworkClassifier>
