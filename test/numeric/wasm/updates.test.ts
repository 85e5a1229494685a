import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { adamUpdate, mixInto, parameter, sumOfSquares } from '../../../src/tensor'
import { assertNear, onBuilds, randoms, read } from './builds'

const SHAPES = [[], [1], [3], [17], [5, 13], [128, 129], [0, 4]]
const STEP = { beta1: 0.9, beta2: 0.999, size: 0.01, correction: 1.7, epsilon: 1e-8 }

onBuilds('updates', () => {
  test("a step of Adam is the formula's, with decay and without", () => {
    for (const shape of SHAPES)
      for (const keep of [undefined, 0.99]) {
        const [theta, m, g] = [randoms(shape), randoms(shape), randoms(shape)]
        const v = randoms(shape).map(Math.abs)
        const variables = [theta, m, v].map((values) => tf.tidy(() => parameter(tf.tensor(values, shape))))
        const gradient = tf.tensor(g, shape)
        adamUpdate(variables[0]!, variables[1]!, variables[2]!, gradient, { ...STEP, keep })
        const newM = m.map((x, i) => 0.9 * x + 0.1 * g[i]!)
        const newV = v.map((x, i) => 0.999 * x + 0.001 * g[i]! ** 2)
        const newTheta = theta.map(
          (x, i) => (keep ?? 1) * x - (0.01 * newM[i]!) / (Math.sqrt(1.7 * newV[i]!) + 1e-8),
        )
        assertNear(read(variables[1]!).values, newM, 1e-6, 1)
        assertNear(read(variables[2]!).values, newV, 1e-6, 1)
        // A step is at most about its size over the root of the smallest v.
        assertNear(read(variables[0]!).values, newTheta, 1e-6, 3)
        gradient.dispose()
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

  test('running averages', () => {
    const [x, y] = [randoms([7, 9]), randoms([7, 9])]
    const variable = tf.tidy(() => parameter(tf.tensor2d(x, [7, 9])))
    const other = tf.tensor2d(y, [7, 9])
    mixInto(variable, other, 0.75)
    assertNear(
      read(variable).values,
      x.map((value, i) => 0.75 * value + 0.25 * y[i]!),
      1e-6,
    )
    other.dispose()
  })

  test('sums of squares', () => {
    const parts = [randoms([1]), randoms([300, 7]), randoms([13]), randoms([0])]
    const exact = parts.reduce((sum, part) => part.reduce((s, x) => s + x * x, sum), 0)
    const tensors = parts.map((part) => tf.tensor1d(part))
    assertNear(read(sumOfSquares(tensors)).values, [exact], 1e-6)
    tf.dispose(tensors)
  })

  test('shapes that do not fit are refused', () => {
    const x = tf.tidy(() => parameter(tf.zeros([2])))
    const y = tf.zeros([3])
    assert.throws(() => mixInto(x, y, 0.5), /mixInto: a tensor has shape \[3\], not \[2\]/)
    assert.throws(() => adamUpdate(x, x, x, y, STEP), RangeError)
    tf.dispose([x, y])
  })
})
