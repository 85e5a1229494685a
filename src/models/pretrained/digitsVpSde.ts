/**
 * The variance-preserving SDE on handwritten digits of 16 × 16, in continuous time: ODEs, SDEs, likelihoods. The U-Net
 * predicts v = αε − σx₀, and is told the digit, or, one time in eight, nothing.
 *
 * Song et al., 2021, https://arxiv.org/abs/2011.13456; Ho and Salimans, 2022, https://arxiv.org/abs/2207.12598
 */
import { digits } from '../data/images/digits'
import { denoiser, type NetworkDenoiser } from '../denoiser'
import { vp } from '../processes/vp'
import { unet } from '../unet'
import type { ModelBuilder } from './builder'

export const digitsVpSde = {
  name: 'digits-vpsde',
  about: 'VP-SDE in continuous time on handwritten digits, 16 × 16, that is told the class or nothing',
  build: (stream) =>
    denoiser(vp(), unet({ shape: [16, 16, 1], channels: 16, conditions: { class: 10 } }), {
      predicts: 'v',
      times: (u) => u ** 1.4,
      drop: 0.125,
      stream,
    }),
  data: () => digits({ size: 16 }),
} satisfies ModelBuilder<NetworkDenoiser>
