/** Flows of discrete data: noise that fills cells, bounds on probabilities, bits per dimension, temperature. */
import * as tf from '@tensorflow/tfjs'
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import {
  bases,
  bijections,
  data,
  discrete,
  flow,
  glow,
  imageRealNvp,
  learnedNoise,
  metrics,
  train,
  uniformNoise,
  type Bijection,
  type Dequantiser,
} from '../../../src/models'
import { jacobian } from '../../../src/models/ode'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'
import { logAbsDet } from './cases'

before(() => selectBackend('wasm', files))

const named = (name: string) => new RandomStream(23, name)
/** Moves every parameter, so that nothing is as it begins. */
const move = (params: Readonly<Record<string, tf.Variable>>, by: number): void => {
  for (const [name, value] of Object.entries(params))
    tf.tidy(() => value.assign(value.add(named(name).normalTensor(value.shape).mul(by))))
}

describe('noise in cells', () => {
  const shape = [1, 3, 1] as const
  const [n, cell] = [20_000, 0.5]
  const x = () => tf.tile(tf.tensor4d([-0.75, 0.25, 0.75], [1, 1, 3, 1]), [n, 1, 1, 1])
  const drawn = (of: Dequantiser, moved: number) => {
    const params = Object.fromEntries(
      Object.entries(of.initial(named('noise'))).map(([name, value]) => [name, tf.variable(value)]),
    )
    move(params, moved)
    const { noise, logDensity } = tf.tidy(() => ({ ...of.draw(params, x(), cell, named('draws')) }))
    tf.dispose(params)
    return { u: take(noise), logQ: take(logDensity) }
  }

  for (const [name, make] of [
    ['uniform', () => uniformNoise],
    ['learned, at first', () => learnedNoise({ shape, channels: 3 })],
  ] as const)
    test(`${name}: evenly spread over the cell`, () => {
      const { u, logQ } = drawn(make(), 0)
      assert.ok(u.every((value) => Math.abs(value) <= cell / 2))
      const mean = u.reduce((sum, value) => sum + value, 0) / u.length
      const square = u.reduce((sum, value) => sum + value ** 2, 0) / u.length
      // Five standard errors of 60,000 uniform numbers: cell/√12 · 5/√60,000, and cell²/√180 · 5/√60,000.
      approximately([mean], [0], 3e-3)
      approximately([square], [cell ** 2 / 12], 4e-4)
      approximately(
        logQ,
        logQ.map(() => -3 * Math.log(cell)),
        2e-5,
      )
    })

  test('learned: what it says of its own density is so', () => {
    const { u, logQ } = drawn(learnedNoise({ shape, channels: 3 }), 0.4)
    assert.ok(Math.max(...logQ) - Math.min(...logQ) > 1, 'it is not uniform any more')
    // E_q f(u)/q(u) = ∫ f over the cell: its volume for f = 1, cell³ · cell²/12 for f = u₁².
    for (const [f, integral] of [
      [() => 1, cell ** 3],
      [(row: number) => u[3 * row]! ** 2, (cell ** 3 * cell ** 2) / 12],
      [(row: number) => u[3 * row]! * u[3 * row + 1]!, 0],
    ] as const) {
      const terms = Array.from(logQ, (log, row) => f(row) * Math.exp(-log))
      const mean = terms.reduce((sum, term) => sum + term, 0) / n
      const spread = Math.sqrt(terms.reduce((sum, term) => sum + (term - mean) ** 2, 0) / n / n)
      assert.ok(spread < 0.1 * cell ** 3, `${spread}: the draws say little`)
      assert.ok(Math.abs(mean - integral) < 5 * spread + 1e-6, `${mean} ± ${spread}, expected ${integral}`)
    }
  })

  test('refuses what makes no sense', () => {
    assert.throws(() => learnedNoise({ shape: [4] }), /shape must be \[height, width, channels\]/)
    assert.throws(() => learnedNoise({ shape: [1, 1, 3] }), /more than one pixel/)
    assert.throws(() => learnedNoise({ shape, channels: 0 }), /channels must be a positive whole number/)
    assert.throws(() => learnedNoise({ shape, couplings: 1.5 }), /couplings must be a positive whole/)
  })
})

describe('a discrete flow', () => {
  const shape = [2, 2, 1] as const
  const make = (noise?: Dequantiser) => {
    const density = flow(glow({ shape, steps: 1, channels: 3 }), { stream: named('flow') })
    const model = discrete(density, { levels: 2, ...(noise && { noise }), stream: named('noise') })
    move(density.params, 0.1)
    return model
  }
  /** All sixteen pictures of two values. */
  const all = Float32Array.from({ length: 64 }, (_, i) => (((i >> 2) >> (i % 4)) & 1 ? 0.5 : -0.5))
  const logs = (model: ReturnType<typeof make>, draws: number) =>
    take(tf.tidy(() => model.logProbability(tf.tensor4d(all, [16, 2, 2, 1]), { draws, stream: named('u') })))

  test('its probabilities are the masses of cells, whatever noise they are measured with', () => {
    const model = make()
    const P = logs(model, 2000).map(Math.exp)
    const n = 40_000
    const x = take(tf.tidy(() => model.flow.draw(n, named('draws'))))
    const counts = new Float64Array(16)
    for (let row = 0; row < n; row++) {
      const values = x.slice(4 * row, 4 * row + 4)
      if (!values.every((value) => Math.abs(value) <= 1)) continue
      counts[values.reduce((index, value, i) => index + (value > 0 ? 1 << i : 0), 0)]!++
    }
    // Five standard errors of a share, and as much again for the integrals.
    for (const [i, count] of counts.entries())
      approximately([P[i]!], [count / n], 5 * Math.sqrt(count / n / n) + 0.01)
    const learned = make(learnedNoise({ shape, channels: 3 }))
    move(
      Object.fromEntries(Object.entries(learned.params).filter(([name]) => name.startsWith('noise.'))),
      0.3,
    )
    approximately(logs(learned, 2000), logs(model, 2000), 0.1)
    tf.dispose([model.params, learned.params])
  })

  test('with few draws the bound is below, and rises with them', () => {
    const model = make()
    const mean = (draws: number) => {
      const x = tf.tile(tf.tensor4d(all, [16, 2, 2, 1]), [400, 1, 1, 1])
      const log = take(tf.tidy(() => model.logProbability(x, { draws, stream: named(`${draws}`) })))
      x.dispose()
      return log.reduce((sum, value) => sum + value, 0) / log.length
    }
    const [one, eight] = [mean(1), mean(8)]
    const exact = logs(model, 2000).reduce((sum, value) => sum + value / 16, 0)
    assert.ok(one < eight && eight < exact + 0.01, `${one}, ${eight}, ${exact}`)
    tf.dispose(model.params)
  })

  test('draws are the middles of cells, of any law of its flow', () => {
    const model = make()
    const values = new Set(take(model.drawFrom(model.flow.tempered(0.5), 50, named('draw'))))
    assert.deepEqual([...values].sort(), [-0.5, 0.5])
    assert.deepEqual(take(model.draw(7, named('a'))), take(model.drawFrom(model.flow, 7, named('a'))))
    tf.dispose(model.params)
  })

  const bars = data.quantised(data.bars({ size: 4, noise: 0.1 }), { levels: 4 })
  const trained = async (bijection: Bijection, noise: Dequantiser): Promise<number> => {
    const stream = named('training')
    const model = discrete(flow(bijection, { stream }), { levels: 4, noise, stream })
    const first = bars.draw(128, stream)
    model.adaptTo(first, stream)
    await train(model, bars, { steps: 80, batch: 32, rate: 8e-3, clip: 50, stream })
    const held = bars.draw(1000, named('held out'))
    const { value } = await metrics.nll((x) => model.logProbability(x, { stream: named('test') }), held, {
      unit: 'bits per dimension',
    })
    tf.dispose([first, held, model.params])
    return value
  }

  test('Glow learns bars, and noise that is learned tightens the bound', async () => {
    const small = () => glow({ shape: [4, 4, 1], steps: 1, channels: 8, levels: 2 })
    const even = await trained(small(), uniformNoise)
    const learned = await trained(small(), learnedNoise({ shape: [4, 4, 1], channels: 8 }))
    // Writing two bits a pixel takes no model.
    assert.ok(even < 1.8 && learned < even, `${even} and ${learned} bits per dimension`)
  })

  test('RealNVP learns bars', async () => {
    const bits = await trained(imageRealNvp({ shape: [4, 4, 1], couplings: 1, channels: 8 }), uniformNoise)
    assert.ok(bits < 1.9, `${bits} bits per dimension`)
  })

  test('refuses what makes no sense', () => {
    assert.throws(() => discrete({} as never, { levels: 8 }), /first argument must be a flow/)
    const model = make()
    assert.throws(() => discrete(model.flow, { levels: 1 }), /levels must be a whole number from 2 on/)
    assert.throws(() => discrete(model.flow, { levels: 2, range: [1, 1] }), /range must be an interval/)
    const x = tf.zeros([1, 2, 2, 1])
    assert.throws(() => model.logProbability(x, { draws: 0 }), /draws must be a positive whole number/)
    assert.throws(() => model.logProbability(tf.zeros([1, 3])), /takes states of shape \[n, 2, 2, 1\]/)
    tf.dispose([model.params, x])
  })
})

test('Glow’s bits per dimension are those of a change of variables on the dense Jacobian, to 1e-4', async () => {
  const model = flow(glow({ shape: [4, 4, 3], steps: 2, channels: 6, levels: 2 }), { stream: named('glow') })
  move(model.params, 0.05)
  const n = 5
  const x = data
    .dequantised(data.shapes({ size: 16 }))
    .draw(n, named('x'))
    .slice([0, 4, 4, 0], [n, 4, 4, 3])
  const found = take(tf.tidy(() => tf.mul(model.logDensity(x), -1 / (48 * Math.LN2)).add(Math.log2(256 / 2))))
  const [z, dense] = tf.tidy(() => [
    model.encode(x),
    jacobian((y) => model.encode(y).reshape(y.shape), x),
  ]) as [tf.Tensor, tf.Tensor]
  const latent = z.arraySync() as number[][]
  const matrices = (dense.reshape([n, 48, 48]).arraySync() as number[][][]).map(logAbsDet)
  const expected = latent.map((row, i) => {
    const log = row.reduce((sum, value) => sum - value ** 2 / 2 - Math.log(2 * Math.PI) / 2, matrices[i]!)
    return -log / (48 * Math.LN2) + 7
  })
  approximately(found, expected, 1e-4)
  const mean = await metrics.nll(model, x, { unit: 'bits per dimension', offset: 7 })
  approximately([mean.value], [expected.reduce((sum, value) => sum + value / n, 0)], 1e-4)
  tf.dispose([x, z, dense, model.params])
})

describe('temperature', () => {
  test('an affine flow at τ is the normal law of τ times the deviation', () => {
    const model = flow(bijections.affine({ dim: 2 }), { stream: named('affine') })
    move(model.params, 0.5)
    const [mean, unit] = take(model.decode(tf.tensor2d([0, 0, 1, 1], [2, 2]))).reduce<[number[], number[]]>(
      ([m, d], value, i) => (i < 2 ? [[...m, value], d] : [m, [...d, value - m[i - 2]!]]),
      [[], []],
    )
    const points = [0.3, -0.2, 1.4, 0.9]
    const found = take(tf.tidy(() => model.tempered(0.6).logDensity(tf.tensor2d(points, [2, 2]))))
    const expected = [0, 1].map((row) =>
      [0, 1].reduce((sum, i) => {
        const deviation = 0.6 * Math.abs(unit[i]!)
        const standard = (points[2 * row + i]! - mean[i]!) / deviation
        return sum - standard ** 2 / 2 - Math.log(deviation * Math.sqrt(2 * Math.PI))
      }, 0),
    )
    approximately(found, expected, 1e-4)
    tf.dispose(model.params)
  })

  test('draws are f⁻¹(τz) for the same z, and temperatures multiply', () => {
    const model = flow(glow({ shape: [2, 2, 1], steps: 1, channels: 3 }), { stream: named('glow') })
    const z = bases.normal({ shape: [1, 1, 4] }).draw(3, named('z'))
    const expected = take(tf.tidy(() => model.decode(z.mul(0.35))))
    approximately(take(model.tempered(0.7).tempered(0.5).draw(3, named('z'))), expected, 1e-6)
    const doubles = model.tempered(2).base.logDensity(Float64Array.of(2, 0, -4, 6))
    approximately(doubles, [-(1 + 4 + 9) / 2 - 2 * Math.log(2 * Math.PI) - 4 * Math.log(2)], 1e-12)
    for (const wrong of [0, -1, NaN, Infinity])
      assert.throws(() => model.tempered(wrong), /temperature must be positive/)
    tf.dispose([z, model.params])
  })
})
