/**
 * DDPM on handwritten digits of 16 × 16: the chain of a thousand steps as it was published, and a U-Net that predicts the noise and is
 * told the digit, or, one time in eight, nothing: so it can be asked for p(x | y), for p(x), and be guided without a classifier.
 *
 * Ho, Jain and Abbeel, 2020, https://arxiv.org/abs/2006.11239; Ho and Salimans, 2022, https://arxiv.org/abs/2207.12598
 */
import { digits } from '../data/images/digits'
import { denoiser, type NetworkDenoiser } from '../denoiser'
import { ddpm } from '../processes/ddpm'
import { unet } from '../unet'
import type { ModelBuilder } from './builder'

export const digitsDdpm = {
  name: 'digits-ddpm',
  about: 'DDPM on handwritten digits, 16 × 16, that is told the class or nothing',
  build: (stream) =>
    denoiser(ddpm(), unet({ shape: [16, 16, 1], channels: 16, conditions: { class: 10 } }), {
      predicts: 'noise',
      drop: 0.125,
      stream,
    }),
  data: () => digits({ size: 16 }),
} satisfies ModelBuilder<NetworkDenoiser>
