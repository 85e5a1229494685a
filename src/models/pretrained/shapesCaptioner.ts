/**
 * What is to be seen: captions of coloured shapes, 16 × 16, at every noise level of `shapes-text`, which it can guide.
 *
 * Xu et al., 2015, https://arxiv.org/abs/1502.03044; Song et al., 2021, appendix I.4, https://arxiv.org/abs/2011.13456
 */
import { CAPTION_LENGTH, vocabulary } from '../data/images/captions'
import { shapes } from '../data/images/shapes'
import { captioner, type Captioner } from '../pictures/captioner'
import { cosineProcess } from '../processes/cosineProcess'
import type { ModelBuilder } from './builder'

export const shapesCaptioner = {
  name: 'shapes-captioner',
  about: 'A captioner of coloured shapes, 16 × 16, clean and noisy',
  build: (stream) =>
    captioner(cosineProcess(), {
      ...{ shape: [16, 16, 3], tokens: vocabulary.length, length: CAPTION_LENGTH },
      stream,
    }),
  data: () => shapes({ things: 'any' }),
} satisfies ModelBuilder<Captioner>
