import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  classifier,
  data,
  denoiser,
  dit,
  encoder,
  pictureAutoencoder,
  summary,
  train,
  unet,
  vp,
  type Network,
  type Params,
} from '../../../src/models'
import { cut, joined } from '../../../src/models/pictures/dit'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('wasm', files))

const stream = (name: string) => new RandomStream(5, name)

/** Parameters away from where they begin, where last layers are zero. */
function moved(network: Network, by = 0.2): Params {
  const noise = stream('moved')
  return tf.tidy(() =>
    Object.fromEntries(
      Object.entries(network.initial(stream('initial'))).map(([name, value]) => [
        name,
        value.add(noise.normalTensor(value.shape).mul(by)),
      ]),
    ),
  )
}

describe('the diffusion transformer', () => {
  const small = dit({ shape: [4, 6, 2], width: 8, depth: 2, heads: 2, conditions: { class: 3 } })

  test('patches are cut row by row, and joined to what they were cut from', () => {
    const x = tf.range(0, 48).reshape<tf.Tensor4D>([1, 4, 6, 2])
    const patches = cut(x, 2)
    assert.deepEqual(patches.shape, [1, 6, 8])
    // The second patch of the first row: columns 2 and 3 of rows 0 and 1, both channels.
    assert.deepEqual([...patches.slice([0, 1, 0], [1, 1, 8]).dataSync()], [4, 5, 6, 7, 16, 17, 18, 19])
    assert.deepEqual(take(joined(patches, [4, 6, 2], 2)), take(x))
  })

  test('begins by predicting nothing, whatever it is told', () => {
    const params = small.initial(stream('zero'))
    const x = stream('x').normalTensor([3, 4, 6, 2])
    const y = small(params, x, tf.tensor1d([0, 1, -2]), { class: [0, 1, 2] })
    assert.deepEqual(y.shape, [3, 4, 6, 2])
    assert.ok(take(y).every((v) => v === 0))
  })

  test('each picture is worked on by itself, and place, time and class all matter', () => {
    const params = moved(small)
    const x = stream('x').normalTensor([2, 4, 6, 2])
    const both = small(params, x, tf.tensor1d([0.3, -1]), { class: [1, 2] })
    const second = small(params, x.slice([1], [1]), tf.tensor1d([-1]), { class: [2] })
    approximately(take(both.slice([1], [1])), take(second), 1e-5)
    const like = (label: number, of: number) =>
      take(small(params, x, tf.tensor1d([label]), { class: of })).slice(0, 48)
    const differs = (a: number[], b: number[]) => a.some((v, i) => Math.abs(v - b[i]!) > 1e-3)
    assert.ok(differs(like(0.3, 1), like(2, 1)), 'the time')
    assert.ok(differs(like(0.3, 1), like(0.3, 0)), 'the class')
    // Without places, swapping two patches would swap the answer.
    const swapped = x.reshape([2, 2, 2, 6, 2]).reverse(1).reshape([2, 4, 6, 2])
    const answer = take(
      small(params, swapped, tf.tensor1d([0.3]), { class: 1 })
        .reshape([2, 2, 2, 6, 2])
        .reverse(1),
    )
    assert.ok(differs(answer.slice(0, 48), like(0.3, 1)), 'the place')
  })

  test('its gradient is that of differences', () => {
    const params = moved(small)
    const x = stream('gradient').normalTensor([1, 4, 6, 2])
    const direction = stream('direction').normalTensor([1, 4, 6, 2])
    const value = (at: tf.Tensor) =>
      small(params, at, tf.tensor1d([0.5]), null)
        .square()
        .sum()
    const slope = take(
      tf
        .grad((at: tf.Tensor) => value(at))(x)
        .mul(direction)
        .sum(),
    )[0]!
    const h = 1e-2
    const [up, down] = [1, -1].map((sign) => take(value(x.add(direction.mul(sign * h))))[0]!)
    // Central differences in single precision: h² and 1e-7/h.
    assert.ok(Math.abs(slope - (up! - down!) / (2 * h)) < 2e-2 * Math.abs(slope), `${slope}`)
  })

  test('is trained as a denoiser', async () => {
    const bars = data.bars({ size: 8 })
    const model = denoiser(vp(), dit({ shape: [8, 8, 1], width: 16, depth: 1, heads: 2 }), {
      stream: stream('model'),
    })
    const { losses } = await train(model, bars, { steps: 60, batch: 16, rate: 3e-3, stream: stream('train') })
    const mean = (of: readonly number[]) => of.reduce((a, b) => a + b, 0) / of.length
    // Predicting no noise at all costs one.
    assert.ok(mean(losses.slice(0, 3)) > 0.9)
    assert.ok(mean(losses.slice(-10)) < 0.75, `${mean(losses.slice(-10))}`)
    tf.dispose(model.params)
  })

  test('says which sizes do not fit', () => {
    assert.throws(() => dit({ shape: [5, 4, 1] }), /patch must divide height and width, 5 and 4, but is 2/)
    assert.throws(
      () => dit({ shape: [4, 4, 1], width: 10 }),
      /width must be a multiple of 4 and of heads \(4\)/,
    )
    assert.throws(() => dit({ shape: [4, 4, 1], depth: 0 }), /depth must be a positive whole number/)
  })
})

describe('the encoder', () => {
  test('classifies noisy pictures', async () => {
    const bars = data.bars({ size: 8 })
    const network = encoder({ shape: [8, 8, 1], outputs: 2, channels: 8, multipliers: [1, 2] })
    const model = classifier(vp(), network, { classes: 2, stream: stream('classifier') })
    await train(model, bars, { steps: 60, batch: 32, rate: 3e-3, stream: stream('train') })
    const { x, labels } = bars.drawLabelled(100, stream('held out'))
    const found = take(model.logProbabilities(x, vp().times.from).argMax(1))
    const right = found.filter((label, i) => label === labels[i]).length
    assert.ok(right >= 95, `${right} of 100`)
    assert.deepEqual(network.features(model.params, x, tf.tensor1d([0])).shape, [100, 16])
    tf.dispose([x, model.params])
  })

  test('says which sizes do not fit', () => {
    assert.throws(() => encoder({ shape: [6, 8, 1], outputs: 2 }), /multiples of 4, but are 6 and 8/)
    assert.throws(() => encoder({ shape: [8, 8, 1], outputs: 0 }), /outputs must be a positive whole number/)
    assert.throws(() => encoder({ shape: [8, 8, 1], outputs: 2, channels: 6 }), /groups must divide/)
  })
})

describe('the autoencoder', () => {
  test('codes are small pictures that bars can be made of again', async () => {
    const bars = data.bars({ size: 8 })
    const model = pictureAutoencoder({
      shape: [8, 8, 1],
      halvings: 2,
      latent: 4,
      channels: 8,
      stream: stream('model'),
    })
    assert.deepEqual(model.latentShape, [2, 2, 4])
    const held = bars.draw(64, stream('held out'))
    const error = () => take(tf.squaredDifference(held, model.decode(model.encode(held))).mean())[0]!
    await train(model, bars, { steps: 150, batch: 32, rate: 4e-3, stream: stream('train') })
    // Bars in an eighth of the picture have variance 0.44, which is what the mean alone would leave.
    assert.ok(error() < 0.15, `${error()}`)

    const factor = await model.scaleOf(held)
    const codes = model.codes(bars, factor)
    const { x, labels } = codes.drawLabelled!(200, stream('codes'))
    assert.deepEqual([x.shape, labels.length, codes.classes], [[200, 2, 2, 4], 200, bars.classes])
    const variance = take(tf.moments(x).variance)[0]!
    // Of 200 pictures with 16 numbers each.
    assert.ok(Math.abs(variance - 1) < 0.15, `${variance}`)
    tf.dispose([held, x, model.params])
  })

  test('says what it takes', () => {
    assert.throws(
      () => pictureAutoencoder({ shape: [6, 8, 1] }),
      /multiples of 4 to be halved 2 times, but are 6 and 8/,
    )
    const model = pictureAutoencoder({ shape: [4, 4, 1], halvings: 1, channels: 8 })
    assert.throws(
      () => model.encode(tf.zeros([1, 8, 8, 1])),
      /pictures of shape \[n, 4, 4, 1\], but was given \[1, 8, 8, 1\]/,
    )
    assert.throws(() => model.decode(tf.zeros([1, 4, 4, 1])), /codes of shape \[n, 2, 2, 2\]/)
    tf.dispose(model.params)
  })
})

test('a summary counts the numbers of every layer', () => {
  const network = unet({ shape: [8, 8, 1], channels: 8 })
  const { layers, parameters, bytes } = summary(network)
  const fresh = network.initial(stream('fresh'))
  const total = Object.values(fresh).reduce((sum, { size }) => sum + size, 0)
  assert.equal(parameters, total)
  assert.equal(bytes, 4 * total)
  const first = layers.find(({ layer }) => layer === 'first')!
  assert.deepEqual(first, { layer: 'first', shapes: { W: [3, 3, 1, 8], b: [8] }, parameters: 80 })
  const shown = (summary(network) as never as Record<symbol, () => unknown>)[Symbol.for('genbook.display')]!()
  assert.deepEqual((shown as unknown[])[layers.indexOf(first)], {
    layer: 'first',
    shapes: 'W 3 × 3 × 1 × 8, b 8',
    parameters: 80,
  })
  assert.deepEqual((shown as unknown[]).at(-1), { layer: 'all', shapes: '', parameters: total })
  assert.equal(summary({ params: fresh }).parameters, total)
  tf.dispose(fresh)
  assert.throws(() => summary({} as never), /must be a network, such as unet/)
})
