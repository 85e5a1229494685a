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

/** b + x W + y U and the gradients of Σ d (b + x W + y U), in double precision. A single row of y is the same for all. */
function exactAffine(
  [b, x, w, y, u]: readonly Float32Array[],
  d: Float32Array,
  [n, rows, k1, k2, m]: readonly [number, number, number, number, number],
): { readonly y: Float64Array; readonly gradients: readonly Float64Array[] } {
  const out = new Float64Array(n * m)
  const gradients = [b, x, w, y, u].map((of) => new Float64Array(of!.length))
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const at = i * m + j
      out[at]! += b![j]!
      gradients[0]![j]! += d[at]!
      const term = (x: number, w: number, left: Float32Array, right: Float32Array, first: 1 | 3): void => {
        out[at]! += left[x]! * right[w]!
        gradients[first]![x]! += d[at]! * right[w]!
        gradients[first + 1]![w]! += d[at]! * left[x]!
      }
      for (let k = 0; k < k1; k++) term(i * k1 + k, k * m + j, x!, w!, 1)
      for (let k = 0; k < k2; k++) term((rows === 1 ? 0 : i) * k2 + k, k * m + j, y!, u!, 3)
    }
  return { y: out, gradients }
}

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
      const d = randoms([n, m])
      const { y, gradients } = exactAffine(values, d, [n, rows, k1, k2, m])
      const tensors = values.map((of, i) => tf.tensor(of, shapes[i]))
      type Inputs = Parameters<typeof f>
      const ours = tf.tidy(() => f(...(tensors as Inputs)))
      assert.deepEqual(ours.shape, [n, m])
      // Relative to the size of sums of so many products of normals.
      const size = (count: number) => 4 * Math.sqrt(Math.max(count, 1))
      assertNear(read(ours).values, y, 1e-6, size(k1 + k2 + 1))
      const back = tf.tidy(() =>
        tf.grads((...inputs: tf.Tensor[]) =>
          tf.sum(tf.mul(f(...(inputs as Inputs)), tf.tensor2d(d, [n, m]))),
        )(tensors),
      )
      for (const [i, gradient] of back.entries()) {
        assert.deepEqual(gradient.shape, shapes[i])
        assertNear(read(gradient).values, gradients[i]!, 1e-5, Math.max(1, ...gradients[i]!.map(Math.abs)))
      }
      tf.dispose(tensors)
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
