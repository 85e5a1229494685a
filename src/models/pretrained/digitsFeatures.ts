/**
 * What digits of 16 × 16 are compared by: a classifier of clean digits, with 64 features before its last map. Fréchet distances,
 * precision, recall and Inception scores of digits are those in this network.
 *
 * Heusel et al., 2017, https://arxiv.org/abs/1706.08500, who take a classifier of photographs.
 */
import { digits } from '../data/images/digits'
import { classifier, type NetworkClassifier } from '../guidance/classifier'
import { classifierFeatures, type ClassifierFeatures } from '../metrics/classifierFeatures'
import { encoder } from '../pictures/encoder'
import { vp } from '../processes/vp'
import type { ModelBuilder } from './builder'

export const digitsFeatures = {
  name: 'digits-features',
  about: 'A classifier of handwritten digits, 16 × 16, in whose 64 features digits are compared',
  build: (stream) => {
    const network = encoder({ shape: [16, 16, 1], outputs: 10, channels: 16 })
    const model = classifier(vp(), network, { classes: 10, clean: true, stream })
    return { ...model, ...classifierFeatures('digits-features', model, network) }
  },
  data: () => digits({ size: 16 }),
} satisfies ModelBuilder<NetworkClassifier & ClassifierFeatures>
