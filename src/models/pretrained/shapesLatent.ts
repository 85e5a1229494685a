/**
 * Latent diffusion: the codes of `shapes-autoencoder`, times the factor on its card, told a caption as `shapes-text` is.
 *
 * Rombach et al., 2022, https://arxiv.org/abs/2112.10752
 */
import { CAPTION_LENGTH, vocabulary } from '../data/images/captions'
import { shapes } from '../data/images/shapes'
import { denoiser, type NetworkDenoiser } from '../denoiser'
import { cosineProcess } from '../processes/cosineProcess'
import { unet } from '../unet'
import type { ModelBuilder } from './builder'

export const shapesLatent = {
  name: 'shapes-latent',
  about:
    'Latent diffusion: scaled codes of shapes-autoencoder, told a caption by cross-attention, or nothing',
  build: (stream) => {
    const network = unet({
      shape: [4, 4, 4],
      multipliers: [1],
      conditions: { caption: { tokens: vocabulary.length, length: CAPTION_LENGTH } },
      conditioning: 'cross-attention',
    })
    return denoiser(cosineProcess(), network, { predicts: 'v', drop: 0.1, stream })
  },
  /** The pictures, which are encoded on the way. */
  data: () => shapes({ things: 'any' }),
} satisfies ModelBuilder<NetworkDenoiser>
