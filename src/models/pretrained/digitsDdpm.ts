/**
 * DDPM on handwritten digits of 16 × 16: the chain of a thousand steps as it was published, and a U-Net that is told the digit, or, one
 * time in eight, nothing: so it can be asked for p(x | y), for p(x), and be guided without a classifier.
 *
 * What it predicts is v = αε − σx₀ instead of the noise, which is the same question asked otherwise: at t = T, where α = 0.006, an x̂₀ made
 * of ε̂ has 160 times its error, and few steps cannot make up for that. Times are drawn as T u^1.4, since half of a linear chain's steps
 * are almost pure noise.
 *
 * Ho, Jain and Abbeel, 2020, https://arxiv.org/abs/2006.11239; Salimans and Ho, 2022, https://arxiv.org/abs/2202.00512; Ho and Salimans,
 * 2022, https://arxiv.org/abs/2207.12598
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
      predicts: 'v',
      times: (u) => u ** 1.4,
      drop: 0.125,
      stream,
    }),
  data: () => digits({ size: 16 }),
} satisfies ModelBuilder<NetworkDenoiser>
