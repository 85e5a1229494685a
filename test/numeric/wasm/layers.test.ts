import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { affine, selectBackend, silu } from '../../../src/tensor'
import { files } from '../backends'
import { assertNear, onBuilds, randoms, read } from './builds'

const exact = (x: number): number => x / (1 + Math.exp(-x))
const slope = (x: number): number => {
  const s = 1 / (1 + Math.exp(-x))
  return s * (1 + x * (1 - s))
}
const curvature = (x: number): number => {
  const s = 1 / (1 + Math.exp(-x))
  return s * (1 - s) * (2 + x * (1 - 2 * s))
}
const third = (x: number): number => (curvature(x + 1e-5) - curvature(x - 1e-5)) / 2e-5

const NUMBERS = Float32Array.from([
  ...randoms([501]),
  ...Array.from(randoms([100]), (x) => 20 * x),
  0,
  200,
  -200,
])

function declare(): void {
  test('SiLU and its first three derivatives', () => {
    const x = tf.tensor1d(NUMBERS)
    const of = (f: (x: tf.Tensor) => tf.Tensor) => read(tf.tidy(() => f(x))).values
    const derivative = (f: (x: tf.Tensor) => tf.Tensor) => tf.grad((z: tf.Tensor) => tf.sum(f(z)))
    const first = derivative(silu)
    const second = derivative(first)
    for (const [f, g, tolerance] of [
      [silu, exact, 1e-6],
      [first, slope, 1e-6],
      [second, curvature, 1e-6],
      // Against differences of the second.
      [derivative(second), third, 1e-5],
    ] as const) {
      const values = of(f)
      for (const [i, z] of NUMBERS.entries()) {
        const expected = g(z)
        assert.ok(
          Math.abs(values[i]! - expected) <= tolerance * Math.max(Math.abs(expected), 1),
          `${values[i]}, ${expected}`,
        )
      }
    }
    assert.deepEqual(read(silu(tf.zeros([0, 3]))).shape, [0, 3])
    x.dispose()
  })

  test('affine maps of one and two inputs, and their gradients', () => {
    for (const [n, rows, k1, k2, m] of [
      [7, 7, 5, 3, 11],
      [1, 1, 1, 1, 1],
      [33, 1, 18, 32, 128],
      [13, 1, 300, 2, 9],
      [0, 0, 4, 2, 3],
    ] as const) {
      const shapes = [[m], [n, k1], [k1, m], [rows, k2], [k2, m]]
      const values = shapes.map(randoms)
      const f = (b: tf.Tensor, x: tf.Tensor, w: tf.Tensor, y: tf.Tensor, u: tf.Tensor) =>
        affine(b, [x, w], [y, u])
      // The same by other operations, as tested elsewhere.
      const plain = (b: tf.Tensor, x: tf.Tensor, w: tf.Tensor, y: tf.Tensor, u: tf.Tensor) =>
        tf.add(tf.add(tf.matMul(x, w), tf.matMul(y, u)), b)
      const d = randoms([n, m])
      const gradients = (g: typeof plain) =>
        tf.tidy(() => [
          g(...(values.map((v, i) => tf.tensor(v, shapes[i])) as Parameters<typeof plain>)),
          ...tf.grads((...inputs: tf.Tensor[]) =>
            tf.sum(tf.mul(tf.square(g(...(inputs as Parameters<typeof plain>))), tf.tensor2d(d, [n, m]))),
          )(values.map((v, i) => tf.tensor(v, shapes[i]))),
        ])
      const [ours, theirs] = [gradients(f), gradients(plain)]
      for (const [i, tensor] of ours.entries()) {
        assert.deepEqual(tensor.shape, theirs[i]!.shape)
        assertNear(
          read(tensor).values,
          read(theirs[i]!).values,
          2e-6,
          10 * Math.sqrt(k1 + k2) * Math.sqrt(n + m),
        )
      }
    }
  })

  test('a layer has right gradients of gradients', () => {
    const shapes = [[4], [6, 3], [3, 4]]
    const values = shapes.map(randoms)
    const layer = (b: tf.Tensor, x: tf.Tensor, w: tf.Tensor) => tf.sum(silu(affine(b, [x, w])))
    const plain = (b: tf.Tensor, x: tf.Tensor, w: tf.Tensor) => {
      const z = tf.add(tf.matMul(x, w), b)
      return tf.sum(tf.mul(z, tf.sigmoid(z)))
    }
    const second = (f: typeof layer) =>
      tf.tidy(() => {
        const [b, x, w] = values.map((v, i) => tf.tensor(v, shapes[i])) as [tf.Tensor, tf.Tensor, tf.Tensor]
        const length = (b: tf.Tensor, w: tf.Tensor) =>
          tf.sum(tf.square(tf.grad((z: tf.Tensor) => f(b, z, w))(x)))
        return tf.grads(length)([b, w])
      })
    const [ours, theirs] = [second(layer), second(plain)]
    for (const [i, tensor] of ours.entries()) assertNear(read(tensor).values, read(theirs[i]!).values, 1e-5)
  })

  test('shapes that do not fit are refused', () => {
    tf.tidy(() => {
      const b = tf.zeros([3])
      assert.throws(() => affine(b), /affine: at least one/)
      assert.throws(
        () => affine(b, [tf.zeros([5, 2]), tf.zeros([4, 3])]),
        /affine: x of shape \[5, 2\].*do not fit for 5 rows/,
      )
      assert.throws(
        () => affine(b, [tf.zeros([5, 2]), tf.zeros([2, 3])], [tf.zeros([4, 2]), tf.zeros([2, 3])]),
        RangeError,
      )
      assert.throws(() => affine(tf.zeros([2]), [tf.zeros([5, 2]), tf.zeros([2, 3])]), RangeError)
    })
  })
}

onBuilds('layers', declare)
describe('layers, plain JavaScript', () => {
  before(() => selectBackend('cpu', files))
  declare()
})
