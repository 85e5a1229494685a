/** LoRA and ControlNet on networks for pictures: U-Nets and transformers. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  controlNet,
  data,
  denoiser,
  dit,
  edges,
  keypoints,
  loadParams,
  lora,
  saveParams,
  scribbles,
  telling,
  train,
  unet,
  vp,
  type Condition,
  type Denoiser,
  type NetworkDenoiser,
} from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('wasm', files))

const named = (name: string) => new RandomStream(29, name)
const shape = [6, 4, 2] as const
const bases: Record<string, () => NetworkDenoiser> = {
  'a U-Net': () =>
    denoiser(vp(), unet({ shape, channels: 4, groups: 2, multipliers: [1, 2], conditions: { class: 3 } }), {
      stream: named('unet'),
    }),
  'a U-Net that looks at tokens': () =>
    denoiser(
      vp(),
      unet({
        ...{ shape, channels: 4, groups: 2, multipliers: [1], blocks: 2 },
        conditions: { class: 3 },
        conditioning: 'cross-attention',
      }),
      { stream: named('looking') },
    ),
  'a transformer': () =>
    denoiser(vp(), dit({ shape, width: 8, depth: 2, heads: 2, conditions: { class: 3 } }), {
      stream: named('dit'),
    }),
}
/** With every parameter moved, as after training: fresh networks have layers of zeros. */
const moved = <M extends NetworkDenoiser>(model: M, by = 0.2): M => {
  for (const [name, value] of Object.entries(model.params))
    tf.tidy(() => value.assign(value.add(named(name).normalTensor(value.shape).mul(by))))
  return model
}
const X = named('x').normal(3 * 48)
const noise = (model: Denoiser, condition: Condition = { class: [0, 2, 1] }) =>
  take(tf.tidy(() => model.predict(tf.tensor4d(Float32Array.from(X), [3, ...shape]), 0.4, condition).noise))
const farthest = (a: readonly number[], b: readonly number[]) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)

for (const [name, make] of Object.entries(bases)) {
  describe(`LoRA of ${name}`, () => {
    let base: NetworkDenoiser
    before(() => (base = moved(make())))
    const adapt = (rank = 2, layers?: readonly string[] | RegExp) =>
      lora(base, { rank, scale: 0.8, ...(layers && { layers }), stream: named('a') })

    test('adapts every dense, convolution and attention weight, and begins as the base', () => {
      const model = adapt()
      const adapted = new Set(Object.keys(model.params).map((key) => key.replace(/\.[AB]$/, '')))
      assert.deepEqual(
        [...adapted].sort(),
        Object.keys(base.params).filter((key) => key.endsWith('.W')).sort(), // prettier-ignore
      )
      approximately(noise(model), noise(base), 0)
      tf.dispose(model.params)
    })

    test('merged equals unmerged, and merging can be undone', () => {
      const model = moved(adapt(), 0.1)
      const merged = model.merge()
      assert.ok(farthest(noise(model), noise(base)) > 1e-2)
      approximately(noise(base.withParams(merged)), noise(model), 1e-5)
      const back = model.unmerge(merged)
      for (const [key, value] of Object.entries(back))
        approximately(value.dataSync(), base.params[key]!.dataSync(), 1e-5, key)
      tf.dispose([merged, back, model.params])
    })

    test('is saved alone, and loaded onto the base again', async () => {
      const model = moved(adapt(1), 0.1)
      const bytes = await saveParams(model)
      const again = lora(base, { rank: 1, scale: 0.8, stream: named('other') })
      loadParams(again, bytes)
      approximately(noise(again), noise(model), 0)
      assert.throws(() => loadParams(adapt(2), bytes), /has the shape/)
      tf.dispose([model.params, again.params])
    })

    test('only the weights that a pattern names', () => {
      const pattern = /attention|qkv/
      const model = adapt(1, pattern)
      const keys = Object.keys(model.params)
      assert.ok(keys.length >= 4 && keys.every((key) => pattern.test(key)), keys.join(' '))
      assert.throws(() => adapt(1, /nothing/), /no layers to adapt whose name fits \/nothing\//)
      assert.throws(() => adapt(1, 'attention' as never), /layers must be a list of names, or a pattern/)
      assert.throws(() => adapt(1, ['time.0.b']), /time\.0\.b is not a matrix or a filter/)
      tf.dispose(model.params)
    })
  })

  describe(`ControlNet of ${name}`, () => {
    let base: NetworkDenoiser
    before(() => (base = moved(make())))
    const picture = [6, 4, 1] as const
    const control = () => controlNet(base, { name: 'edges', picture, stream: named('hint') })
    let c: tf.Tensor4D
    let both: Condition
    before(() => {
      c = tf.tensor4d(Float32Array.from(named('c').uniform(3 * 24)), [3, ...picture])
      both = { class: [0, 2, 1], edges: c }
    })

    test('begins with the base’s output, unchanged, and its zero layers have gradients', () => {
      const model = control()
      approximately(noise(model, both), noise(base), 1e-6)
      const { grads } = tf.variableGrads(
        () => model.loss(tf.tensor4d(Float32Array.from(X), [3, ...shape]), named('loss'), both),
        Object.values(model.params),
      )
      const size = (key: string) => Math.max(...take(grads[model.params[key]!.name]!.abs()))
      const zeros = Object.keys(model.params).filter((key) => /^zero\.W[1-9]/.test(key))
      assert.ok(zeros.length >= 2)
      for (const key of zeros) assert.ok(size(key) > 1e-7, key)
      tf.dispose([grads, model.params])
    })

    test('what it is told matters to those who are told; without it, it is the base', () => {
      const model = moved(control(), 0.3)
      const full = noise(model, both)
      assert.ok(farthest(full, noise(base)) > 1e-2)
      approximately(noise(model, { class: [0, 2, 1], edges: null }), noise(base), 0)
      approximately(noise(model, null), noise(base, null), 0)
      const some = noise(model, { class: [0, 2, 1], edges: { value: c, told: [1, 0, 1] } })
      approximately(some.slice(48, 96), noise(base).slice(48, 96), 1e-5)
      approximately(some.slice(0, 48), full.slice(0, 48), 1e-5)
      const other = tf.tidy(() => c.reverse(1))
      assert.ok(farthest(noise(model, { class: [0, 2, 1], edges: other }), full) > 1e-3)
      approximately(noise(model.withStrength(0), both), noise(base), 0)
      approximately(noise(model.withStrength(1), both), full, 0)
      assert.ok(farthest(noise(model.withStrength(0.5), both), full) > 1e-3)
      assert.throws(() => model.withStrength(NaN), /strength must be a finite number/)
      tf.dispose([other, model.params])
    })

    test('together with LoRA: merged into the base, the control stays its own', () => {
      const model = moved(control(), 0.3)
      const style = moved(lora(base, { rank: 1, stream: named('style') }), 0.1)
      const merged = style.merge()
      const together = model.withBase(merged)
      approximately(noise(together, { class: [0, 2, 1], edges: null }), noise(style), 1e-5)
      // The copy is of the old base, and what the layers of zeros would add to it is added to the new one.
      assert.ok(farthest(noise(together, both), noise(style)) > 1e-2)
      assert.ok(farthest(noise(together, both), noise(model, both)) > 1e-2)
      const fresh = control()
      approximately(noise(fresh.withBase(merged), both), noise(style), 1e-5)
      assert.throws(() => model.withBase({}), /the base's parameters lack/)
      assert.throws(() => controlNet(style, { name: 'edges', picture }), /merge a LoRA into its base first/)
      tf.dispose([merged, style.params, model.params, fresh.params])
    })

    test('a vector can be told, too, and what fits nothing cannot', () => {
      const model = moved(controlNet(base, { name: 'y', length: 2, stream: named('hint') }), 0.3)
      const told = noise(model, { class: [0, 2, 1], y: [[1, 0], [0, 1], [1, 1]] }) // prettier-ignore
      assert.ok(farthest(told, noise(base)) > 1e-2)
      assert.throws(() => controlNet(base, { name: 'e', picture: [5, 4, 1] }), /does not fit a network/)
      assert.throws(() => controlNet(base, { name: 'e', picture: [6, 4] as never }), /picture must be/)
      tf.dispose(model.params)
    })
  })
}

test('a U-Net learns to follow edges while the network that it controls stays as it was', async () => {
  const bars = data.bars({ size: 4 })
  const base = denoiser(vp(), unet({ shape: [4, 4, 1], channels: 8, groups: 4, multipliers: [1] }), {
    predicts: 'x0',
    stream: named('base'),
  })
  await train(base, bars, { steps: 40, batch: 16, rate: 5e-3, stream: named('bars') })
  const untouched = Object.values(base.params).map((value) => [...value.dataSync()])
  const model = controlNet(base, { name: 'edges', picture: [4, 4, 1], stream: named('hint') })
  const drawn = telling(bars, (x) => ({ edges: edges(x) }))
  await train(model, drawn, { steps: 60, batch: 16, rate: 5e-3, stream: named('drawn') })
  assert.deepEqual(
    Object.values(base.params).map((value) => [...value.dataSync()]),
    untouched,
  )
  // From pure noise, only the edges say which bar it is.
  const x = bars.draw(64, named('held out'))
  const error = (edgesOf: tf.Tensor | null) =>
    take(
      tf.tidy(() =>
        tf.losses.meanSquaredError(
          x,
          model.predict(named('noise').normalTensor([64, 4, 4, 1]), 1, edgesOf && { edges: edgesOf }).x0,
        ),
      ),
    )[0]!
  const outline = edges(x)
  const [told, guessed] = [error(outline), error(null)]
  assert.ok(told < 0.6 * guessed, `${told} against ${guessed}`)
  tf.dispose([x, outline, model.params, base.params])
})

describe('what pictures are drawn after', () => {
  const picture = (rows: readonly (readonly number[])[]) =>
    tf.tensor4d(rows.flat(), [1, rows.length, rows[0]!.length, 1])
  /** A dot of ink at the given places of a picture of paper. */
  const inked = (height: number, width: number, places: readonly (readonly [number, number])[]) =>
    picture(
      Array.from({ length: height }, (_, i) =>
        Array.from({ length: width }, (_, j) => (places.some(([a, b]) => a === i && b === j) ? 1 : -1)),
      ),
    )

  test('edges are the slope of a plane, and stand where ink begins', () => {
    const [a, b] = [0.3, -0.2]
    const plane = picture(
      Array.from({ length: 5 }, (_, i) => Array.from({ length: 7 }, (_, j) => a * i + b * j)),
    )
    const slopes = take(edges(plane))
    for (let i = 1; i < 4; i++)
      approximately(slopes.slice(7 * i + 1, 7 * i + 6), Array<number>(5).fill(Math.hypot(a, b)), 1e-5)
    const half = picture(Array.from({ length: 4 }, () => [-1, -1, -1, 1, 1, 1]))
    approximately(take(edges(half)), Array.from({ length: 24 }, (_, k) => Number(k % 6 === 2 || k % 6 === 3)), 1e-6) // prettier-ignore
    tf.dispose([plane, half])
  })

  test('scribbles are blocks of two pixels where the ink is, a pixel off at most', () => {
    const x = tf.tile(inked(6, 8, [[2, 4], [2, 5], [3, 4], [3, 5]]), [60, 1, 1, 1]) // prettier-ignore
    const all = take(scribbles(x, { stream: named('scribbles') }))
    const places = new Set<string>()
    for (let n = 0; n < 60; n++) {
      const ink = Array.from({ length: 48 }, (_, k) => k).filter((k) => all[48 * n + k])
      const first = ink[0]!
      assert.deepEqual(ink, [first, first + 1, first + 8, first + 9])
      places.add(`${Math.floor(first / 8) - 2},${(first % 8) - 4}`)
    }
    assert.deepEqual([...places].sort(), [
      '-1,-1',
      '-1,0',
      '-1,1',
      '0,-1',
      '0,0',
      '0,1',
      '1,-1',
      '1,0',
      '1,1',
    ])
    assert.throws(() => scribbles(tf.zeros([1, 3, 4, 1])), /height and width must be even/)
    x.dispose()
  })

  test('key points are the topmost place and those farthest from the ones before', () => {
    const x = inked(5, 9, [[1, 1], [2, 2], [4, 8], [3, 4], [4, 1]]) // prettier-ignore
    const dots = take(keypoints(x, { count: 3, deviation: 0.1 }))
    const found = Array.from(dots.keys()).filter((k) => dots[k]! > 0.5)
    assert.deepEqual(found, [1 * 9 + 1, 3 * 9 + 4, 4 * 9 + 8])
    const wide = take(keypoints(x, { count: 1, deviation: 2 }))
    approximately([wide[0]!, wide[9 + 3]!], [Math.exp(-2 / 8), Math.exp(-4 / 8)], 1e-5)
    const empty = inked(3, 3, [])
    approximately(take(keypoints(empty)), Array<number>(9).fill(0), 0)
    assert.throws(() => keypoints(x, { count: 0 }), /count must be a positive whole number/)
    assert.throws(() => keypoints(x, { deviation: -1 }), /deviation must be positive/)
    assert.throws(() => edges(tf.zeros([3, 3])), /pictures must be a tensor of shape/)
    tf.dispose([x, empty])
  })
})
