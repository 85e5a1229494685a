import * as tf from '@tensorflow/tfjs'
import { cosine, data, metrics, warmUp } from '../../src/models'
import { digitsFeatures } from '../../src/models/pretrained/digitsFeatures'
import { recipe } from './recipe'

export default recipe({
  builder: digitsFeatures,
  seed: 3,
  steps: 1500,
  batch: 64,
  settings: () => ({ rate: warmUp(cosine(2e-3), 100), clip: 1, ema: 0.99 }),
  measure: async (model, stream) => {
    const { x, labels } = data.digits({ size: 16 }).drawLabelled(5000, stream)
    const said = tf.tidy(() => model.probabilities(x).argMax(1).dataSync())
    const score = await metrics.inceptionScore(x, { classifier: model })
    x.dispose()
    return {
      accuracy: { ...metrics.accuracy(said, labels), of: 'share of 5000 fresh digits that it names rightly' },
      inceptionScore: { ...score, of: 'Inception score of 5000 digits' },
    }
  },
})
