/**
 * Derivatives of derivatives through every layer of the network that is told a time and a condition: the gradient of the
 * sliced loss along a random direction of all parameters, against differences of the loss.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { mlp } from '../../../src/models/mlp'
import { probedDivergence, probes } from '../../../src/models/ode'
import { halfSquare } from '../../../src/models/score/losses'
import { RandomStream } from '../../../src/tensor'
import { on, take } from '../backends'

const named = (name: string) => new RandomStream(101, name)
const N = 4

describe('gradients of the sliced loss through the network with time', () => {
  for (const backend of ['cpu', 'wasm'] as const)
    for (const conditioning of [undefined, 'add', 'scale-shift', 'concat', 'cross-attention'] as const)
      test(`${conditioning ?? 'no condition'}, on ${backend}`, () =>
        on(backend, () => {
          const network = mlp({
            dim: 2,
            hidden: [6, 5],
            embedding: 4,
            ...(conditioning && { conditioning, conditions: { class: 3, y: 2 } }),
          })
          // Told to three of the four, so that what stands in for nothing matters as well.
          const told = [1, 0, 1, 1]
          const y = [
            [0.3, 1],
            [-1, 0.2],
            [0.5, 0.5],
            [2, -1],
          ]
          const condition = conditioning
            ? { class: { value: [0, 2, 1, 1], told }, y: { value: tf.tensor2d(y), told } }
            : null
          // Every parameter of a size that matters: some start at zero.
          const initial = Object.entries(network.initial(named('parameters'))).map(
            ([name, value]) => [name, tf.add(value, named(name).normalTensor(value.shape).mul(0.4))] as const,
          )
          const direction = initial.map(([name, value]) => named(`${name}′`).normalTensor(value.shape))
          const x = named('x').normalTensor([N, 2])
          const v = probes('gaussian', [N, 2], named('v'))
          const label = tf.tensor1d([-0.5, 0.3, 1, 2])
          const loss = (params: Record<string, tf.Tensor>): tf.Scalar => {
            const { value, divergence } = probedDivergence((x) => network(params, x, label, condition), x, v)
            return tf.mean(tf.add(divergence, halfSquare(value))).asScalar()
          }
          const byName = (values: readonly tf.Tensor[]) =>
            Object.fromEntries(values.map((value, i) => [initial[i]![0], value]))
          const gradients = tf.grads((...values: tf.Tensor[]) => loss(byName(values)))(
            initial.map(([, value]) => value),
          )
          const along = gradients.reduce((sum, g, i) => sum + take(tf.sum(tf.mul(g, direction[i]!)))[0]!, 0)
          const at = (h: number) =>
            take(
              tf.tidy(() => loss(byName(initial.map(([, value], i) => tf.add(value, direction[i]!.mul(h)))))),
            )[0]!
          const central = (h: number) => (at(h) - at(-h)) / (2 * h)
          const h = 8e-3
          const difference = (4 * central(h / 2) - central(h)) / 3
          // Single precision leaves some 10⁻⁶ of the loss, divided by h.
          const size = Math.abs(at(0)) + Math.abs(along)
          assert.ok(Math.abs(along - difference) < 2e-3 * size, `${along}, by differences ${difference}`)
          assert.ok(Math.abs(along) > 0.05)
        }))
})
