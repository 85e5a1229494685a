/**
 * Text to image: a diffusion model of coloured shapes, 16 × 16, one thing or two, whose U-Net is told a caption. At half the size every
 * place looks at every word; one caption in ten is left out in training, so that it can be guided without a classifier.
 *
 * Rombach et al., 2022, https://arxiv.org/abs/2112.10752; Nichol and Dhariwal, 2021, https://arxiv.org/abs/2102.09672; Ho and Salimans, 2022,
 * https://arxiv.org/abs/2207.12598
 */
import { CAPTION_LENGTH, vocabulary } from '../data/images/captions'
import { shapes } from '../data/images/shapes'
import { denoiser, type NetworkDenoiser } from '../denoiser'
import { cosineProcess } from '../processes/cosineProcess'
import { unet } from '../unet'
import type { ModelBuilder } from './builder'

export const shapesText = {
  name: 'shapes-text',
  about: 'Text to image: coloured shapes, 16 × 16, told a caption by cross-attention, or nothing',
  build: (stream) => {
    const network = unet({
      shape: [16, 16, 3],
      channels: 16,
      conditions: { caption: { tokens: vocabulary.length, length: CAPTION_LENGTH } },
      conditioning: 'cross-attention',
    })
    return denoiser(cosineProcess(), network, { predicts: 'v', drop: 0.1, stream })
  },
  data: () => shapes({ things: 'any' }),
} satisfies ModelBuilder<NetworkDenoiser>
