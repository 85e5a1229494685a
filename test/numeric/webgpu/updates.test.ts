import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { adamUpdate, adamUpdates, mixAllInto, mixInto, parameter, sumOfSquares } from '../../../src/tensor'
import { revisionOf } from '../../../src/tensor/revision'
import { onWebGpuDevice, read } from './device'
import { assertNear, randoms } from './exact'

const SHAPES = [[], [1], [3], [17], [5, 13], [31, 67], [0, 4]]
const STEP = { beta1: 0.9, beta2: 0.999, size: 0.01, correction: 1.7, epsilon: 1e-8 }

const variable = (values: Float32Array, shape: number[]) => tf.tidy(() => parameter(tf.tensor(values, shape)))

onWebGpuDevice('updates', () => {
  test("a step of Adam is the formula's, for many parameters at once and for one, with decay and without", async () => {
    for (const keep of [undefined, 0.99])
      for (const together of [true, false]) {
        const values = SHAPES.map((shape) => ({
          theta: randoms(shape),
          m: randoms(shape),
          v: randoms(shape).map(Math.abs),
          g: randoms(shape),
        }))
        const parameters = values.map(({ theta, m, v, g }, i) => ({
          theta: variable(theta, SHAPES[i]!),
          m: variable(m, SHAPES[i]!),
          v: variable(v, SHAPES[i]!),
          gradient: tf.tensor(g, SHAPES[i]),
        }))
        const step = { ...STEP, ...(keep && { keep }) }
        if (together) adamUpdates(parameters, step)
        else for (const { theta, m, v, gradient } of parameters) adamUpdate(theta, m, v, gradient, step)
        for (const [i, { theta, m, v, g }] of values.entries()) {
          const { theta: ourTheta, m: ourM, v: ourV, gradient } = parameters[i]!
          if (g.length) assert.equal(revisionOf(ourTheta), 1)
          const newM = Float64Array.from(m, (x, j) => 0.9 * x + 0.1 * g[j]!)
          const newV = Float64Array.from(v, (x, j) => 0.999 * x + 0.001 * g[j]! ** 2)
          const newTheta = Float64Array.from(
            theta,
            (x, j) => (keep ?? 1) * x - (0.01 * newM[j]!) / (Math.sqrt(1.7 * newV[j]!) + 1e-8),
          )
          assertNear((await read(ourM)).values, newM, 1e-6)
          assertNear((await read(ourV)).values, newV, 1e-6)
          assertNear((await read(ourTheta)).values, newTheta, 1e-6)
          gradient.dispose()
        }
      }
  })

  test('what shares memory with a variable stays as it was, and nothing is left behind', async () => {
    const before = tf.memory().numTensors
    const value = tf.tensor1d([1, 2, 3])
    const zeros = tf.zerosLike(value)
    const [theta, m, v] = [parameter(value), parameter(zeros), parameter(zeros)]
    const clone = theta.clone()
    // Numbers that were read once are kept on the processor: they must not be taken for the new ones.
    assert.deepEqual([...(await theta.data())], [1, 2, 3])
    adamUpdate(theta, m, v, value, STEP)
    mixInto(m, value, 0.5)
    assert.deepEqual([...(await value.data())], [1, 2, 3])
    assert.deepEqual([...(await clone.data())], [1, 2, 3])
    assert.notDeepEqual([...(await theta.data())], [1, 2, 3])
    assert.deepEqual([...(await zeros.data())], [0, 0, 0])
    tf.dispose([value, zeros, theta, m, v, clone])
    assert.equal(tf.memory().numTensors, before)
  })

  test('running averages of many', async () => {
    const [x, y] = [SHAPES.map(randoms), SHAPES.map(randoms)]
    const variables = x.map((values, i) => variable(values, SHAPES[i]!))
    const others = y.map((values, i) => tf.tensor(values, SHAPES[i]))
    mixAllInto(
      variables.map((one, i) => [one, others[i]!]),
      0.75,
    )
    for (const [i, one] of variables.entries())
      assertNear(
        (await read(one)).values,
        Float64Array.from(x[i]!, (value, j) => 0.75 * value + 0.25 * y[i]![j]!),
        1e-6,
      )
    tf.dispose(others)
  })

  test('sums of squares', async () => {
    const values = SHAPES.map(randoms)
    const tensors = values.map((one, i) => tf.tensor(one, SHAPES[i]))
    const expected = values.reduce((sum, one) => sum + one.reduce((s, x) => s + x * x, 0), 0)
    assertNear((await read(sumOfSquares(tensors))).values, [expected], 1e-6)
    assert.deepEqual([...(await read(sumOfSquares([]))).values], [0])
    tf.dispose(tensors)
  })
})
