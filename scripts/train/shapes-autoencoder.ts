import * as tf from '@tensorflow/tfjs'
import { cosine, data, metrics, warmUp } from '../../src/models'
import { meanOf } from '../../src/models/metrics/estimate'
import { shapesAutoencoder } from '../../src/models/pretrained/shapesAutoencoder'
import { recipe } from './recipe'

const PICTURES = 1000

export default recipe({
  builder: shapesAutoencoder,
  seed: 22,
  steps: 6000,
  batch: 32,
  settings: () => ({ rate: warmUp(cosine(3e-3), 50), clip: 1, ema: 0.998 }),
  async measure(model, stream) {
    const { x, scenes } = data.shapes({ things: 'any' }).drawScenes(PICTURES, stream)
    const seen = tf.tidy(() => model.decode(model.encode(x)))
    const errors = tf.tidy(() => tf.squaredDifference(x, seen).mean([1, 2, 3]))
    const { value, standardError } = meanOf(await errors.data())
    const captions = scenes.map(({ caption }) => caption)
    const kept = await metrics.captionAccuracy(seen, captions)
    const of = (what: string): string =>
      `${what}, of g(μ(x)) for ${PICTURES} pictures with captions; judged by measuring them`
    const factor = await model.scaleOf(x)
    tf.dispose([x, seen, errors])
    return {
      factor: { value: factor, of: `1 over the deviation of the codes of ${PICTURES} pictures` },
      squaredError: {
        ...{ value, standardError },
        of: `mean (x − g(μ(x)))² over the numbers of ${PICTURES} pictures, whose pixels are in [−1, 1]`,
      },
      captionAccuracy: {
        ...{ value: kept.value, standardError: kept.standardError },
        of: of('share that shows all of its caption'),
      },
      shape: {
        ...{ value: kept.shape.value, standardError: kept.shape.standardError },
        of: of('share of things of the right shape'),
      },
    }
  },
})
