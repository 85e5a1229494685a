import * as tf from '@tensorflow/tfjs'
import { cosine, data, warmUp } from '../../src/models'
import { meanOf } from '../../src/models/metrics/estimate'
import { shapesAutoencoder } from '../../src/models/pretrained/shapesAutoencoder'
import { recipe } from './recipe'

const PICTURES = 1000

export default recipe({
  builder: shapesAutoencoder,
  seed: 22,
  steps: 1200,
  batch: 32,
  settings: () => ({ rate: warmUp(cosine(3e-3), 50), clip: 1, ema: 0.995 }),
  async measure(model, stream) {
    const x = data.shapes({ things: 'any' }).draw(PICTURES, stream)
    const errors = tf.tidy(() => tf.squaredDifference(x, model.decode(model.encode(x))).mean([1, 2, 3]))
    const { value, standardError } = meanOf(await errors.data())
    return {
      factor: {
        value: await model.scaleOf(x),
        of: `1 over the deviation of the codes of ${PICTURES} pictures`,
      },
      squaredError: {
        ...{ value, standardError },
        of: `mean (x − g(μ(x)))² over the numbers of ${PICTURES} pictures, whose pixels are in [−1, 1]`,
      },
    }
  },
})
