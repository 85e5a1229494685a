import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { trainingExecutor } from '../../../src/tensor/fused/trainers'
import type { TrainingRows } from '../../../src/tensor/fused/training'
import { assertNear, onBuilds, read } from './builds'
import { exactStep } from '../fused/perceptronReference'
import { drawn, eachPart, moments, tensorsOf, type Shape } from '../fused/trainingCases'

/** Awkward ones: single units, primes, no hidden layer, rows that do and do not fill tiles and chunks. */
const SHAPES: readonly Shape[] = [
  { widths: [18, 128, 128, 128, 2], n: 512 },
  { widths: [2, 128, 131, 7, 2], n: 513, features: 32, weighted: true },
  { widths: [3, 7, 3, 1], n: 5, features: 2, condition: 3, weighted: true },
  { widths: [1, 1, 1], n: 1 },
  { widths: [2, 131, 128, 3], n: 133, features: 1, condition: 8 },
  { widths: [7, 2, 13, 7], n: 264, condition: 33, weighted: true },
  { widths: [5, 9], n: 131 },
  { widths: [1, 1], n: 1, weighted: true },
]

const STEPPED: Shape = { widths: [3, 21, 8, 3], n: 77, features: 6, weighted: true }

const RULE = { beta1: 0.9, beta2: 0.999, size: 0.01, correction: 1.7, epsilon: 1e-8, keep: 0.99 }

onBuilds('training steps of perceptrons', () => {
  for (const shape of SHAPES)
    test(`loss and gradients of ${JSON.stringify(shape)}`, () => {
      const before = tf.memory()
      const { layers, rows } = drawn(shape)
      const exact = exactStep(layers, rows)
      const { perceptron, batch } = tensorsOf(layers, rows)
      const { check, parameters, condition } = trainingExecutor()!.gradients(perceptron, batch)
      const [loss, squares] = read(check).values
      assertNear([loss!], [exact.loss], 1e-6)
      assertNear([squares!], [exact.squares], 1e-5)
      eachPart(parameters, (gradient, l, part) => {
        const { shape, values } = read(gradient)
        assert.deepEqual(shape, perceptron[l]![part]!.shape)
        assertNear(values, exact.layers[l]![part], 1e-5)
      })
      assert.equal(condition !== undefined, rows.condition.length > 0)
      if (condition) assertNear(read(condition).values, exact.condition, 1e-5)
      tf.dispose([perceptron, batch] as unknown as tf.Tensor[])
      assert.deepEqual(tf.memory(), before)
    })

  for (const clip of [Infinity, 0.05])
    test(`a step of Adam with ${clip === Infinity ? 'gradients as they are' : 'clipped gradients'}`, () => {
      const { layers, rows } = drawn(STEPPED)
      const exact = exactStep(layers, rows)
      const scale = Math.min(1, clip / Math.sqrt(exact.squares))
      assert.equal(scale < 1, clip < Infinity)
      const { perceptron, batch } = tensorsOf(layers, rows)
      const { m, v, started } = moments(perceptron)
      const [loss, squares] = read(
        trainingExecutor()!.step(perceptron, batch, { m, v, rule: RULE, clip }),
      ).values
      assertNear([loss!, squares!], [exact.loss, exact.squares], 1e-5)
      eachPart(perceptron, (theta, l, part) => {
        const [m, v] = [started.m[l]![part]!, started.v[l]![part]!]
        const g = exact.layers[l]![part].map((x) => scale * x)
        const expected = layers[l]![part]!.map((x, i) => {
          const newM = RULE.beta1 * m[i]! + (1 - RULE.beta1) * g[i]!
          const newV = RULE.beta2 * v[i]! + (1 - RULE.beta2) * g[i]! ** 2
          return RULE.keep * x - (RULE.size * newM) / (Math.sqrt(RULE.correction * newV) + RULE.epsilon)
        })
        // A step is at most about its size over the root of the smallest v.
        assertNear(theta.dataSync(), expected, 1e-6, 3)
      })
      tf.dispose([perceptron, batch, m, v] as unknown as tf.Tensor[])
    })

  test('a step whose loss is not finite changes nothing', () => {
    const { layers, rows } = drawn(STEPPED)
    rows.x[3] = NaN
    const { perceptron, batch } = tensorsOf(layers, rows)
    const { m, v, started } = moments(perceptron)
    const [loss] = read(
      trainingExecutor()!.step(perceptron, batch, { m, v, rule: RULE, clip: Infinity }),
    ).values
    assert.ok(Number.isNaN(loss))
    eachPart(perceptron, (theta, l, part) => {
      assert.deepEqual(theta.dataSync(), layers[l]![part])
      assert.deepEqual(m[l]![part]!.dataSync(), started.m[l]![part])
    })
    tf.dispose([perceptron, batch, m, v] as unknown as tf.Tensor[])
  })

  test('the same rows give the same bits, and gradients of none are zero', () => {
    const { layers, rows } = drawn({ widths: [2, 9, 2], n: 300, features: 4 })
    const { perceptron, batch } = tensorsOf(layers, rows)
    const gradients = (rows: TrainingRows) => {
      const { check, parameters } = trainingExecutor()!.gradients(perceptron, rows)
      const values: Float32Array[] = []
      eachPart(parameters, (gradient) => values.push(read(gradient).values))
      return { check: read(check).values, values }
    }
    assert.deepEqual(gradients(batch), gradients(batch))
    const none = { x: tf.zeros([0, 2]), target: tf.zeros([0, 2]), features: tf.zeros([0, 4]) } as TrainingRows
    const { check, values } = gradients(none)
    assert.deepEqual([...check], [NaN, 0])
    for (const each of values) assert.ok(each.every((x) => x === 0))
    tf.dispose([perceptron, batch, none] as unknown as tf.Tensor[])
  })

  test('rows that do not fit the network are refused', () => {
    const { layers, rows } = drawn(STEPPED)
    const { perceptron, batch } = tensorsOf(layers, rows)
    const executor = trainingExecutor()!
    for (const [wrong, message] of [
      [{ ...batch, x: tf.zeros([5, 2]) }, /x has shape \[5, 2\], not \[77, 3\]/],
      [{ x: batch.x, target: batch.target }, /what the network is told of time/],
      [{ ...batch, factor: new Float32Array(3) }, /factor has shape \[3\], not \[77\]/],
    ] as const)
      assert.throws(() => executor.gradients(perceptron, wrong as TrainingRows), message)
    tf.dispose([perceptron, batch] as unknown as tf.Tensor[])
  })
})
