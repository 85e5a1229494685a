/**
 * A judge of guided digits: a classifier of clean handwritten digits of 16 × 16 that guides nothing. Of another architecture than the
 * classifier that guides, from another seed, and trained on pictures with a little noise of one level, so that what fools the one does
 * not fool the other.
 */
import { digits } from '../data/images/digits'
import { classifier, type NetworkClassifier } from '../guidance/classifier'
import { encoder } from '../pictures/encoder'
import { ddpm } from '../processes/ddpm'
import type { ModelBuilder } from './builder'

export const digitsJudge = {
  name: 'digits-judge',
  about: 'A classifier of clean handwritten digits, 16 × 16, that judges guided samples and guides none',
  build: (stream) => {
    const network = encoder({
      shape: [16, 16, 1],
      outputs: 10,
      channels: 12,
      multipliers: [1, 2, 2],
      groups: 4,
    })
    return classifier(ddpm(), network, { classes: 10, clean: true, stream })
  },
  data: () => digits({ size: 16, noise: 0.05 }),
} satisfies ModelBuilder<NetworkClassifier>
