import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  classifierFree,
  data,
  ddim,
  languageGuidance,
  metrics,
  pretrained,
  refining,
  sample,
  type Denoiser,
} from '../../../src/models'
import { blockMeans } from '../../../src/models/pictures/cascade'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { files, take } from '../backends'
import { useShippedWeights } from '../shippedWeights'

before(async () => {
  await selectBackend('wasm', files)
  useShippedWeights()
})

const stream = (name: string) => new RandomStream(12, name)
const N = 20
const asked = () => {
  const { x, scenes } = data.shapes({ things: 'any' }).drawScenes(N, stream('asked'))
  const captions = scenes.map(({ caption }) => caption)
  return { x, captions, caption: tf.tensor2d(data.captions.encode(captions), [N, 9], 'int32') }
}
const draw = (model: Denoiser, steps: number) => sample(ddim(model, { steps }), N, { stream: stream('draw') })

describe('text to image by trained weights', () => {
  test('most pictures show what was asked for, and no more than by chance where nothing was', async () => {
    const model = await pretrained('shapes-text')
    const { captions, caption } = asked()
    const told = await draw(classifierFree(model, { caption }, { scale: 2 }), 12)
    const right = await metrics.captionAccuracy(told, captions)
    // The card says 0.975; of 20 pictures 15 are as good as never missed by it.
    assert.ok(right.value >= 0.75, String(right.value))
    const untold = await draw(model, 12)
    assert.ok((await metrics.captionAccuracy(untold, captions)).value <= 0.25)
  })

  test('a captioner that guides a model without words asks for colours and gets them', async () => {
    const [model, captioner] = [await pretrained('shapes-text'), await pretrained('shapes-captioner')]
    const { captions } = asked()
    const guided = await draw(languageGuidance(model, captioner, { caption: captions, scale: 3 }), 15)
    const { colour } = await metrics.captionAccuracy(guided, captions)
    assert.ok(colour.value >= 0.6, `${colour.value}, where chance is a quarter`)
  })

  test('codes keep what a caption says, and pictures drawn as codes show it', async () => {
    const [coder, latent] = [await pretrained('shapes-autoencoder'), await pretrained('shapes-latent')]
    const { x, captions, caption } = asked()
    const factor = coder.card.metrics['factor']!.value
    const z = coder.encode(x).mul(factor)
    const deviation = take(tf.moments(z).variance.sqrt())[0]!
    assert.ok(Math.abs(deviation - 1) < 0.2, `codes have the deviation ${deviation}`)
    const kept = coder.decode(z.div(factor))
    const error = take(tf.squaredDifference(x, kept).mean())[0]!
    assert.ok(error < 0.02 * take(tf.moments(x).variance)[0]!, `${error} is forgotten`)
    // The cards say 0.982 of copies and 0.985 of what is drawn; of 20 pictures 15 are as good as never missed by them.
    const copies = await metrics.captionAccuracy(kept, captions)
    assert.ok(copies.value >= 0.75, String(copies.value))
    const drawn = await draw(classifierFree(latent, { caption }, { scale: 2 }), 12)
    const right = await metrics.captionAccuracy(coder.decode(drawn.div(factor)), captions)
    assert.ok(right.value >= 0.75, String(right.value))
  })
})

test('each model of the cascade refines what it is told', async () => {
  const classes = { class: Array.from({ length: N }, (_, i) => i % 10) }
  const first = await pretrained('digits-cascade-8')
  let coarse = await draw(classifierFree(first, classes, { scale: 1.5 }), 10)
  for (const name of ['digits-cascade-16', 'digits-cascade-32'] as const) {
    const model = await pretrained(name)
    const fine = await draw(
      refining(model, coarse, { noise: 0.1, condition: classes, stream: stream(name) }),
      8,
    )
    const error = (of: tf.Tensor) => take(tf.squaredDifference(blockMeans(of, 2), coarse).mean())[0]!
    const [own, another] = [error(fine), error(tf.reverse(fine, 0))]
    assert.ok(own < 0.1 * another, `${own} of its own, ${another} of another`)
    coarse = fine
  }
})
