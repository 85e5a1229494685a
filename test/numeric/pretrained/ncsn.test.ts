/** The shipped score network of digits: annealing is what makes it draw them. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  annealedLangevin,
  data,
  langevin,
  largestDistance,
  metrics,
  pretrained,
  ratioForOverlap,
  runChain,
  sample,
  stepFor,
} from '../../../src/models'
import { setWeightSource } from '../../../src/models/pretrained/load'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { files } from '../backends'
import { useShippedWeights } from '../shippedWeights'

/** Samples, and steps at each scale. */
const [N, EACH] = [60, 5]

before(() => selectBackend('wasm', files))

describe('the shipped NCSN of digits', () => {
  test('its scales are those that NCSNv2 asks for', async () => {
    useShippedWeights()
    const { params, process } = await pretrained('digits-ncsn')
    setWeightSource(undefined)
    const digits = data.digits({ size: 16 }).draw(500, new RandomStream(6, 'digits'))
    const [largest, count] = [process.sigma(process.times.to), process.times.to]
    assert.ok(Math.abs((await largestDistance(digits)) / largest - 1) < 0.2)
    const ratio = process.sigma(count) / process.sigma(count - 1)
    assert.ok(Math.abs(ratio / ratioForOverlap(256) - 1) < 0.01, String(ratio))
    tf.dispose([digits, params])
  })

  test('annealed, it is less than half as far from digits as at any scale alone', async () => {
    useShippedWeights()
    const model = await pretrained('digits-ncsn')
    const features = await pretrained('digits-features')
    setWeightSource(undefined)
    const { process } = model
    const real = data.digits({ size: 16 }).draw(N, new RandomStream(7, 'digits'))
    const distance = async (x: tf.Tensor): Promise<number> => {
      const { value } = await metrics.frechet(real, x, { features })
      x.dispose()
      return value
    }
    const [smallest, count] = [process.sigma(1), process.times.to]
    const ratio = process.sigma(2) / smallest
    const epsilon = 2 * stepFor({ smallest, ratio, each: EACH })
    const annealed = await distance(
      await sample(annealedLangevin(model, { epsilon, each: EACH, denoise: true }), N, {
        stream: new RandomStream(7, 'annealed'),
      }),
    )
    // As many steps from the same noise, denoised in the end as well: at the smallest scale, and at the best of those that were measured.
    for (const t of [1, 16]) {
      const stream = new RandomStream(7, `alone at ${t}`)
      const start = tf.tidy(() => stream.normalTensor([N, 16, 16, 1]).mul(process.sigma(count)))
      const steps = { epsilon: epsilon * (process.sigma(t) / smallest) ** 2, steps: count * EACH }
      const x = await runChain(langevin(model.at(t), steps), start, { stream })
      const alone = await distance(tf.tidy(() => model.predict(x, t).x0.clone()))
      assert.ok(annealed < 0.5 * alone, `annealed ${annealed}, at scale ${t} alone ${alone}`)
      tf.dispose([start, x])
    }
    tf.dispose([real, model.params, features.params])
  })
})
