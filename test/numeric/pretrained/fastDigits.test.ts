/** The shipped models that sample in few steps: a consistency model beside the flow that it was distilled from. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type * as tf from '@tensorflow/tfjs'
import { data, given, heun, metrics, multistep, pretrained, sample, type Sampler } from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { files, take } from '../backends'
import { useShippedWeights } from '../shippedWeights'

before(async () => {
  await selectBackend('wasm', files)
  useShippedWeights()
})

describe('digits in few steps', () => {
  test('the consistency model leaves x at σ_min as it is, to the last bit, whatever it is told', async () => {
    const model = await pretrained('digits-consistency')
    const x = new RandomStream(17, 'x').normalTensor([3, 16, 16, 1])
    for (const condition of [null, { class: [3, 0, 9] }])
      assert.deepEqual(take(model.origin(x, model.sigmaMin, condition)), [...x.dataSync()])
  })

  test('its two-step samples are within 1.5 times the distance of its teacher’s sixteen evaluations', async () => {
    const [model, teacher, features] = [
      await pretrained('digits-consistency'),
      await pretrained('digits-flow'),
      await pretrained('digits-features'),
    ]
    const n = 240
    const told = { class: Int32Array.from({ length: n }, (_, i) => i % 10) }
    const real = data.digits({ size: 16 }).draw(n, new RandomStream(17, 'real'))
    const distance = async (sampler: Sampler): Promise<number> => {
      const x: tf.Tensor = await sample(sampler, n, { stream: new RandomStream(17, 'samples') })
      return (await metrics.frechet(x, real, { features })).value
    }
    const jumped = await distance(multistep(given(model, told), { sigmas: [80, 1.5] }))
    const walked = await distance(heun(given(teacher, told), { steps: 8 }))
    const stumbled = await distance(heun(given(teacher, told), { steps: 1 }))
    assert.ok(jumped <= 1.5 * walked, `two jumps: ${jumped}; the teacher: ${walked}`)
    assert.ok(jumped < stumbled, `two jumps: ${jumped}; the teacher’s own two evaluations: ${stumbled}`)
  })
})
