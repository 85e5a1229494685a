import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe, test } from 'node:test'
import * as tfjs from '@tensorflow/tfjs'
import { cellTf as tf, RandomStream, rerouteRandom, selectBackend, setStream } from '../../../src/tensor'
import { files, take } from '../../numeric/backends'

before(() => selectBackend('cpu', files))

let restore: () => void
let previous: RandomStream
const rewind = () => setStream(new RandomStream(3, 'cell'))
beforeEach(() => {
  restore = rerouteRandom()
  previous = rewind()
})
afterEach(() => {
  restore()
  setStream(previous)
})

const N = 20_000
const mean = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length
const variance = (x: readonly number[]) => {
  const centre = mean(x)
  return mean(x.map((a) => (a - centre) ** 2))
}

/** Every random function of TensorFlow.js, with the mean and the variance of its law. */
const LAWS: Record<string, readonly [() => tfjs.Tensor, number, number]> = {
  randomNormal: [() => tf.randomNormal([N], 2, 3), 2, 9],
  randomStandardNormal: [() => tf.randomStandardNormal([N]), 0, 1],
  // Of a standard normal cut at ±2: 1 − 4φ(2)/(2Φ(2) − 1).
  truncatedNormal: [() => tf.truncatedNormal([N]), 0, 0.77374],
  randomUniform: [() => tf.randomUniform([N], -1, 3), 1, 16 / 12],
  randomUniformInt: [() => tf.randomUniformInt([N], 0, 4), 1.5, 1.25],
  randomGamma: [() => tf.randomGamma([N], 3, 2), 1.5, 0.75],
  'randomGamma below 1': [() => tf.randomGamma([N], 0.4), 0.4, 0.4],
  multinomial: [
    () => tf.multinomial(tf.tensor1d([Math.log(0.2), Math.log(0.5), Math.log(0.3)]), N),
    1.1,
    0.49,
  ],
  dropout: [() => tf.dropout(tf.ones([N]), 0.25), 1, 1 / 3],
}

describe('random functions of cells', () => {
  for (const [name, [draw, expectedMean, expectedVariance]] of Object.entries(LAWS))
    test(`${name} follows its law, and repeats with the stream`, () => {
      const x = take(draw())
      assert.equal(x.length, N)
      // Six standard errors; the variance's own error is that of laws with a kurtosis of at most 18.
      assert.ok(Math.abs(mean(x) - expectedMean) < 6 * Math.sqrt(expectedVariance / N), `mean ${mean(x)}`)
      assert.ok(
        Math.abs(variance(x) - expectedVariance) < 6 * expectedVariance * Math.sqrt(17 / N),
        `variance ${variance(x)}`,
      )
      rewind()
      assert.deepEqual(take(draw()), x)
      assert.notDeepEqual(take(draw()), x)
    })

  test('a seed of its own gives the same numbers whatever the stream', () => {
    const a = take(tf.randomNormal([5], 0, 1, 'float32', 42))
    assert.deepEqual(take(tf.randomNormal([5], 0, 1, 'float32', 42)), a)
    assert.notDeepEqual(take(tf.randomNormal([5], 0, 1, 'float32', 43)), a)
  })

  test('shapes and types are those of TensorFlow.js', () => {
    assert.deepEqual(tf.randomNormal([2, 3]).shape, [2, 3])
    assert.equal(tf.randomUniform([4], 0, 10, 'int32').dtype, 'int32')
    assert.equal(tf.randomUniform([4], 0, 2, 'bool').dtype, 'bool')
    assert.deepEqual(
      tf.multinomial(
        tf.tensor2d([
          [0, 0],
          [0, 9],
        ]),
        7,
      ).shape,
      [2, 7],
    )
    assert.deepEqual(tf.dropout(tf.ones([3, 2]), 0.5, [3, 1]).shape, [3, 2])
    assert.equal(Math.max(...take(tf.truncatedNormal([5000])).map(Math.abs)) <= 2, true)
    assert.throws(() => tf.dropout([1], 1), /rate must be in \[0, 1\)/)
    assert.throws(() => tf.randomGamma([1], -1), /positive/)
  })

  test('Math.random and the initial weights of layers draw from the stream too', () => {
    const draw = () => {
      const dense = tf.layers.dense({ units: 3, inputShape: [2] })
      const model = tf.sequential({ layers: [dense] })
      const weights = model.getWeights().flatMap((w) => [...w.dataSync()])
      model.dispose()
      return [Math.random(), ...weights]
    }
    const first = draw()
    rewind()
    assert.deepEqual(draw(), first)
    assert.ok(first[0]! >= 0 && first[0]! < 1)
  })

  test('is put back', () => {
    restore()
    assert.match(Function.prototype.toString.call(Math.random), /native code/)
    restore = rerouteRandom()
  })

  test('everything else is TensorFlow.js itself', () => {
    assert.equal(tf.tensor, tfjs.tensor)
    assert.equal(tf.layers, tfjs.layers)
    assert.deepEqual(Object.keys(tf).sort(), Object.keys(tfjs).sort())
    const g = tf.grad((x) => x.square().sum())
    assert.deepEqual(take(g(tf.tensor1d([3]))), [6])
  })
})
