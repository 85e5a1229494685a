/**
 * Glow of three scales on handwritten digits of 16 × 16 whose pixels are one of eight greys, with dequantisation learned beside it.
 *
 * Kingma and Dhariwal, 2018, https://arxiv.org/abs/1807.03039; Ho et al., 2019, https://arxiv.org/abs/1902.00275
 */
import { digits } from '../data/images/digits'
import { quantised } from '../data/images/augment'
import { learnedNoise } from '../flows/dequantiser'
import { discrete, type DiscreteFlow } from '../flows/discrete'
import { flow } from '../flows/flow'
import { glow } from '../flows/recipes'
import type { ModelBuilder } from './builder'

/** Greys of a pixel. */
const LEVELS = 8
const shape = [16, 16, 1] as const

export const digitsGlow = {
  name: 'digits-glow',
  about: 'Glow in three scales on handwritten digits, 16 × 16 in eight greys, with learned dequantisation',
  build: (stream) =>
    discrete(flow(glow({ shape, levels: 3, steps: 8, channels: 40 }), { stream }), {
      levels: LEVELS,
      noise: learnedNoise({ shape }),
      stream,
    }),
  data: () => quantised(digits({ size: 16 }), { levels: LEVELS }),
} satisfies ModelBuilder<DiscreteFlow>
