import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data, denoiser, timeFeatures, train, unet, vp, type Params } from '../../../src/models'
import { attention, convolution, groupNorm } from '../../../src/models/unet/layers'
import { resBlock } from '../../../src/models/unet/resBlock'
import { featuresOf } from '../../../src/models/timeFeatures'
import { groupNorm as normaliseGroups, RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, on, take } from '../backends'

before(() => selectBackend('cpu', files))

const named = (name: string) => new RandomStream(4, name)
const picture = (shape: number[], name = 'picture') => named(name).normalTensor(shape)
/** Group normalisation with a gain of one and no shift. */
const groupNormalise = (x: tf.Tensor, groups: number) =>
  normaliseGroups(x, tf.ones([x.shape.at(-1)!]), tf.zeros([x.shape.at(-1)!]), { groups })
/** Every parameter at random: layers that start at zero would hide what they do. */
const awake = (params: Params): Record<string, tf.Tensor> =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, tf.mul(named(name).normalTensor(value.shape), 0.3)]),
  )
const silu = (x: number) => x / (1 + Math.exp(-x))
const soft = (x: tf.Tensor) => x.mul(tf.sigmoid(x))

describe('features of time', () => {
  test('sinusoidal ones are those of the transformer', () => {
    const features = take(featuresOf(timeFeatures.sinusoidal(8), tf.tensor1d([0, 3, 700])))
    const expected = [0, 3, 700].flatMap((t) => {
      const angles = [0, 1, 2, 3].map((i) => t * 10_000 ** (-i / 4))
      return [...angles.map(Math.sin), ...angles.map(Math.cos)]
    })
    // Angles of 700 are rounded in single precision to 6e-5.
    approximately(features, expected, 1e-4)
  })

  test('products of Gaussian ones tend to exp(−2π²s²Δ²)', () => {
    const size = 20_000
    const [a, b, c] = featuresOf(
      timeFeatures.gaussian(size, { scale: 0.7 }),
      tf.tensor1d([0.4, 0.6, 1.1]),
    ).arraySync() as [number[], number[], number[]]
    const product = (x: number[], y: number[]) =>
      x.reduce((sum, value, i) => sum + value * y[i]!, 0) / (size / 2)
    for (const [x, y, delta] of [
      [a, b, 0.2],
      [a, c, 0.7],
      [b, b, 0],
    ] as const)
      // The mean of 10,000 cosines has a standard error below √(½/10,000).
      approximately(product(x, y), Math.exp(-2 * (Math.PI * 0.7 * delta) ** 2), 4 * Math.sqrt(0.5 / 10_000))
  })

  test('odd sizes are refused', () => {
    for (const make of Object.values(timeFeatures))
      assert.throws(() => make(7), /size must be an even number/)
  })
})

describe('layers', () => {
  test('group normalisation, against its definition in doubles', () => {
    const [n, h, w, c, groups] = [2, 2, 3, 6, 3]
    const x = picture([n, h, w, c])
    const values = x.dataSync()
    const expected = new Float64Array(values.length)
    for (let i = 0; i < n; i++)
      for (let g = 0; g < groups; g++) {
        const members: number[] = []
        for (let p = 0; p < h * w; p++)
          for (let k = 0; k < c / groups; k++) members.push((i * h * w + p) * c + (g * c) / groups + k)
        const mean = members.reduce((sum, at) => sum + values[at]!, 0) / members.length
        const variance = members.reduce((sum, at) => sum + (values[at]! - mean) ** 2, 0) / members.length
        for (const at of members) expected[at] = (values[at]! - mean) / Math.sqrt(variance + 1e-5)
      }
    approximately(take(groupNormalise(x, groups)), expected, 1e-5)
    const layer = groupNorm('norm', c, groups)
    const params = { 'norm.gain': tf.fill([c], 2), 'norm.shift': tf.range(0, c) }
    approximately(
      take(layer.apply(params, x)),
      expected.map((value, at) => 2 * value + (at % c)),
      1e-5,
    )
  })

  test('attention, against its definition in doubles; places may change places', () => {
    const [places, c] = [6, 4]
    const layer = attention('a', c, 2)
    const fresh = layer.initial(named('fresh'))
    const x = picture([1, 2, 3, c])
    approximately(take(layer.apply(fresh, x)), x.dataSync(), 0, 'a fresh layer is the identity')
    const params = awake(fresh)
    const row = (what: string, input: number[]) => {
      const W = params[`a.${what}.W`]!.arraySync() as number[][]
      const b = (params[`a.${what}.b`]?.arraySync() as number[] | undefined) ?? W.map(() => 0)
      return b.map((shift, j) => input.reduce((sum, value, i) => sum + value * W[i]![j]!, shift))
    }
    const gain = params['a.norm.gain']!.dataSync()
    const shift = params['a.norm.shift']!.dataSync()
    const normalised = Array.from(
      take(groupNormalise(x, 2)),
      (value, i) => value * gain[i % c]! + shift[i % c]!,
    )
    const rows = Array.from({ length: places }, (_, p) => normalised.slice(p * c, (p + 1) * c))
    const [q, k, v] = ['Q', 'K', 'V'].map((what) => rows.map((input) => row(what, input)))
    const expected = rows.flatMap((_, p) => {
      const scores = k!.map(
        (key) => key.reduce((sum, value, i) => sum + value * q![p]![i]!, 0) / Math.sqrt(c),
      )
      const exps = scores.map(Math.exp)
      const total = exps.reduce((a, b) => a + b)
      const mixed = Array.from({ length: c }, (_, i) =>
        exps.reduce((sum, e, j) => sum + (e / total) * v![j]![i]!, 0),
      )
      return row('out', mixed).map((value, i) => value + x.dataSync()[p * c + i]!)
    })
    approximately(take(layer.apply(params, x)), expected, 1e-5)
    // Attention knows no order of places.
    const turned = layer.apply(params, x.reverse([1, 2])).reverse([1, 2])
    approximately(take(turned), expected, 1e-5)
  })

  /** A residual block that is its skip connection at first; then awake, with its parts in other words. */
  const residual = (modulation?: 'add') => {
    const [from, to, size] = [2, 4, 3]
    const block = resBlock('b', from, to, size, 2, modulation)
    const x = picture([2, 3, 3, from])
    const e = picture([2, size], 'embedding')
    const fresh = block.initial(named('fresh'))
    const skip = (params: Params) => convolution('b.skip', from, to, { size: 1 }).apply(params, x)
    approximately(take(block.apply(fresh, x, e)), take(skip(fresh)), 0)
    const params = awake(fresh)
    const first = convolution('b.first', from, to).apply(
      params,
      soft(groupNorm('b.norm', from, 2).apply(params, x)),
    )
    const told = tf.matMul(e, params['b.told.W']!).add(params['b.told.b']!).arraySync() as number[][]
    const second = (h: tf.Tensor4D) => convolution('b.second', to, to).apply(params, h).add(skip(params))
    return { to, params, first, told, second, output: block.apply(params, x, e) }
  }

  test('a residual block is its skip connection at first, and AdaGN afterwards', () => {
    const { to, first, told, second, output } = residual()
    // Told scale and shift, one channel after the other.
    const norm = groupNormalise(first, 2).arraySync() as number[][][][]
    const modulated = norm.map((rows, i) =>
      rows.map((row) =>
        row.map((pixel) => pixel.map((value, k) => silu((1 + told[i]![k]!) * value + told[i]![to + k]!))),
      ),
    )
    approximately(take(output), take(second(tf.tensor4d(modulated))), 1e-4)
  })

  test('a residual block that is told by addition, in other words', () => {
    const { params, first, told, second, output } = residual('add')
    const moved = (first.arraySync() as number[][][][]).map((rows, i) =>
      rows.map((row) => row.map((pixel) => pixel.map((value, k) => value + told[i]![k]!))),
    )
    const [gain, shift] = [params['b.after.gain']!, params['b.after.shift']!]
    const normalised = soft(groupNormalise(tf.tensor4d(moved), 2).mul(gain).add(shift)) as tf.Tensor4D
    approximately(take(output), take(second(normalised)), 1e-4)
  })
})

describe('a U-Net', () => {
  const small = { channels: 4, groups: 2, time: timeFeatures.geometric(4), multipliers: [1, 2] } as const

  test('gives pictures of the size that it takes, at every size that can be halved', () => {
    for (const shape of [
      [4, 4, 1],
      [6, 10, 3],
      [2, 8, 2],
    ] as const)
      for (const blocks of [1, 2]) {
        const network = unet({ ...small, shape, blocks })
        const y = network(network.initial(named('sizes')), picture([3, ...shape]), tf.tensor1d([0.3]))
        assert.deepEqual(y.shape, [3, ...shape])
        y.dispose()
      }
  })

  test('does not mix the pictures of a batch, and is told each its own time and class', () => {
    const network = unet({ ...small, shape: [4, 4, 2], conditions: { class: 3 } })
    const params = awake(network.initial(named('batch')))
    const x = picture([2, 4, 4, 2])
    const both = network(params, x, tf.tensor1d([0.3, -2]), { class: [0, 2] })
    for (const [i, [t, label]] of [
      [0.3, 0],
      [-2, 2],
    ].entries()) {
      const alone = network(params, x.slice([i], [1]), tf.tensor1d([t!]), { class: [label!] })
      approximately(take(alone), take(both.slice([i], [1])), 1e-5)
    }
    const other = network(params, x, tf.tensor1d([0.3, -2]), { class: [1, 2] })
    const change = tf.abs(both.sub(other)).max([1, 2, 3]).dataSync()
    assert.ok(change[0]! > 1e-3 && change[1]! < 1e-6, `${change.join()}`)
  })

  test('a gradient reaches every parameter', () => {
    for (const modulation of ['group-norm', 'add'] as const) {
      const network = unet({ ...small, shape: [4, 4, 1], conditions: { class: 2 }, modulation })
      const params = awake(network.initial(named('gradients')))
      const names = Object.keys(params)
      const gradients = tf.grads((...values: tf.Tensor[]) =>
        tf.sum(
          tf.square(
            network(
              Object.fromEntries(names.map((name, i) => [name, values[i]!])),
              picture([3, 4, 4, 1]),
              tf.tensor1d([1, 0, -1]),
              {
                class: { value: [0, 1, 1], told: [1, 1, 0] },
              },
            ),
          ),
        ),
      )(Object.values(params))
      for (const [i, gradient] of gradients.entries())
        assert.ok(tf.max(tf.abs(gradient)).dataSync()[0]! > 1e-6, `no gradient reaches ${names[i]}`)
    }
  })

  test('derivatives of derivatives, against differences of derivatives', async () => {
    const network = unet({ ...small, shape: [4, 4, 1] })
    const check = () => {
      const params = awake(network.initial(named('second')))
      const x = picture([1, 4, 4, 1])
      const direction = picture([1, 4, 4, 1], 'direction')
      const slope = tf.grad((x: tf.Tensor) =>
        tf.sum(network(params, x, tf.tensor1d([0.5])).mul(picture([1, 4, 4, 1], 'weights'))),
      )
      const second = take(tf.grad((x: tf.Tensor) => tf.sum(slope(x).mul(direction)))(x))
      const h = 2e-2
      const step = (k: number) => slope(x.add(direction.mul(k * h)))
      // Central differences at two steps, extrapolated: what is left is single precision over h, about 1e-7 · 10 / 2e-2.
      const wide = step(2)
        .sub(step(-2))
        .div(4 * h)
      const near = step(1)
        .sub(step(-1))
        .div(2 * h)
      const largest = Math.max(...second.map(Math.abs))
      approximately(
        take(near.mul(4).sub(wide).div(3)).map((value) => value / largest),
        second.map((value) => value / largest),
        5e-3,
      )
    }
    check()
    await on('wasm', check)
  })

  test('learns bars: the noise in a picture is told better than by guessing', async () => {
    await on('wasm', async () => {
      const law = data.bars({ size: 8 })
      const model = denoiser(vp(), unet({ shape: [8, 8, 1], channels: 8, groups: 4 }), {
        stream: named('model'),
      })
      const run = await train(model, law, { steps: 60, batch: 32, rate: 5e-3, stream: named('training') })
      const losses = Array.from(run.losses).slice(-15)
      // A network that says nothing has the loss E ε² = 1; one that knows no bars but their brightness about 0.5.
      assert.ok(losses.reduce((a, b) => a + b) / 15 < 0.35, `${losses.join()}`)
    })
  })

  test('sizes that do not fit are refused by name', () => {
    const cases: readonly (readonly [RegExp, object])[] = [
      [/multiples of 2, but are 5 and 4/, { shape: [5, 4, 1] }],
      [/groups must divide/, { shape: [4, 4, 1], groups: 3 }],
      [/shape must be \[height, width, channels\]/, { shape: [4, 4] }],
      [/multipliers must be a list/, { shape: [4, 4, 1], multipliers: 2 }],
      [/attention lists levels from 0 to 1/, { shape: [4, 4, 1], attention: [2] }],
      [/blocks must be a positive whole number/, { shape: [4, 4, 1], blocks: 0 }],
      [/modulation must be group-norm or add/, { shape: [4, 4, 1], modulation: 'film' }],
    ]
    for (const [message, options] of cases) assert.throws(() => unet(options as never), { message })
  })
})

test('bars are one line of bright pixels, upright or lying, each as often', () => {
  const { x, labels } = data.bars({ size: 5, noise: 0 }).drawLabelled(400, named('bars'))
  const pictures = x.arraySync()
  for (const [i, label] of labels.entries()) {
    const bright = pictures[i]!.flatMap((row, r) =>
      row.flatMap(([value], c) => (value === 1 ? [label === 0 ? c : r] : [])),
    )
    assert.equal(bright.length, 5)
    assert.equal(new Set(bright).size, 1)
  }
  // Four standard deviations of a fair coin.
  approximately(labels.filter((label) => label === 0).length / 400, 0.5, 4 * Math.sqrt(0.25 / 400))
  assert.throws(() => data.bars({ size: 2 }), /size must be a whole number from 3 on/)
})
