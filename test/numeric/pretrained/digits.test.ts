/**
 * The shipped models of digits, at fewer samples and steps than their cards tell of: near to digits in the features that are shipped for
 * that, nearer than digits with noise, and in the order that solvers' orders promise.
 */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  data,
  ddim,
  dpmpp2M,
  eulerMaruyama,
  given,
  metrics,
  pretrained,
  sample,
  type Denoiser,
  type Pretrained,
  type Sampler,
} from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { files } from '../backends'
import { useShippedWeights } from '../shippedWeights'

/** As in the bar that is tested here. */
const N = 2000
/** Samples that walk together. */
const TOGETHER = 250
const digits = data.digits({ size: 16 })

let features: Pretrained<'digits-features'>
/** Features of digits, and the distances of other digits and of digits with noise of 0.1. */
let real: tf.Tensor
let floor: number
let noisy: number

before(async () => {
  await selectBackend('wasm', files)
  useShippedWeights()
  features = await pretrained('digits-features')
  const stream = new RandomStream(11, 'digits')
  real = digits.draw(N, stream)
  const others = digits.draw(N, stream)
  floor = await distanceOf(others)
  noisy = await distanceOf(others.add(stream.normalTensor(others.shape).mul(0.1)))
})

async function distanceOf(x: tf.Tensor): Promise<number> {
  return (await metrics.frechet(real, x, { features, errors: false })).value
}

/** Samples of all digits alike, and the digits that were asked for. */
async function drawn(model: Denoiser, sampler: (model: Denoiser) => Sampler, n: number) {
  const stream = new RandomStream(12, 'samples')
  const labels = Int32Array.from({ length: n }, (_, i) => i % 10)
  const parts: tf.Tensor[] = []
  for (let from = 0; from < n; from += TOGETHER) {
    const asked = given(model, { class: labels.subarray(from, from + TOGETHER) })
    parts.push(await sample(sampler(asked), Math.min(TOGETHER, n - from), { stream }))
  }
  const x = tf.concat(parts)
  tf.dispose(parts)
  return { x, labels }
}

test('the features see a digit for what it is, and noise on it', () => {
  const { x, labels } = digits.drawLabelled(500, new RandomStream(13, 'judged'))
  const said = tf.tidy(() => features.probabilities(x).argMax(1).dataSync())
  assert.ok(metrics.accuracy(said, labels).value > 0.99)
  // Otherwise the second bar of the models below would say nothing.
  assert.ok(noisy > 2 * floor, `noise of 0.1 is at ${noisy}, digits at ${floor}`)
})

describe('samples of the shipped models of digits', () => {
  for (const name of ['digits-ddpm', 'digits-vpsde'] as const)
    test(`${name}: within three times the distance of real sets, below that of noise of 0.1`, async () => {
      const model = await pretrained(name)
      const { frechet, frechetOfReal, frechetOfNoise } = model.card.metrics
      assert.ok(frechet!.value <= 3 * frechetOfReal!.value, JSON.stringify(model.card.metrics))
      assert.ok(frechet!.value < frechetOfNoise!.value)
      const { x, labels } = await drawn(model, (told) => dpmpp2M(told, { steps: 10 }), N)
      const distance = await distanceOf(x)
      const said = tf.tidy(() => features.probabilities(x).argMax(1).dataSync())
      const { value: agreement } = metrics.accuracy(said, labels)
      assert.ok(agreement > 0.95, `${agreement} are what was asked for`)
      assert.ok(distance <= 3 * floor, `samples are at ${distance}, digits at ${floor}`)
      assert.ok(distance < noisy, `samples are at ${distance}, noise at ${noisy}`)
      tf.dispose([x, model.params])
    })

  test('at ten questions DPM-Solver++ (2M) is no worse than DDIM, and DDIM better than Euler–Maruyama', async () => {
    const model = await pretrained('digits-vpsde')
    const at: number[] = []
    for (const sampler of [dpmpp2M, ddim, eulerMaruyama]) {
      const { x } = await drawn(model, (told) => sampler(told, { steps: 10 }), 500)
      at.push(await distanceOf(x))
      x.dispose()
    }
    const [second, first, stochastic] = at as [number, number, number]
    assert.ok(second <= first && first < stochastic, at.join(', '))
    tf.dispose(model.params)
  })
})
