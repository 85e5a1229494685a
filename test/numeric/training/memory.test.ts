/** What does not fit into memory is said so, with the size that was asked for and one that fits, and costs nothing else. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data, ddim, denoiser, mlp, sample, train, vp, type Trainable } from '../../../src/models'
import { OutOfMemoryError, RandomStream, selectBackend } from '../../../src/tensor'
import { files, take } from '../backends'

before(() => selectBackend('wasm', files))

/** Half a million units: a batch of 4096 asks for 8 GiB at once, which is refused before anything is written. */
const WIDTH = 2 ** 19
const wide = () =>
  denoiser(vp(), mlp({ dim: 2, hidden: [WIDTH], embedding: 2 }), { stream: new RandomStream(1, 'wide') })
const stream = () => new RandomStream(2, 'draws')

/** The size that the message suggests, which must leave room for `copies` activations of every sample. */
function expectSuggestion(error: unknown, pattern: RegExp, copies: number): true {
  assert.ok(error instanceof OutOfMemoryError, String(error))
  const [, suggested] = pattern.exec(error.message) ?? assert.fail(error.message)
  const n = Number(suggested)
  assert.equal(n, 2 ** Math.round(Math.log2(n)), error.message)
  assert.ok(n >= 1 && copies * n * WIDTH * 4 < error.capacity!, error.message)
  return true
}

test('more than WASM has is refused, and what there is stays right', () => {
  const kept = tf.tensor1d([1, 2, 3])
  const before = tf.memory().numTensors
  const one = tf.ones([1])
  for (const count of [2 ** 30 - 100, 2 ** 30 + 5, 2 ** 31])
    assert.throws(() => tf.tile(one, [count]), {
      name: 'OutOfMemoryError',
      message:
        /WASM has not enough memory: [\d,]+ MiB were asked for beside [\d,]+ MiB, and 4,096 MiB is all/,
    })
  one.dispose()
  assert.equal(tf.memory().numTensors, before)
  assert.deepEqual(take(kept.mul(2)), [2, 4, 6])
  kept.dispose()
})

test('a batch that is too large names one that fits', async () => {
  const model = wide()
  const untouched = model.params['b1']!.dataSync().slice()
  const tensors = tf.memory().numTensors
  await assert.rejects(
    train(model, data.moons(), { steps: 2, batch: 4096, fused: false, stream: stream() }),
    (error) =>
      expectSuggestion(
        error,
        /^train: a batch of 4096 does not fit into memory\. Take fewer samples at a time: \{ batch: (\d+) \}\. \(WASM has/,
        2,
      ),
  )
  assert.equal(tf.memory().numTensors, tensors)
  assert.deepEqual(model.params['b1']!.dataSync(), untouched)
  tf.dispose(model.params)
})

test('so many samples at once that they do not fit name how many do', async () => {
  const model = wide()
  const tensors = tf.memory().numTensors
  await assert.rejects(sample(ddim(model, { steps: 2 }), 4096, { fused: false, stream: stream() }), (error) =>
    expectSuggestion(
      error,
      /^sample: a batch of 4096 does not fit into memory\. Draw them in several goes, such as (\d+) at a time\./,
      1,
    ),
  )
  assert.equal(tf.memory().numTensors, tensors)
  tf.dispose(model.params)
})

test('a model of which not one sample fits says so', async () => {
  const w = tf.variable(tf.ones([1]))
  const model: Trainable = {
    params: { w },
    loss: (x) =>
      tf.tidy(() =>
        tf
          .tile(w, [2 ** 30])
          .mean()
          .add(x.mean())
          .asScalar(),
      ),
  }
  await assert.rejects(train(model, data.moons(), { steps: 1, batch: 8, stream: stream() }), {
    name: 'OutOfMemoryError',
    message: /a batch of 8 does not fit into memory\. Not even one fits: make the model smaller\./,
  })
  w.dispose()
})
