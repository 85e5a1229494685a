/** What pictures are judged by: precision and recall, and a classifier's features and verdicts. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { classifier, encoder, metrics, vp } from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files } from '../backends'

before(() => selectBackend('wasm', files))

const stream = (name: string) => new RandomStream(8, name)

function points(n: number, dim: number, name: string, deviation = 1, shift = 0): number[][] {
  const z = stream(name).normal(n * dim)
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: dim }, (_, c) => shift + deviation * z[i * dim + c]!),
  )
}

/** By sorting all distances. */
function shareCovered(by: number[][], of: number[][], k: number): number {
  const distance = (a: number[], b: number[]) => Math.hypot(...a.map((x, c) => x - b[c]!))
  const reach = by.map((a, i) => {
    const others = by.filter((_, j) => j !== i).map((b) => distance(a, b))
    return others.sort((x, y) => x - y)[k - 1]!
  })
  return of.filter((x) => by.some((a, i) => distance(a, x) <= reach[i]!)).length / of.length
}

describe('precision and recall', () => {
  for (const [n, m, dim, k] of [
    [31, 47, 1, 1],
    [97, 60, 3, 3],
    [50, 53, 7, 5],
    [4, 4, 2, 3],
  ] as const)
    test(`${n} and ${m} points of ${dim} numbers, ${k} neighbours, as by sorting all distances`, async () => {
      const [real, made] = [points(n, dim, 'real'), points(m, dim, 'made', 0.7, 0.3)]
      const { precision, recall } = await metrics.precisionRecall(real, made, { neighbours: k })
      approximately(precision.value, shareCovered(real, made, k), 1e-12)
      approximately(recall.value, shareCovered(made, real, k), 1e-12)
      const p = precision.value
      approximately(precision.standardError, Math.sqrt((p * (1 - p)) / m), 1e-12)
    })

  test('a set that lies in the middle is precise and misses the rest; one elsewhere has neither', async () => {
    const real = points(400, 2, 'all')
    const middle = await metrics.precisionRecall(real, points(400, 2, 'middle', 0.2))
    assert.ok(middle.precision.value > 0.97 && middle.recall.value < 0.2, JSON.stringify(middle))
    const elsewhere = await metrics.precisionRecall(real, points(400, 2, 'away', 1, 100))
    assert.deepEqual([elsewhere.precision.value, elsewhere.recall.value], [0, 0])
    assert.equal(elsewhere.features, 'identity')
  })

  test('features are what distances are taken in', async () => {
    // The second number is noise that the feature leaves out.
    const features = { name: 'first', of: (x: tf.Tensor) => x.slice([0, 0], [-1, 1]) }
    const [real, made] = [points(60, 1, 'r'), points(70, 1, 'm', 0.5)]
    const wide = (rows: number[][], name: string) =>
      tf.tensor2d(rows.map(([x], i) => [x!, 50 * stream(name).normal(rows.length)[i]!]))
    const found = await metrics.precisionRecall(wide(real, 'a'), wide(made, 'b'), { features })
    assert.equal(found.features, 'first')
    // What is told in single precision may be rounded across a ball's edge.
    approximately(found.precision.value, shareCovered(real, made, 3), 0.03)
    approximately(found.recall.value, shareCovered(made, real, 3), 0.03)
  })

  test('what makes no sense is said', async () => {
    const few = points(3, 2, 'few')
    await assert.rejects(metrics.precisionRecall(few, few), /whole number from 1 to 2, but is 3/)
    await assert.rejects(
      metrics.precisionRecall(few, points(5, 3, 'x')),
      /of 2 numbers, the generated one of 3/,
    )
    const none = { features: {} as never }
    await assert.rejects(metrics.precisionRecall(few, few, none), /features must be \{ name, of \}/)
  })
})

describe('accuracy', () => {
  test('the share of right answers, labels or captions, with its binomial error', () => {
    const found = metrics.accuracy([1, 2, 3, 4], Int32Array.of(1, 2, 0, 4))
    approximately(found.value, 0.75, 1e-15)
    approximately(found.standardError, Math.sqrt((0.75 * 0.25) / 4), 1e-15)
    assert.equal(metrics.accuracy(['a red ring', 'a box'], ['a red ring', 'a blue box']).value, 0.5)
    assert.throws(() => metrics.accuracy([1], [1, 2]), /1 answers to 2 samples/)
    assert.throws(() => metrics.accuracy([], []), /0 answers to 0 samples/)
    assert.throws(() => metrics.accuracy('red' as never, 'red' as never), /must be a list/)
  })

  test('means come with their standard errors', () => {
    const { value, standardError } = metrics.mean([1, 2, 4, 9])
    approximately(value, 4, 1e-14)
    // Σ (x − 4)² = 9 + 4 + 0 + 25 = 38.
    approximately(standardError, Math.sqrt(38 / 3 / 4), 1e-14)
  })
})

describe('a classifier as a feature space', () => {
  const network = encoder({ shape: [4, 4, 1], outputs: 3, channels: 4, multipliers: [1, 2], groups: 2 })

  test('features and verdicts of many pictures are those of each, and feed the metrics', async () => {
    const model = classifier(vp(), network, { classes: 3, clean: true, stream: stream('model') })
    const features = metrics.classifierFeatures('tiny', model, network)
    // One more than go through the network together.
    const n = 257
    const x = stream('pictures').normalTensor([n, 4, 4, 1])
    const of = features.of(x) as tf.Tensor2D
    const told = features.probabilities(x)
    assert.deepEqual(
      [of.shape, told.shape],
      [
        [n, 8],
        [n, 3],
      ],
    )
    for (const i of [0, 255, 256]) {
      const one = x.slice(i, 1)
      const [f, p] = [features.of(one).dataSync(), features.probabilities(one).dataSync()]
      for (const [c, value] of f.entries()) approximately(of.arraySync()[i]![c]!, value, 1e-5)
      const logs = model.logProbabilities(one, 0).dataSync()
      for (const [y, value] of p.entries()) {
        approximately(value, Math.exp(logs[y]!), 1e-6)
        approximately(told.arraySync()[i]![y]!, value, 1e-6)
      }
    }
    const score = await metrics.inceptionScore(x, { classifier: features })
    assert.deepEqual(score, await metrics.inceptionScore(told))
    const distance = await metrics.frechet(x, x, { features })
    assert.equal(distance.features, 'tiny')
    approximately(distance.value, 0, 1e-6)
    const quick = await metrics.frechet(x.slice(0, 100), x.slice(100), { features, errors: false })
    const whole = await metrics.frechet(x.slice(0, 100), x.slice(100), { features })
    assert.equal(quick.value, whole.value)
    assert.ok(Number.isNaN(quick.standardError) && whole.standardError > 0)
    await assert.rejects(
      metrics.inceptionScore([[0.5, 0.5]], { classifier: features }),
      /a tensor of samples/,
    )
    await assert.rejects(metrics.inceptionScore(x, { classifier: {} as never }), /a classifier such as/)
  })
})
