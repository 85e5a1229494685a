/**
 * A rectified flow of handwritten digits of 16 × 16, by flow matching on straight paths: the U-Net predicts the velocity ε − x₀ at
 * x_t = (1 − t) x₀ + t ε, and is told the digit, or, one time in ten, nothing.
 *
 * Lipman et al., 2023, https://arxiv.org/abs/2210.02747; Liu, Gong and Liu, 2023, https://arxiv.org/abs/2209.03003
 */
import { digits } from '../data/images/digits'
import { denoiser, type NetworkDenoiser } from '../denoiser'
import { rectified } from '../processes/rectified'
import { unet } from '../unet'
import type { ModelBuilder } from './builder'

export const digitsFlow = {
  name: 'digits-flow',
  about: 'Rectified flow of handwritten digits, 16 × 16, that is told the class or nothing',
  build: (stream) =>
    denoiser(rectified(), unet({ shape: [16, 16, 1], channels: 16, conditions: { class: 10 } }), {
      predicts: 'velocity',
      drop: 0.1,
      stream,
    }),
  data: () => digits({ size: 16 }),
} satisfies ModelBuilder<NetworkDenoiser>
