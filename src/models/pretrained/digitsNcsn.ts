/**
 * A noise-conditional score network of handwritten digits of 16 × 16, by the techniques of NCSNv2: forty geometric noise scales, the
 * largest about as large as the largest distance between two digits, neighbours in the ratio at which half of their shells overlap;
 * a network that is not told the scale, s(x, σ) = F(x)/σ; averaged parameters.
 *
 * Song and Ermon, "Improved techniques for training score-based generative models", NeurIPS 2020,
 * https://arxiv.org/abs/2006.09011
 */
import { digits } from '../data/images/digits'
import { denoiser, type NetworkDenoiser } from '../denoiser'
import { ncsnHead } from '../head'
import { ncsn } from '../processes/ncsn'
import { geometricScales } from '../processes/scales'
import { unet } from '../unet'
import type { ModelBuilder } from './builder'

export const digitsNcsn = {
  name: 'digits-ncsn',
  about:
    'A score network of handwritten digits, 16 × 16, at forty noise scales, for annealed Langevin dynamics',
  build: (stream) => {
    const process = ncsn({ sigmas: geometricScales(15, 0.05, 40) })
    return denoiser(process, unet({ shape: [16, 16, 1], channels: 16, multipliers: [1, 1, 2] }), {
      predicts: ncsnHead(process),
      stream,
    })
  },
  data: () => digits({ size: 16 }),
} satisfies ModelBuilder<NetworkDenoiser>
