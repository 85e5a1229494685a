/** The shipped models that sample in few steps: a consistency model beside the SDE that it was distilled from. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  data,
  dpmpp2M,
  follow,
  given,
  grids,
  heun,
  metrics,
  multistep,
  pretrained,
  sample,
  timeAt,
  type Grid,
  type Sampler,
} from '../../../src/models'
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

  test('its two-step samples are within 1.5 times the distance of its teacher’s ten steps', async () => {
    const [model, teacher, features] = [
      await pretrained('digits-consistency'),
      await pretrained('digits-vpsde'),
      await pretrained('digits-features'),
    ]
    const { frechetInTwoSteps, frechetOfTeacher } = model.card.metrics
    assert.ok(frechetInTwoSteps!.value <= 1.5 * frechetOfTeacher!.value, JSON.stringify(model.card.metrics))

    const n = 300
    const told = { class: Int32Array.from({ length: n }, (_, i) => i % 10) }
    const real = data.digits({ size: 16 }).draw(1000, new RandomStream(17, 'real'))
    const distance = async (sampler: Sampler): Promise<number> => {
      const x: tf.Tensor = await sample(sampler, n, { stream: new RandomStream(17, 'samples') })
      return (await metrics.frechet(x, real, { features, errors: false })).value
    }
    const walk = (steps: number) => dpmpp2M(given(teacher, told), { steps })
    const jump = (sigmas: readonly number[]) => multistep(given(model, told), { sigmas })
    const [once, twice] = [await distance(jump([80])), await distance(jump([80, 0.8]))]
    const [walked, stumbled] = [await distance(walk(10)), await distance(walk(1))]
    assert.ok(twice <= 1.5 * walked, `two jumps: ${twice}; the teacher: ${walked}`)
    assert.ok(once < stumbled / 2, `one jump: ${once}; the teacher’s own one step: ${stumbled}`)
  })

  test('a jump lands where the teacher’s path ends, and not at a digit like it', async () => {
    const [model, teacher] = [await pretrained('digits-consistency'), await pretrained('digits-vpsde')]
    const n = 40
    const told = { class: Int32Array.from({ length: n }, (_, i) => i % 10) }
    const noise = new RandomStream(17, 'noise').normalTensor([n, 16, 16, 1])
    const start = timeAt(teacher.process, -Math.log(model.sigmaMax))
    const ends = await follow(dpmpp2M(given(teacher, told), { steps: 18, start }), noise)
    const jumped = model.origin(noise.mul(model.sigmaMax), model.sigmaMax, told)
    // The same digits, each written from the noise of another one.
    const others = tf.concat([ends.slice([10]), ends.slice([0], [10])])
    const apart = (x: tf.Tensor): number => take(x.sub(ends).square().mean())[0]!
    assert.ok(
      apart(jumped) < apart(others) / 4,
      `${apart(jumped)} from the ends, which are ${apart(others)} apart`,
    )
  })

  test('steps of the flow are better spent near the data than evenly in time', async () => {
    const [flow, features] = [await pretrained('digits-flow'), await pretrained('digits-features')]
    const n = 100
    const told = { class: Int32Array.from({ length: n }, (_, i) => i % 10) }
    const real = data.digits({ size: 16 }).draw(1000, new RandomStream(17, 'real'))
    const distance = async (grid: Grid): Promise<number> => {
      const stream = new RandomStream(17, 'samples')
      const x: tf.Tensor = await sample(heun(given(flow, told), { steps: 6, grid }), n, { stream })
      return (await metrics.frechet(x, real, { features, errors: false })).value
    }
    const [near, evenly] = [await distance(grids.quadratic), await distance(grids.linear)]
    assert.ok(near < evenly / 4, `${near}, and evenly ${evenly}`)
  })
})
