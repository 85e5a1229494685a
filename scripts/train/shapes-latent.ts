import * as tf from '@tensorflow/tfjs'
import { cosine, warmUp } from '../../src/models'
import { loadModel } from '../../src/models/pretrained/load'
import { shapesAutoencoder } from '../../src/models/pretrained/shapesAutoencoder'
import { shapesLatent } from '../../src/models/pretrained/shapesLatent'
import { captionQuality } from './captionQuality'
import { recipe } from './recipe'

export default recipe({
  builder: shapesLatent,
  seed: 23,
  steps: 6000,
  batch: 64,
  async settings() {
    const coder = await loadModel(shapesAutoencoder)
    const factor = coder.card.metrics['factor']!.value
    return {
      ...{ rate: warmUp(cosine(3e-3), 50), clip: 1, ema: 0.995 },
      loss: (model, x, stream, condition) =>
        tf.tidy(() => model.loss(coder.encode(x).mul(factor), stream, condition)),
    }
  },
  async measure(model, stream) {
    const coder = await loadModel(shapesAutoencoder)
    const factor = coder.card.metrics['factor']!.value
    return captionQuality(model, stream, (z) => tf.tidy(() => coder.decode(z.div(factor))))
  },
})
