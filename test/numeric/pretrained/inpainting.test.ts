/** Filling in digits with a shipped model: what is known stays. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type * as tf from '@tensorflow/tfjs'
import {
  ancestral,
  coarse,
  data,
  mask,
  measurement,
  pigdm,
  pretrained,
  repaint,
  replacement,
  sample,
  sdedit,
} from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { files } from '../backends'
import { useShippedWeights } from '../shippedWeights'

before(async () => {
  useShippedWeights()
  await selectBackend('wasm', files)
})

const stream = (name: string) => new RandomStream(3, name)
const digits = data.digits({ size: 16 })
const largest = (x: tf.Tensor): number => x.abs().max().dataSync()[0]!

test('replacement and RePaint keep the known pixels to 1e-6, and paint in the others', async () => {
  const model = await pretrained('digits-ddpm')
  const digit = digits.draw(1, stream('digit'))
  // The right half is hidden, and a pixel by itself.
  const known = mask(
    Array.from({ length: 256 }, (_, k) => Number(k % 16 < 8 && k !== 35)),
    { shape: [16, 16, 1] },
  )
  const y = known.apply<tf.Tensor>(digit)
  const measured = measurement(known, y)
  const samplers = {
    replacement: ancestral(model, { steps: 12, after: replacement(model.process, measured) }),
    RePaint: repaint(model, measured, { steps: 6, resamplings: 2 }),
  }
  for (const [name, sampler] of Object.entries(samplers)) {
    const x = await sample(sampler, 2, { stream: stream(name) })
    assert.ok(largest(known.apply<tf.Tensor>(x).sub(y)) <= 1e-6, name)
    const hidden = x.sub(known.project<tf.Tensor>(x))
    assert.ok(
      largest(hidden.slice([0], [1]).sub(hidden.slice([1], [1]))) > 0.1,
      `${name}: two fillings differ`,
    )
  }
})

test('ΠGDM meets a coarse picture far better than a sample that was not told of it', async () => {
  const model = await pretrained('digits-ddpm')
  const camera = coarse([16, 16, 1], { factor: 4 })
  const y = camera.apply<tf.Tensor>(digits.draw(3, stream('coarse')))
  const misfit = (x: tf.Tensor): number =>
    Math.sqrt(camera.apply<tf.Tensor>(x).sub(y).square().mean().dataSync()[0]!)
  const told = await sample(pigdm(model, measurement(camera, y), { steps: 20 }), 3, {
    stream: stream('told'),
  })
  const free = await sample(ancestral(model, { steps: 20 }), 3, { stream: stream('free') })
  // Twenty steps are few: each goes some of the way.
  assert.ok(misfit(told) < misfit(free) / 2, `${misfit(told)} against ${misfit(free)}`)
})

test('SDEdit goes further from a sketch the later it starts', async () => {
  const model = await pretrained('digits-vpsde')
  const sketch = digits.draw(1, stream('sketch')).neg()
  const distance = async (from: number) =>
    (await sdedit(model, sketch, { from, steps: 8, stream: stream('edit') }))
      .sub(sketch)
      .norm()
      .dataSync()[0]!
  const [near, middle, far] = [await distance(0.1), await distance(0.4), await distance(1)]
  assert.ok(near < middle && middle < far, `${near}, ${middle}, ${far}`)
})
