import type * as tf from '@tensorflow/tfjs'
import { cosine, data, metrics, warmUp, type Measured } from '../../src/models'
import { digitsClassifier } from '../../src/models/pretrained/digitsClassifier'
import { recipe } from './recipe'

/** Times of the thousand at which it is asked. */
const TIMES = [1, 200, 400, 600]

export default recipe({
  builder: digitsClassifier,
  seed: 21,
  steps: 1500,
  batch: 64,
  settings: () => ({ rate: warmUp(cosine(3e-3), 100), clip: 1, ema: 0.99 }),
  measure: async (model, stream) => {
    const measured: Record<string, Measured> = {}
    for (const t of TIMES) {
      const { x, labels } = data.digits({ size: 16 }).drawLabelled(2000, stream)
      const noisy = model.process.draw(x, t, stream)
      // Judges are asked about clean data; this one is asked about these.
      const there = {
        ...model,
        logProbabilities: (x: tf.Tensor) => model.logProbabilities(x, t),
      }
      const { value, standardError } = await metrics.agreement(noisy, labels, there)
      measured[`accuracyAt${t}`] = {
        value,
        standardError,
        of: `share of 2000 fresh digits at time ${t} of 1000 that it names rightly`,
      }
      x.dispose()
      noisy.dispose()
    }
    return measured
  },
})
