import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { adamUpdate, adamUpdates, mixAllInto, mixInto, parameter, sumOfSquares } from '../../../src/tensor'
import { revisionOf } from '../../../src/tensor/revision'
import { assertNear, onBuilds, randoms, read } from './builds'

const SHAPES = [[], [1], [3], [17], [5, 13], [128, 129], [0, 4]]
const STEP = { beta1: 0.9, beta2: 0.999, size: 0.01, correction: 1.7, epsilon: 1e-8 }

const variable = (values: Float32Array, shape: number[]) => tf.tidy(() => parameter(tf.tensor(values, shape)))

onBuilds('updates', () => {
  test("a step of Adam is the formula's, for many parameters at once and for one, with decay and without", () => {
    for (const keep of [undefined, 0.99])
      for (const together of [true, false]) {
        const before = tf.memory()
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
          assert.equal(revisionOf(ourTheta), 1)
          const newM = Float64Array.from(m, (x, j) => 0.9 * x + 0.1 * g[j]!)
          const newV = Float64Array.from(v, (x, j) => 0.999 * x + 0.001 * g[j]! ** 2)
          const newTheta = Float64Array.from(
            theta,
            (x, j) => (keep ?? 1) * x - (0.01 * newM[j]!) / (Math.sqrt(1.7 * newV[j]!) + 1e-8),
          )
          assertNear(read(ourM).values, newM, 1e-6, 1)
          assertNear(read(ourV).values, newV, 1e-6, 1)
          // A step is at most about its size over the root of the smallest v.
          assertNear(read(ourTheta).values, newTheta, 1e-6, 3)
          gradient.dispose()
        }
        assert.deepEqual(tf.memory(), before)
      }
  })

  test('what shares memory with a variable stays as it was', () => {
    const before = tf.memory()
    const value = tf.tensor1d([1, 2, 3])
    const zeros = tf.zerosLike(value)
    const [theta, m, v] = [parameter(value), parameter(zeros), parameter(zeros)]
    const clone = theta.clone()
    adamUpdate(theta, m, v, value, STEP)
    mixInto(m, value, 0.5)
    assert.deepEqual([...value.dataSync()], [1, 2, 3])
    assert.deepEqual([...clone.dataSync()], [1, 2, 3])
    assert.notDeepEqual([...theta.dataSync()], [1, 2, 3])
    assert.deepEqual([...zeros.dataSync()], [0, 0, 0])
    tf.dispose([value, zeros, theta, m, v, clone])
    assert.deepEqual(tf.memory(), before)
  })

  test('running averages of many', () => {
    const [x, y] = [SHAPES.map(randoms), SHAPES.map(randoms)]
    const variables = x.map((values, i) => variable(values, SHAPES[i]!))
    const others = y.map((values, i) => tf.tensor(values, SHAPES[i]))
    mixAllInto(
      variables.map((one, i) => [one, others[i]!]),
      0.75,
    )
    for (const [i, one] of variables.entries())
      assertNear(
        read(one).values,
        Float64Array.from(x[i]!, (value, j) => 0.75 * value + 0.25 * y[i]![j]!),
        1e-6,
        1,
      )
    tf.dispose(others)
  })

  test('sums of squares', () => {
    const parts = [randoms([1]), randoms([300, 7]), randoms([13]), randoms([0])]
    const exact = parts.reduce((sum, part) => part.reduce((s, x) => s + x * x, sum), 0)
    const tensors = parts.map((part) => tf.tensor1d(part))
    assertNear(read(sumOfSquares(tensors)).values, [exact], 1e-6)
    assert.deepEqual([...read(sumOfSquares([])).values], [0])
    tf.dispose(tensors)
  })

  test('shapes that do not fit are refused', () => {
    const x = tf.tidy(() => parameter(tf.zeros([2])))
    const y = tf.zeros([3])
    assert.throws(() => mixInto(x, y, 0.5), /mixAllInto: a tensor has shape \[3\], not \[2\]/)
    assert.throws(() => adamUpdate(x, x, x, y, STEP), RangeError)
    tf.dispose([x, y])
  })
})
