import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  data,
  denoiser,
  dit,
  mlp,
  telling,
  train,
  unet,
  vp,
  type Network,
  type Params,
} from '../../../src/models'
import { dropped } from '../../../src/models/condition'
import { crossAttention } from '../../../src/models/unet/layers'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('wasm', files))

const stream = (name: string) => new RandomStream(6, name)
const label = () => tf.tensor1d([0.4])

/** Every parameter at random: layers that start at zero would hide what they do. */
function awake(network: Network): Params {
  return tf.tidy(() =>
    Object.fromEntries(
      Object.entries(network.initial(stream('initial'))).map(([name, value]) => [
        name,
        value.add(stream(name).normalTensor(value.shape).mul(0.2)),
      ]),
    ),
  )
}

/** Made without tensors, so before there is a device. */
const networks = {
  'a U-Net': unet({
    shape: [8, 8, 1],
    channels: 8,
    conditions: { coarse: { picture: [8, 8, 2] }, class: 3 },
  }),
  'a transformer': dit({
    shape: [8, 8, 1],
    width: 8,
    heads: 2,
    depth: 1,
    conditions: { coarse: { picture: [8, 8, 2] }, class: 3 },
  }),
}

for (const [name, network] of Object.entries(networks))
  describe(`${name} that is told a picture`, () => {
    let params: Params
    let x: tf.Tensor
    let coarse: tf.Tensor
    before(() => {
      params = awake(network)
      x = stream('x').normalTensor([3, 8, 8, 1])
      coarse = stream('coarse').normalTensor([3, 8, 8, 2])
    })
    const answer = (picture: tf.Tensor | null, of = x) =>
      take(network(params, of, label(), { coarse: picture, class: 1 }))

    test('sees it, and each state its own', () => {
      const all = answer(coarse)
      assert.equal(all.length, 3 * 64)
      const second = answer(coarse.slice([1], [1]), x.slice([1], [1]))
      approximately(all.slice(64, 128), second, 1e-5)
      const none = answer(null)
      assert.ok(all.some((v, i) => Math.abs(v - none[i]!) > 1e-3))
    })

    test('one for all is the same for each', () => {
      const one = coarse.slice([2], [1])
      approximately(answer(one.reshape([8, 8, 2])), answer(one.tile([3, 1, 1, 1])), 1e-6)
    })

    test('no picture is not a black one, and one that is told to some is theirs alone', () => {
      const [black, none] = [answer(tf.zeros([8, 8, 2])), answer(null)]
      assert.ok(black.some((v, i) => Math.abs(v - none[i]!) > 1e-3))
      const partly = take(
        network(params, x, label(), { coarse: { value: coarse, told: [1, 0, 1] }, class: 1 }),
      )
      const all = answer(coarse)
      approximately(
        [...partly.slice(0, 64), ...partly.slice(128)],
        [...all.slice(0, 64), ...all.slice(128)],
        1e-5,
      )
      approximately(partly.slice(64, 128), none.slice(64, 128), 1e-5)
    })

    test('says which shapes it takes', () => {
      assert.throws(
        () => answer(tf.zeros([8, 8, 1])),
        /coarse must have the shape \[8, 8, 2\].*or \[3, 8, 8, 2\], one for each, but has \[8, 8, 1\]/,
      )
      assert.throws(() => answer(tf.zeros([2, 8, 8, 2])), /but has \[2, 8, 8, 2\]/)
      assert.throws(
        () => network(params, x, label(), { coarse: 3, class: 1 }),
        /coarse must be a tensor of pictures/,
      )
    })
  })

test('condition dropout leaves pictures out, too', () => {
  const picture = tf.zeros([4, 2, 2, 1])
  const left = dropped({ coarse: picture }, 4, 1, stream('drop'))
  assert.deepEqual([...((left!.coarse as { told: ArrayLike<number> }).told as number[])], [0, 0, 0, 0])
})

test('wrong pictures are refused when the network is made', () => {
  const conditions = (picture: readonly number[]) => ({ coarse: { picture } }) as never
  assert.throws(
    () => unet({ shape: [8, 8, 1], conditions: conditions([4, 4, 1]) }),
    /coarse has 4 × 4 pixels, but states have 8 × 8/,
  )
  assert.throws(
    () => unet({ shape: [8, 8, 1], conditions: conditions([8, 8, 0]) }),
    /each length of the picture must be a positive whole number/,
  )
  assert.throws(
    () => mlp({ dim: 2, conditions: conditions([8, 8, 1]) }),
    /a perceptron cannot be told the picture coarse; take unet/,
  )
  assert.throws(
    () => unet({ shape: [8, 8, 1], conditioning: 'film' as never }),
    /conditioning must be add or cross-attention, not film/,
  )
})

describe('cross-attention', () => {
  test('is softmax(QKᵀ/√c) V W over the tokens, added to the picture', () => {
    const layer = crossAttention('a', 4, 2, 3)
    const params = Object.fromEntries(
      Object.entries(layer.initial(stream('layer'))).map(([name, value]) => [
        name,
        stream(name).normalTensor(value.shape),
      ]),
    )
    const x = stream('x').normalTensor([2, 2, 1, 4])
    const tokens = stream('tokens').normalTensor<tf.Rank.R3>([2, 5, 3])
    const found = layer.apply(params, x, tokens).arraySync() as number[][][][]
    const matrix = (name: string) => params[name]!.arraySync() as number[][]
    const times = (row: readonly number[], m: number[][], b: number[]) =>
      b.map((shift, j) => row.reduce((sum, v, i) => sum + v * m[i]![j]!, shift))
    const vector = (name: string) => params[name]!.arraySync() as number[]
    const linear = (name: string) => (row: readonly number[]) =>
      times(row, matrix(`a.${name}.W`), vector(`a.${name}.b`))
    const [pictures, said] = [x.arraySync() as number[][][][], tokens.arraySync()]
    for (const n of [0, 1]) {
      // Two groups of two channels, over both places.
      const normal = [0, 1].map((place) =>
        [0, 0, 0, 0].map((_, c) => {
          const group = [0, 1].flatMap((p) =>
            [0, 1].map((k) => pictures[n]![p]![0]![2 * Math.floor(c / 2) + k]!),
          )
          const mean = group.reduce((a, b) => a + b, 0) / 4
          const variance = group.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 4
          return (
            ((pictures[n]![place]![0]![c]! - mean) / Math.sqrt(variance + 1e-5)) * vector('a.norm.gain')[c]! +
            vector('a.norm.shift')[c]!
          )
        }),
      )
      for (const place of [0, 1]) {
        const q = linear('Q')(normal[place]!)
        const scores = said[n]!.map(
          (token) => linear('K')(token).reduce((sum, k, i) => sum + k * q[i]!, 0) / 2,
        )
        const highest = Math.max(...scores)
        const weights = scores.map((score) => Math.exp(score - highest))
        const total = weights.reduce((a, b) => a + b, 0)
        const values = said[n]!.map(linear('V'))
        const mixed = [0, 1, 2, 3].map((c) =>
          weights.reduce((sum, w, t) => sum + (w / total) * values[t]![c]!, 0),
        )
        const expected = linear('out')(mixed).map((v, c) => v + pictures[n]![place]![0]![c]!)
        // Single precision; numbers of size ten.
        approximately(found[n]![place]![0]!, expected, 2e-5 * Math.max(...expected.map(Math.abs)))
      }
    }
  })

  test('the order of words matters to a U-Net that looks at them', () => {
    const network = unet({
      shape: [8, 8, 3],
      channels: 8,
      multipliers: [1, 2],
      conditions: { caption: { tokens: 13, length: 9 } },
      conditioning: 'cross-attention',
    })
    const params = awake(network)
    const x = stream('x').normalTensor([1, 8, 8, 3])
    const say = (caption: string) =>
      take(
        network(params, x, label(), {
          caption: tf.tensor2d(data.captions.encode([caption]), [1, 9], 'int32'),
        }),
      )
    const [a, b] = [
      say('a small red circle above a large blue square'),
      say('a large blue square above a small red circle'),
    ]
    assert.ok(a.some((v, i) => Math.abs(v - b[i]!) > 1e-3))
    assert.ok(Object.keys(params).some((name) => name.startsWith('middle.cross.')))
    assert.ok(
      !Object.keys(
        unet({ shape: [8, 8, 1], channels: 8, conditioning: 'cross-attention' }).initial(stream('none')),
      ).some((name) => name.includes('.cross.')),
    )
  })
})

test('a model learns to copy what it is told', async () => {
  // x₀ itself stands beside the state, so that the noise is known: the loss falls far below what no telling could reach.
  const bars = data.bars({ size: 8 })
  const told = telling(bars, (x) => ({ clean: x.clone() }))
  const network = unet({
    shape: [8, 8, 1],
    channels: 8,
    multipliers: [1],
    groups: 4,
    conditions: { clean: { picture: [8, 8, 1] } },
  })
  const model = denoiser(vp(), network, { predicts: 'x0', drop: 0, stream: stream('model') })
  const { losses } = await train(model, told, { steps: 80, batch: 16, rate: 5e-3, stream: stream('train') })
  const last = losses.slice(-10).reduce((a, b) => a + b, 0) / 10
  // Bars have variance 0.44 about their mean.
  assert.ok(last < 0.1, `${last}`)
  tf.dispose(model.params)
})
