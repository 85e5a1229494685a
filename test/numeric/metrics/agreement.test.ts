import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { metrics, vp, type Classifier } from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { files } from '../backends'

before(() => selectBackend('cpu', files))

/** Numbers on a line: class 0 below zero, 1 from there to one, 2 above. */
const thirds: Classifier = {
  process: vp(),
  shape: [1],
  classes: 3,
  logProbabilities: (x) =>
    tf.tidy(() => tf.logSoftmax(tf.concat([x.neg(), tf.zerosLike(x).add(0.1), x.sub(0.9)], 1).mul(50))),
  gradient: () => {
    throw new Error('a judge guides nothing')
  },
}

describe('agreement', () => {
  test('is the share of samples of the class that was asked for, part by part', async () => {
    // A prime number of samples, more than are looked at together.
    const n = 521
    const stream = new RandomStream(4, 'agreement')
    const values = stream.normal(n)
    const labels = stream.integers(n, 0, 3)
    const truth = Array.from(values, (v) => (v < -0.1 ? 0 : v <= 1 ? 1 : 2))
    const expected = truth.filter((y, i) => y === labels[i]).length / n
    const x = tf.tensor2d(Float32Array.from(values), [n, 1])
    const { value, standardError, verdicts } = await metrics.agreement(x, labels, thirds)
    assert.deepEqual([...verdicts], truth)
    assert.equal(value, expected)
    // With this many samples one more of each kind does not matter.
    assert.ok(Math.abs(standardError / Math.sqrt((expected * (1 - expected)) / n) - 1) < 0.01)
    x.dispose()
  })

  test('of few samples that all agree, says that they might not have', async () => {
    const x = tf.tensor2d([-3, -2, -1], [3, 1])
    const { value, standardError } = await metrics.agreement(x, 0, thirds)
    assert.equal(value, 1)
    assert.ok(Math.abs(standardError - Math.sqrt(((4 / 5) * (1 / 5)) / 3)) < 1e-12)
    x.dispose()
  })

  test('says what does not fit', async () => {
    const x = tf.tensor2d([-3, -2], [2, 1])
    const fails = (f: () => Promise<unknown>, message: RegExp) => assert.rejects(f, message)
    await fails(() => metrics.agreement(x, [0], thirds), /there are 2 samples but 1 labels/)
    await fails(() => metrics.agreement(x, [0, 3], thirds), /from 0 to 2, but one is 3/)
    await fails(() => metrics.agreement(x, 0, undefined as never), /third argument must be a classifier/)
    await fails(() => metrics.agreement(tf.zeros([0, 1]), [], thirds), /n from 1 on/)
    x.dispose()
  })
})
