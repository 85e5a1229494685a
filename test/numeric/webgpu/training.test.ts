import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { parameter } from '../../../src/tensor'
import { trainingExecutor } from '../../../src/tensor/fused/trainers'
import type { LayerOf, Perceptron, TrainingExecutor, TrainingRows } from '../../../src/tensor/fused/training'
import { webGpuTraining } from '../../../src/tensor/webgpu/fused/training'
import { exactStep } from '../fused/perceptronReference'
import { drawn, eachPart, moments, tensorsOf, type Shape } from '../fused/trainingCases'
import { assertNear } from '../wasm/builds'
import { onWebGpuDevice, read } from './device'

/** Awkward ones: single units, primes, no hidden layer, rows that do and do not fill tiles; few, as software compiles shaders slowly. */
const SHAPES: readonly Shape[] = [
  { widths: [18, 128, 2], n: 35, features: 5, weighted: true },
  { widths: [3, 7, 6, 5], n: 33, features: 2, condition: 3, weighted: true },
  { widths: [2, 67, 8, 1], n: 9, condition: 8 },
  { widths: [5, 9], n: 131 },
  { widths: [1, 1, 1], n: 1 },
]

const STEPPED: Shape = { widths: [3, 7, 8, 3], n: 17, features: 6, weighted: true }
const RULE = { beta1: 0.9, beta2: 0.999, size: 0.01, correction: 1.7, epsilon: 1e-8, keep: 0.99 }

/** Variables of the same shapes. */
function variables(of: Perceptron, values: (part: tf.Tensor) => tf.Tensor): Perceptron<tf.Variable> {
  return of.map(
    (layer) =>
      Object.fromEntries(
        Object.entries(layer).map(([name, part]) => [
          name,
          tf.tidy(() => parameter(values(part as tf.Tensor))),
        ]),
      ) as unknown as LayerOf<tf.Variable>,
  )
}

const zeros = (of: Perceptron): Perceptron<tf.Variable> => variables(of, tf.zerosLike)

onWebGpuDevice('training steps of perceptrons', () => {
  test('it is the executor of this backend', () => {
    assert.equal(trainingExecutor(), webGpuTraining)
  })

  for (const shape of SHAPES)
    test(`loss and gradients of ${JSON.stringify(shape)}`, async () => {
      const { layers, rows } = drawn(shape)
      const exact = exactStep(layers, rows)
      const { perceptron, batch } = tensorsOf(layers, rows)
      const { numTensors } = tf.memory()
      const { check, parameters, condition } = webGpuTraining.gradients(perceptron, batch)
      const [loss, squares] = (await read(check)).values
      assertNear([loss!], [exact.loss], 1e-6)
      assertNear([squares!], [exact.squares], 1e-5)
      const found: [tf.Tensor, Float64Array][] = []
      eachPart(parameters, (gradient, l, part) => {
        assert.deepEqual(gradient.shape, perceptron[l]![part]!.shape)
        found.push([gradient, exact.layers[l]![part]])
      })
      for (const [gradient, expected] of found) assertNear((await read(gradient)).values, expected, 1e-5)
      assert.equal(condition !== undefined, rows.condition.length > 0)
      if (condition) assertNear((await read(condition)).values, exact.condition, 1e-5)
      assert.equal(tf.memory().numTensors, numTensors)
      tf.dispose([perceptron, batch] as unknown as tf.Tensor[])
    })

  for (const clip of [Infinity, 0.05])
    test(`a step of Adam with ${clip === Infinity ? 'gradients as they are' : 'clipped gradients'}`, async () => {
      const { layers, rows } = drawn(STEPPED)
      const exact = exactStep(layers, rows)
      const scale = Math.min(1, clip / Math.sqrt(exact.squares))
      assert.equal(scale < 1, clip < Infinity)
      const { perceptron, batch } = tensorsOf(layers, rows)
      const { m, v, started } = moments(perceptron)
      const { numTensors } = tf.memory()
      const check = webGpuTraining.step(perceptron, batch, { m, v, rule: RULE, clip })
      assertNear((await read(check)).values, [exact.loss, exact.squares], 1e-5)
      assert.equal(tf.memory().numTensors, numTensors)
      const found: [tf.Variable, Float32Array][] = []
      eachPart(perceptron, (theta, l, part) => {
        const [m, v] = [started.m[l]![part]!, started.v[l]![part]!]
        const g = exact.layers[l]![part].map((x) => scale * x)
        const expected = layers[l]![part]!.map((x, i) => {
          const newM = RULE.beta1 * m[i]! + (1 - RULE.beta1) * g[i]!
          const newV = RULE.beta2 * v[i]! + (1 - RULE.beta2) * g[i]! ** 2
          return RULE.keep * x - (RULE.size * newM) / (Math.sqrt(RULE.correction * newV) + RULE.epsilon)
        })
        found.push([theta, expected])
      })
      // A step is at most about its size over the root of the smallest v.
      for (const [theta, expected] of found) assertNear(await theta.data(), expected, 1e-6, 3)
      tf.dispose([perceptron, batch, m, v] as unknown as tf.Tensor[])
    })

  test('several steps at once are the same as one after another', async () => {
    const { layers, rows } = drawn(STEPPED)
    const rules = [RULE, { ...RULE, size: 0.02 }, RULE]
    const trained = async (
      take: (...step: Parameters<NonNullable<TrainingExecutor['steps']>>) => tf.Tensor,
    ) => {
      const { perceptron, batch } = tensorsOf(layers, rows)
      const half = tensorsOf(layers, { ...rows, x: rows.x.map((x) => x / 2) })
      const [m, v] = [zeros(perceptron), zeros(perceptron)]
      const values = [
        (await read(take(perceptron, [batch, half.batch, batch], { m, v, clip: 1, rules }))).values,
      ]
      for (const { weights, bias } of [perceptron, m, v].flat())
        values.push((await weights.data()) as Float32Array, (await bias.data()) as Float32Array)
      tf.dispose([perceptron, batch, half.perceptron, half.batch, m, v] as unknown as tf.Tensor[])
      return values
    }
    const atOnce = await trained(webGpuTraining.steps!)
    const inTurn = await trained((perceptron, batches, { rules, ...update }) =>
      tf.tidy(() =>
        tf.concat(
          batches.map((batch, i) => webGpuTraining.step(perceptron, batch, { ...update, rule: rules[i]! })),
        ),
      ),
    )
    assert.equal(atOnce[0]!.length, 6)
    assert.deepEqual(atOnce, inTurn)
  })

  test('a running average takes part in each step', async () => {
    const { layers, rows } = drawn(STEPPED)
    const { perceptron, batch } = tensorsOf(layers, rows)
    const [m, v] = [zeros(perceptron), zeros(perceptron)]
    const of = variables(perceptron, (part) => part)
    const update = { m, v, clip: Infinity }
    const seen: Float32Array[] = []
    for (const keep of [0.5, 0.9]) {
      const average = { of, keeps: [keep] }
      await read(webGpuTraining.steps!(perceptron, [batch], { ...update, rules: [RULE], average }))
      seen.push((await perceptron[1]!.weights.data()) as Float32Array)
    }
    const expected = layers[1]!.weights.map(
      (x, i) => 0.9 * (0.5 * x + 0.5 * seen[0]![i]!) + 0.1 * seen[1]![i]!,
    )
    assertNear(await of[1]!.weights.data(), expected, 1e-6)
    tf.dispose([perceptron, batch, m, v, of] as unknown as tf.Tensor[])
  })

  test('from a step on whose loss is not finite nothing is changed', async () => {
    const { layers, rows } = drawn(STEPPED)
    const { perceptron, batch } = tensorsOf(layers, rows)
    const { m, v, started } = moments(perceptron)
    const bad = tensorsOf(layers, { ...rows, x: rows.x.map((x, i) => (i === 3 ? NaN : x)) })
    const update = { m, v, clip: Infinity }
    const checks = webGpuTraining.steps!(perceptron, [bad.batch, batch], { ...update, rules: [RULE, RULE] })
    const { values } = await read(checks)
    assert.ok(!Number.isFinite(values[0]) && !Number.isFinite(values[2]))
    const found: [tf.Variable, Float32Array][] = []
    eachPart(perceptron, (theta, l, part) => {
      found.push(
        [theta, layers[l]![part]!],
        [m[l]![part]!, started.m[l]![part]!],
        [v[l]![part]!, started.v[l]![part]!],
      )
    })
    for (const [variable, expected] of found) assert.deepEqual(await variable.data(), expected)
    tf.dispose([perceptron, batch, m, v, bad.perceptron, bad.batch] as unknown as tf.Tensor[])
  })

  test('gradients of no rows are zero', async () => {
    const { layers, rows } = drawn({ widths: [5, 9], n: 4 })
    const { perceptron, batch } = tensorsOf(layers, rows)
    const none = { x: tf.zeros([0, 5]), target: tf.zeros([0, 9]) } as TrainingRows
    const { check, parameters } = webGpuTraining.gradients(perceptron, none)
    assert.deepEqual([...(await read(check)).values], [NaN, 0])
    for (const { weights, bias } of parameters)
      for (const gradient of [weights, bias]) assert.ok((await read(gradient)).values.every((x) => x === 0))
    tf.dispose([perceptron, batch, none] as unknown as tf.Tensor[])
  })

  test('what does not fit is refused in words', () => {
    assert.equal(webGpuTraining.refuses({ widths: [2, 512, 2], features: 32, condition: 0 }), undefined)
    assert.match(
      webGpuTraining.refuses({ widths: [2, 600, 2], features: 32, condition: 0 }) ?? '',
      /^a layer of 600 units/,
    )
    assert.match(
      webGpuTraining.refuses({ widths: [2, 8, 2], features: 200, condition: 100 }) ?? '',
      /^features and condition of 300 numbers/,
    )
  })
})
