import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  attentionMaps,
  captioner,
  cosineProcess,
  data,
  ddpm,
  denoiser,
  languageGuidance,
  metrics,
  telling,
  train,
  unet,
  vp,
  type Captioner,
} from '../../../src/models'
import { asDenoiser } from '../../../src/models/denoiser'
import { Prediction } from '../../../src/models/prediction'
import { crossAttention } from '../../../src/models/unet/layers'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('wasm', files))

const stream = (name: string) => new RandomStream(8, name)

describe('pictures of shapes are measured', () => {
  test('whatever is painted is found: its things, their places and the relation', async () => {
    const { x, scenes } = data.shapes({ things: 'any' }).drawScenes(60, stream('measured'))
    const found = await data.captions.measure(x)
    const key = ({ size, colour, shape }: { size: string; colour: string; shape: string }) =>
      `${size} ${colour} ${shape}`
    scenes.forEach(({ things, caption }, i) => {
      assert.deepEqual(found[i]!.things.map(key).sort(), things.map(key).sort(), caption)
      for (const thing of things) {
        const same = found[i]!.things.filter((other) => key(other) === key(thing))
        // A tenth of a pixel is the last move, and three numbers are moved one by one.
        const near = same.some(
          ({ place: [x, y] }) => Math.hypot(x - thing.place[0], y - thing.place[1]) < 0.5 / 16,
        )
        assert.ok(near, `${caption}: its place`)
      }
      assert.ok(found[i]!.unexplained < 0.05, `${caption}: ${found[i]!.unexplained} is left over`)
    })
    const accuracy = await metrics.captionAccuracy(
      x,
      scenes.map(({ caption }) => caption),
    )
    assert.equal(accuracy.value, 1)
    assert.equal(accuracy.relation.value, 1)
    x.dispose()
  })

  test('darkness, noise and three things show nothing that has a name', async () => {
    const one = data.captions.parse('a large red circle')
    const other = data.captions.parse('a small blue square left of a small green triangle')
    const { x } = data.shapes().show([one, other], stream('three'))
    const strange = tf.tidy(() => {
      const both = tf.maximum(x.slice([0], [1]), x.slice([1], [1]))
      return tf.concat([tf.fill([1, 16, 16, 3], -1), stream('noise').normalTensor([1, 16, 16, 3]), both])
    })
    for (const { things } of await data.captions.measure(strange)) assert.deepEqual(things, [])
    await assert.rejects(() => data.captions.measure(tf.zeros([1, 16, 12, 3])), /shape \[n, size, size, 3\]/)
    tf.dispose([x, strange])
  })

  test('each mistake counts against its own attribute, and against the whole', async () => {
    const said = data.captions.parse('a small red circle left of a large blue square')
    const { x } = data.shapes({ things: 2 }).show(
      Array.from({ length: 5 }, () => said),
      stream('mistakes'),
    )
    const accuracy = await metrics.captionAccuracy(x, [
      'a small red circle left of a large blue square',
      'a large red circle left of a large blue square',
      'a small red circle left of a large green triangle',
      'a large blue square left of a small red circle',
      'a small red circle',
    ])
    assert.deepEqual(accuracy.each, [true, false, false, false, false])
    assert.equal(accuracy.value, 1 / 5)
    assert.ok(Math.abs(accuracy.standardError - Math.sqrt(0.16 / 5)) < 1e-12)
    assert.equal(accuracy.things.value, 4 / 5)
    // Of nine things that are named: one has another size, one another colour and shape.
    assert.equal(accuracy.size.value, 8 / 9)
    assert.equal(accuracy.colour.value, 8 / 9)
    assert.equal(accuracy.shape.value, 8 / 9)
    assert.equal(accuracy.relation.value, 3 / 4)
    await assert.rejects(() => metrics.captionAccuracy(x, ['a small red circle']), /5 pictures but 1 caption/)
    x.dispose()
  })
})

describe('a captioner', () => {
  /** Captions of three words out of two, so that all eight can be counted. */
  const small = (): Captioner => {
    const model = captioner(vp(), {
      ...{ shape: [4, 4, 1], tokens: 2, length: 3, channels: 8, multipliers: [1, 1], width: 8 },
      stream: stream('captioner'),
    })
    // Layers that begin at zero would hide what they do.
    for (const [name, value] of Object.entries(model.params))
      tf.tidy(() => value.assign(value.add(stream(name).normalTensor(value.shape).mul(0.3))))
    return model
  }
  const all = Array.from({ length: 8 }, (_, i) => [(i >> 2) & 1, (i >> 1) & 1, i & 1])

  test('the probabilities of all captions of a picture sum to one', () => {
    const model = small()
    const x = tf.tile(stream('x').normalTensor([1, 4, 4, 1]), [8, 1, 1, 1])
    const logs = take(model.logProbability(x, 0.3, all.flat()))
    const sum = logs.reduce((total, log) => total + Math.exp(log), 0)
    assert.ok(Math.abs(sum - 1) < 1e-5, String(sum))
    assert.ok(Math.max(...logs) - Math.min(...logs) > 0.1, 'captions are not all alike')
  })

  test('a word is judged by those before it, not by those after it', () => {
    const model = small()
    const x = tf.tile(stream('x').normalTensor([1, 4, 4, 1]), [8, 1, 1, 1])
    const each = tf.tidy(() => model.logProbabilities(x, 0.3, all.flat()).arraySync())
    for (const [i, words] of all.entries())
      for (const [j, others] of all.entries())
        for (let k = 0; k < 3; k++)
          if (words.slice(0, k + 1).join() === others.slice(0, k + 1).join())
            assert.ok(
              Math.abs(each[i]![k]! - each[j]![k]!) < 1e-5,
              `word ${k} of ${words.join()} and ${others.join()}`,
            )
    assert.ok(Math.abs(each[0]![2]! - each[2]![2]!) > 1e-3, 'the word before matters')
  })

  test('it describes by the likeliest word after the other', async () => {
    const model = small()
    const x = stream('several').normalTensor([5, 4, 4, 1])
    const said = await model.describe(x, 0.5)
    const words: number[] = []
    for (let i = 0; i < 5; i++) {
      const mine: number[] = []
      for (let k = 0; k < 3; k++) {
        const scores = [0, 1].map((word) => {
          const full = [...mine, word, 0, 0].slice(0, 3)
          return tf.tidy(() => model.logProbabilities(x.slice([i], [1]), 0.5, full).dataSync()[k]!)
        })
        mine.push(scores[1]! > scores[0]! ? 1 : 0)
      }
      words.push(...mine)
    }
    assert.deepEqual([...said], words)
  })

  test('it learns what it is told, and says what is wrong', async () => {
    const model = captioner(vp(), {
      ...{ shape: [8, 8, 1], tokens: 2, length: 1, channels: 8, multipliers: [1, 1], width: 8 },
      stream: stream('learns'),
    })
    const bright = telling(data.bars({ size: 8 }), (x) => ({
      caption: tf.tidy(() =>
        x.slice([0, 0, 0, 0], [x.shape[0], 1, 1, 1]).greater(0).toInt().reshape([x.shape[0], 1]),
      ),
    }))
    const run = await train(model, bright, { steps: 60, batch: 32, rate: 5e-3, stream: stream('training') })
    assert.ok(run.loss < 0.75 * run.losses[0]!, `${run.losses[0]} to ${run.loss}`)
    assert.throws(
      () => model.loss(tf.zeros([2, 8, 8, 1]), stream('none')),
      /learns from pictures with captions/,
    )
    assert.throws(() => model.features(tf.zeros([2, 4, 4, 1])), /pictures of shape \[n, 8, 8, 1\]/)
    assert.throws(() => model.logProbability(tf.zeros([2, 8, 8, 1]), 0, [2]), /whole numbers from 0 to 1/)
    assert.throws(
      () => captioner(vp(), { shape: [8, 8, 1], tokens: 0, length: 1 }),
      /tokens must be a positive/,
    )
  })
})

describe('language guidance', () => {
  const process = cosineProcess()
  const seeing = () =>
    captioner(process, {
      ...{
        shape: [8, 8, 3],
        tokens: data.captions.vocabulary.length,
        length: 9,
        channels: 8,
        multipliers: [1, 1],
      },
      ...{ width: 8, stream: stream('seeing') },
    })
  /** A model that knows nothing: x̂₀ is zero. */
  const blank = asDenoiser(process, [8, 8, 3], (x: tf.Tensor, t) => {
    return new Prediction(process, t, [{ value: x, ofX0: () => 0, ofNoise: (t) => 1 / process.sigma(t) }])
  })

  test('adds γ times the gradient of log p(caption | x), as differences find it', () => {
    const model = seeing()
    const caption = 'a small red circle'
    const guided = languageGuidance(blank, model, { caption, scale: 3 })
    const x = stream('x').normalTensor([2, 8, 8, 3])
    const t = 0.5
    const added = take(tf.tidy(() => guided.score(x, t).sub(blank.score(x, t))))
    const tokens = data.captions.encode([caption])
    for (const pixel of [0, 77, 191]) {
      const moved = (by: number): number =>
        tf.tidy(() => {
          const at = tf.buffer([2, 8, 8, 3])
          at.values[pixel] = by
          return model.logProbability(x.add(at.toTensor()), t, tokens).dataSync()[0]!
        })
      const slope = (moved(0.02) - moved(-0.02)) / 0.04
      // Single precision of a log-probability of about −24, over a difference of 0.04.
      assert.ok(
        Math.abs(added[pixel]! - 3 * slope) < 3e-3 + 0.02 * Math.abs(3 * slope),
        `${added[pixel]} and ${3 * slope}`,
      )
    }
  })

  test('says nothing where nothing is left of the picture, and refuses what is no caption', () => {
    const model = seeing()
    const guided = languageGuidance(blank, model, { caption: ['a small red circle', 'a large blue square'] })
    const x = stream('x').normalTensor([2, 8, 8, 3])
    assert.ok(take(guided.predict(x, 1).x0).every((v) => v === 0))
    assert.throws(
      () => languageGuidance(blank, model, { caption: 'a red small circle' }),
      /word 2 must be small or large/,
    )
    assert.throws(
      () => languageGuidance(blank, model, { caption: 'a small red circle', scale: NaN }),
      /scale must be a finite number/,
    )
    assert.throws(
      () => languageGuidance(blank, {} as Captioner, { caption: 'a small red circle' }),
      /language guidance needs a captioner/,
    )
  })
})

describe('maps of attention', () => {
  const conditions = { caption: { tokens: 5, length: 3 } }
  const build = () =>
    denoiser(
      ddpm(),
      unet({
        ...{ shape: [8, 4, 1], channels: 8, multipliers: [1, 2], groups: 4, conditions },
        conditioning: 'cross-attention',
      }),
      { stream: stream('unet') },
    )

  test('are softmax(QKᵀ/√c), written in doubles', () => {
    const layer = crossAttention('look', 4, 2, 3)
    const params = layer.initial(stream('layer'))
    const x = stream('x').normalTensor([2, 3, 2, 4])
    const tokens = stream('tokens').normalTensor<tf.Rank.R3>([2, 5, 3])
    const found = tf.tidy(() => layer.weights(params, x, tokens).arraySync())
    const values = (name: string) => tf.tidy(() => params[`look.${name}`]!.arraySync()) as number[][]
    // Groups of two channels over all six places, gain one and shift zero.
    const X = (x.arraySync() as number[][][][]).map((rows) => rows.flat())
    const normed = X.map((places) =>
      places.map((place) =>
        place.map((v, c) => {
          const group = places.flatMap((p) => p.slice(2 * Math.floor(c / 2), 2 * Math.floor(c / 2) + 2))
          const mean = group.reduce((a, b) => a + b, 0) / group.length
          const variance = group.reduce((sum, g) => sum + (g - mean) ** 2, 0) / group.length
          return (v - mean) / Math.sqrt(variance + 1e-5)
        }),
      ),
    )
    const affine = (v: number[], what: string) =>
      (values(`${what}.W`)[0] as unknown as number[]).map((_, j) =>
        v.reduce(
          (sum, value, i) => sum + value * values(`${what}.W`)[i]![j]!,
          (values(`${what}.b`) as unknown as number[])[j]!,
        ),
      )
    normed.forEach((places, n) =>
      places.forEach((place, p) => {
        const q = affine(place, 'Q')
        const scores = (tokens.arraySync()[n] as number[][]).map((token) =>
          Math.exp(affine(token, 'K').reduce((dot, k, i) => dot + k * q[i]!, 0) / 2),
        )
        const total = scores.reduce((a, b) => a + b, 0)
        approximately(
          found[n]![p]!,
          scores.map((score) => score / total),
          1e-5,
        )
      }),
    )
  })

  test('have the size of the picture, sum to one over words, and depend on what is told', () => {
    const model = build()
    const x = stream('x').normalTensor([2, 8, 4, 1])
    const maps = attentionMaps(model, x, 400, {
      caption: [
        [1, 2, 3],
        [3, 2, 1],
      ],
    })
    assert.deepEqual(maps.shape, [2, 8, 4, 3])
    approximately(take(maps.sum(3)), new Array<number>(64).fill(1), 1e-5)
    const others = attentionMaps(model, x, 400, { caption: [4, 4, 4] })
    assert.ok(take(maps).some((v, i) => Math.abs(v - others.dataSync()[i]!) > 1e-3))
    // Looking on changes nothing of what is predicted.
    const plain = denoiser(ddpm(), unet({ shape: [8, 4, 1], channels: 8, groups: 4, conditions }), {
      stream: stream('u'),
    })
    assert.throws(
      () => attentionMaps(plain, x, 400, { caption: [1, 2, 3] }),
      /conditioning: 'cross-attention'/,
    )
  })
})
