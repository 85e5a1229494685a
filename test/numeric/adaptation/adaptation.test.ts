import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  controlNet,
  data,
  denoiser,
  lora,
  mlp,
  svd,
  telling,
  train,
  vp,
  type Condition,
  type Denoiser,
  type NetworkDenoiser,
} from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

const process = vp()
const named = (name: string) => new RandomStream(17, name)
const X = [0.3, -0.2, 1.1, 0.8, -0.9, 0.1]
const noise = (model: Denoiser, condition: Condition = null) =>
  take(tf.tidy(() => model.predict(tf.tensor2d(X, [3, 2]), 0.4, condition).noise))
const values = (model: NetworkDenoiser) =>
  Object.fromEntries(Object.entries(model.params).map(([name, value]) => [name, [...value.dataSync()]]))

/** A base that has learned one law, to be adapted to another. */
const before0 = data.mixture({ means: [[-1, 0], [1, 0]], deviations: 0.3 }) // prettier-ignore
const after0 = data.mixture({ means: [[0, -1], [0, 1]], deviations: 0.3 }) // prettier-ignore
let base: NetworkDenoiser
before(async () => {
  await selectBackend('wasm', files)
  base = denoiser(process, mlp({ dim: 2, hidden: [24, 24], embedding: 8 }), {
    predicts: 'v',
    stream: named('base'),
  })
  await train(base, before0, { steps: 200, batch: 128, rate: 1e-2, stream: named('before') })
})

describe('LoRA', () => {
  const adapt = (rank: number, scale?: number) =>
    lora(base, { rank, ...(scale !== undefined && { scale }), stream: named(`rank ${rank}`) })
  /** With B drawn, as after training. */
  const drawn = (rank: number, scale?: number) => {
    const model = adapt(rank, scale)
    for (const [name, value] of Object.entries(model.params))
      if (name.endsWith('B')) tf.tidy(() => value.assign(named(name).normalTensor(value.shape)))
    return model
  }

  test('begins as the base, with rank · (inputs + outputs) numbers to train for each matrix', () => {
    const model = adapt(3)
    approximately(noise(model), noise(base), 0)
    assert.deepEqual(
      Object.fromEntries(Object.entries(model.params).map(([name, value]) => [name, value.shape])),
      {
        'W0.A': [2, 3],
        'W0.B': [3, 24],
        'W1.A': [24, 3],
        'W1.B': [3, 24],
        'W2.A': [24, 3],
        'W2.B': [3, 2],
      },
    )
    for (const [name, value] of Object.entries(model.params)) {
      const zero = value.dataSync().every((v) => v === 0)
      assert.equal(zero, name.endsWith('B'), name)
    }
  })

  test('merged parameters are W₀ + scale · A B, of rank r more; unmerging gives W₀ back', () => {
    const model = drawn(2, 0.7)
    const merged = model.merge()
    const [a, b, w0] = ['W1.A', 'W1.B']
      .map((name) => model.params[name]!.arraySync() as number[][])
      .concat([base.params['W1']!.arraySync() as number[][]])
    const w = merged['W1']!.arraySync() as number[][]
    const change = w.map((row, i) => row.map((v, j) => v - w0![i]![j]!))
    approximately(
      change.flat(),
      a!.flatMap((row) => b![0]!.map((_, j) => 0.7 * row.reduce((sum, v, k) => sum + v * b![k]![j]!, 0))),
      1e-5,
    )
    // Rank two: the third singular value is rounding in single precision.
    const { values: singular } = svd(change)
    assert.ok(
      (singular[2] ?? 0) < 1e-5 * singular[0]! && singular[1]! > 1e-2 * singular[0]!,
      singular.join(' '),
    )
    approximately(merged['b1']!.dataSync(), base.params['b1']!.dataSync(), 0)
    approximately(noise(base.withParams(merged)), noise(model), 1e-5)
    const unmerged = model.unmerge(merged)
    approximately(unmerged['W1']!.dataSync(), base.params['W1']!.dataSync(), 1e-6)
    tf.dispose([merged, unmerged])
  })

  test('scale turns it up and down: 0 is the base', () => {
    const model = drawn(2)
    approximately(noise(model.withScale(0)), noise(base), 1e-6)
    approximately(noise(model.withScale(1)), noise(model), 1e-6)
    const twice = model.merge(2)
    approximately(noise(model.withScale(2)), noise(base.withParams(twice)), 1e-5)
    tf.dispose(twice)
  })

  test('training adapts to other data, leaves the base as it is, and a higher rank gets further', async () => {
    const untouched = values(base)
    const final = async (rank: number) => {
      const model = adapt(rank)
      return (await train(model, after0, { steps: 150, batch: 128, rate: 1e-2, stream: named('after') })).loss
    }
    const x = after0.draw(4096, named('test'))
    const old = take(base.loss(x, named('test noise')))[0]!
    x.dispose()
    const [one, eight] = [await final(1), await final(8)]
    assert.ok(one < old, `${one} against ${old}`)
    // The batches are the same, so that their noise is too.
    assert.ok(eight < one, `${eight} against ${one}`)
    assert.deepEqual(values(base), untouched)
  })

  test('some layers only', () => {
    assert.deepEqual(Object.keys(lora(base, { rank: 1, layers: ['U0'], stream: named('u') }).params), [
      'U0.A',
      'U0.B',
    ])
  })

  test('refuses what makes no sense', () => {
    assert.throws(() => lora({} as never, { rank: 1 }), /must be a denoiser made of a network/)
    assert.throws(() => adapt(0), /rank must be a positive whole number/)
    assert.throws(() => adapt(1, NaN), /scale must be a finite number/)
    assert.throws(
      () => lora(base, { rank: 1, layers: ['W9'] }),
      /W9 is not a matrix or a filter of the network/,
    )
    assert.throws(() => lora(base, { rank: 1, layers: ['b0'] }), /b0 is not a matrix/)
    assert.throws(() => lora(base, { rank: 1, layers: [] }), /no layers to adapt/)
    assert.throws(() => adapt(1).withScale(Infinity), /scale must be a finite number/)
  })
})

describe('ControlNet', () => {
  const control = () => controlNet(base, { name: 'y', length: 1 })
  const Y = [[0.5], [-1], [2]]

  test('begins with the base’s output, unchanged, and its gradient is not zero', () => {
    const model = control()
    assert.deepEqual(noise(model, { y: Y }), noise(base))
    const x = tf.tensor2d(X, [3, 2])
    const { grads } = tf.variableGrads(
      () => model.loss(x, named('loss'), { y: Y }),
      Object.values(model.params),
    )
    const size = (name: string) => Math.max(...take(grads[model.params[name]!.name]!.abs()))
    assert.ok(size('zero.W1') > 1e-4 && size('zero.W2') > 1e-4)
    // What comes before a zero layer has to wait until it is not zero any more.
    assert.equal(size('zero.W0'), 0)
    assert.equal(size('copy.W0'), 0)
  })

  test('is its formula: h′ = h + kZ + z with k of a copy that sees x + cZ₀ + z₀', () => {
    const model = control()
    for (const [name, value] of Object.entries(model.params))
      tf.tidy(() => value.assign(named(name).normalTensor(value.shape).mul(0.3)))
    type Matrix = number[][]
    const p = Object.fromEntries(
      Object.entries({ ...base.params, ...model.params }).map(([name, value]) => [name, value.arraySync()]),
    ) as Record<string, Matrix>
    const times = (row: readonly number[], m: Matrix) =>
      m[0]!.map((_, j) => row.reduce((sum, v, i) => sum + v * m[i]![j]!, 0))
    const plus = (...rows: (readonly number[])[]) =>
      rows[0]!.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0))
    const row = (name: string) => p[name] as unknown as number[]
    const label = 0.9
    const angles = [0, 1, 2, 3].map((i) => 0.25 * 32 ** (i / 3) * label)
    const e = [...angles.map(Math.sin), ...angles.map(Math.cos)]
    const layer = (prefix: string, i: number, h: readonly number[]) =>
      plus(times(h, p[`${prefix}W${i}`]!), times(e, p[`${prefix}U${i}`]!), row(`${prefix}b${i}`)).map(
        (z) => z / (1 + Math.exp(-z)),
      )
    const expected = [0, 1, 2].flatMap((n) => {
      const x = X.slice(2 * n, 2 * n + 2)
      let k: readonly number[] = plus(x, times(Y[n]!, p['zero.W0']!), row('zero.b0'))
      let h: readonly number[] = x
      for (const i of [0, 1]) {
        k = layer('copy.', i, k)
        h = plus(layer('', i, h), times(k, p[`zero.W${i + 1}`]!), row(`zero.b${i + 1}`))
      }
      return plus(times(h, p['W2']!), row('b2'))
    })
    const found = take(model.network(model.params, tf.tensor2d(X, [3, 2]), tf.tensor1d([label]), { y: Y }))
    approximately(found, expected, 1e-4)
    // Told nothing, or to those who are told nothing, it is the base.
    approximately(noise(model), noise(base), 0)
    approximately(noise(model, { y: null }), noise(base), 0)
    const some = noise(model, { y: { value: Y, told: [1, 0, 1] } })
    approximately(some.slice(2, 4), noise(base).slice(2, 4), 1e-5)
    approximately(some.slice(0, 2), noise(model, { y: Y }).slice(0, 2), 1e-5)
  })

  test('learns to follow a condition, and leaves the base as it is', async () => {
    const untouched = values(base)
    const model = control()
    // Told the side that x is on.
    const told = telling(before0, (x) => ({ y: x.slice([0, 0], [-1, 1]).sign() }))
    await train(model, told, { steps: 250, batch: 128, rate: 1e-2, ema: 0.97, stream: named('control') })
    const mean = (y: number) => take(tf.tidy(() => model.predict(tf.zeros([1, 2]), 1, { y: [y] }).x0))
    // At t = 1 nothing of the data is left, so that the prediction is the mean of the side; a short training comes near it.
    approximately([...mean(-1), ...mean(1)], [-1, 0, 1, 0], 0.2)
    assert.deepEqual(values(base), untouched)
  })

  test('a base with conditions of its own keeps them', () => {
    const conditional = denoiser(
      process,
      mlp({ dim: 2, hidden: [6], embedding: 4, conditions: { class: 3 } }),
      {
        stream: named('conditional'),
      },
    )
    const model = controlNet(conditional, { name: 'y', length: 1 })
    assert.deepEqual(noise(model, { class: 2, y: Y }), noise(conditional, { class: 2 }))
    assert.deepEqual(noise(model, { class: 2, y: null }), noise(conditional, { class: 2 }))
    assert.throws(
      () => controlNet(conditional, { name: 'class', length: 1 }),
      /name must be a new condition's/,
    )
  })

  test('refuses what makes no sense', () => {
    assert.throws(
      () => controlNet({} as never, { name: 'y', length: 1 }),
      /must be a denoiser made of a network/,
    )
    assert.throws(() => controlNet(base, { name: 'y', length: 0 }), /length must be a positive whole number/)
    assert.throws(() => noise(control(), { z: 1 }), /lacks y/)
    assert.throws(() => noise(control(), { y: [1, 2] }), /y must have the shape/)
    const own = { ...base, network: Object.assign(() => tf.zeros([1]), { shape: [2], initial: () => ({}) }) }
    assert.throws(() => controlNet(own, { name: 'y', length: 1 }), /network must be an mlp, a unet or a dit/)
  })
})
