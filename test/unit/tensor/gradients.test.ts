import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { selectBackend } from '../../../src/tensor'
import { files, take } from '../../numeric/backends'

/** A function of rows of three numbers, as TensorFlow.js computes it and in plain doubles. */
interface Case {
  readonly tensors: (x: tf.Tensor) => tf.Tensor
  readonly doubles: (x: readonly number[]) => readonly number[]
  /** Where it is tried; default: POINT. */
  readonly at?: readonly number[]
}

const POINT = [0.3, -0.7, 1.1]
const POSITIVE = [0.4, 1.3, 2.2]
const each = (f: (x: number) => number) => (x: readonly number[]) => x.map(f)
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
const sum = (x: readonly number[]) => x.reduce((a, b) => a + b, 0)
const softmax = (x: readonly number[]) => x.map((a) => Math.exp(a) / sum(x.map(Math.exp)))
/** Abramowitz and Stegun's formula that tfjs uses is not smooth enough: the series instead. */
const erf = (x: number) => {
  let [term, total] = [x, x]
  for (let n = 1; n < 60; n++) {
    term *= (-x * x) / n
    total += term / (2 * n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * total
}
const alpha = 1.6732632423543772
const scale = 1.0507009873554805

const CASES: Record<string, Case> = {
  tanh: { tensors: (x) => x.tanh(), doubles: each(Math.tanh) },
  sigmoid: { tensors: (x) => x.sigmoid(), doubles: each(sigmoid) },
  exp: { tensors: (x) => x.exp(), doubles: each(Math.exp) },
  SiLU: { tensors: (x) => x.mul(x.sigmoid()), doubles: each((x) => x * sigmoid(x)) },
  softmax: { tensors: (x) => tf.softmax(x), doubles: softmax },
  logSoftmax: { tensors: (x) => tf.logSoftmax(x), doubles: (x) => softmax(x).map(Math.log) },
  logSumExp: { tensors: (x) => tf.logSumExp(x, 1, true), doubles: (x) => [Math.log(sum(x.map(Math.exp)))] },
  elu: { tensors: (x) => x.elu(), doubles: each((x) => (x > 0 ? x : Math.expm1(x))) },
  selu: { tensors: (x) => x.selu(), doubles: each((x) => scale * (x > 0 ? x : alpha * Math.expm1(x))) },
  // A product with a smooth function, because piecewise linear ones have no second derivative of their own.
  leakyRelu: {
    tensors: (x) => tf.leakyRelu(x).mul(x.sin()),
    doubles: each((x) => (x > 0 ? x : 0.2 * x) * Math.sin(x)),
  },
  relu: { tensors: (x) => x.relu().mul(x.sin()), doubles: each((x) => Math.max(x, 0) * Math.sin(x)) },
  where: {
    tensors: (x) => tf.where(x.greater(0), x.sin(), x.exp()),
    doubles: each((x) => (x > 0 ? Math.sin(x) : Math.exp(x))),
  },
  max: { tensors: (x) => x.square().max(1, true), doubles: (x) => [Math.max(...x.map((a) => a * a))] },
  'split into one': { tensors: (x) => tf.split(x.sin(), 1, 1)[0]!, doubles: each(Math.sin) },
  softplus: { tensors: (x) => x.softplus(), doubles: each((x) => Math.log1p(Math.exp(x))) },
  erf: { tensors: (x) => x.erf(), doubles: each(erf) },
  sin: { tensors: (x) => x.sin(), doubles: each(Math.sin) },
  cosh: { tensors: (x) => x.cosh(), doubles: each(Math.cosh) },
  square: { tensors: (x) => x.square(), doubles: each((x) => x * x) },
  sqrt: { tensors: (x) => x.sqrt(), doubles: each(Math.sqrt), at: POSITIVE },
  rsqrt: { tensors: (x) => x.rsqrt(), doubles: each((x) => x ** -0.5), at: POSITIVE },
  log: { tensors: (x) => x.log(), doubles: each(Math.log), at: POSITIVE },
  pow: { tensors: (x) => x.pow(2.5), doubles: each((x) => x ** 2.5), at: POSITIVE },
  reciprocal: { tensors: (x) => x.reciprocal(), doubles: each((x) => 1 / x), at: POSITIVE },
  divNoNan: { tensors: (x) => tf.div(x.sin(), x.exp()), doubles: each((x) => Math.sin(x) / Math.exp(x)) },
  'layer norm': {
    tensors: (x) => {
      const { mean, variance } = tf.moments(x, 1, true)
      return x.sub(mean).div(variance.add(0.1).sqrt())
    },
    doubles: (x) => {
      const mean = sum(x) / 3
      const variance = sum(x.map((a) => (a - mean) ** 2)) / 3
      return x.map((a) => (a - mean) / Math.sqrt(variance + 0.1))
    },
  },
}

/** Weights that turn a vector function into a number, and a direction to differentiate along. */
const C = [0.8, -1.3, 0.6]
const V = [0.5, 1.2, -0.9]
const W = [
  [0.7, -0.4, 0.3],
  [0.2, 0.9, -0.5],
  [-0.6, 0.1, 0.8],
]

/** The derivative of a smooth function of one number: central differences at two steps, extrapolated. Error O(h⁴). */
function slope(f: (h: number) => number): number {
  const central = (h: number) => (f(h) - f(-h)) / (2 * h)
  return (4 * central(1e-3) - central(2e-3)) / 3
}

const shifted = (x: readonly number[], i: number, h: number) => x.map((a, j) => (i === j ? a + h : a))
const gradient = (f: (x: readonly number[]) => number, x: readonly number[]) =>
  x.map((_, i) => slope((h) => f(shifted(x, i, h))))
const dot = (a: readonly number[], b: readonly number[]) => sum(a.map((x, i) => x * (b[i] ?? 0)))

for (const backend of ['cpu', 'wasm'] as const)
  describe(`second derivatives on ${backend}`, () => {
    before(() => selectBackend(backend, files))

    for (const [name, { tensors, doubles, at = POINT }] of Object.entries(CASES)) {
      const value = (x: tf.Tensor) =>
        tensors(x)
          .mul(tf.tensor2d([C.slice(0, tensors(x).shape[1])]))
          .sum()
      const plain = (x: readonly number[]) => dot(doubles(x), C)

      test(`Hessian times vector through ${name}`, () => {
        const x = tf.tensor2d([[...at]])
        const v = tf.tensor2d([V])
        const along = (x: tf.Tensor) => tf.grad(value)(x).mul(v).sum()
        const actual = take(tf.tidy(() => tf.grad(along)(x)))
        // d/dh of the gradient at x + hv, both by differences.
        const expected = at.map((_, i) =>
          slope(
            (h) =>
              gradient(
                plain,
                at.map((a, j) => a + h * V[j]!),
              )[i]!,
          ),
        )
        compare(actual, expected, 2e-5)
      })

      test(`gradient in the weights of ‖∂f/∂x‖² through ${name}`, () => {
        const x = at === POSITIVE ? [0.9, 0.5, 0.7] : POINT
        const weights = at === POSITIVE ? W.map((row) => row.map(Math.abs)) : W
        const norm = (w: tf.Tensor) =>
          tf
            .grad((x) => value(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D)))(tf.tensor2d([x]))
            .square()
            .sum()
        const actual = take(tf.tidy(() => tf.grad(norm)(tf.tensor2d(weights))))
        const flat = weights.flat()
        const plainNorm = (w: readonly number[]) =>
          sum(
            gradient((x) => plain([0, 1, 2].map((j) => dot(x, [w[j]!, w[3 + j]!, w[6 + j]!]))), x).map(
              (g) => g * g,
            ),
          )
        compare(actual, gradient(plainNorm, flat), 2e-5)
      })
    }

    test('third derivatives of tanh', () => {
      const third = tf.grad((x) =>
        tf
          .grad((x) =>
            tf
              .grad((x) => x.tanh().sum())(x)
              .sum(),
          )(x)
          .sum(),
      )
      const expected = POINT.map((x) => {
        const y = Math.tanh(x)
        return (1 - y * y) * (6 * y * y - 2)
      })
      compare(take(tf.tidy(() => third(tf.tensor1d(POINT)))), expected, 1e-5)
    })

    test('elu and selu have finite slopes where their exponential overflows', () => {
      for (const f of [tf.elu, tf.selu]) {
        const twice = tf.grad((x) =>
          tf
            .grad((x) => f(x).sum())(x)
            .sum(),
        )
        compare(take(tf.tidy(() => twice(tf.tensor1d([200, -200])))), [0, 0], 1e-6)
      }
    })

    test('first derivatives are as before, and nothing is left behind', () => {
      const x = tf.tensor2d([POINT])
      const before = tf.memory().numTensors
      const g = tf.grad((x) => x.tanh().mul(x.exp()).sum())(x)
      compare(
        take(g),
        POINT.map((a) => Math.exp(a) * (1 - Math.tanh(a) ** 2 + Math.tanh(a))),
        1e-6,
      )
      tf.tidy(
        () =>
          void tf.grad((x) =>
            tf
              .grad((x) => x.sigmoid().sum())(x)
              .sum(),
          )(x),
      )
      assert.equal(tf.memory().numTensors, before)
    })
  })

describe('second derivatives of image operations', () => {
  before(() => selectBackend('cpu', files))
  const image = (shape: [number, number, number, number], k: number) =>
    tf.tensor4d(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(k * i + 0.3)),
      shape,
    )
  const operations: Record<string, (x: tf.Tensor4D, w: tf.Tensor4D) => tf.Tensor> = {
    avgPool: (x) => tf.avgPool(x, 2, 2, 'valid'),
    'avgPool, overlapping': (x) => tf.avgPool(x, 3, 1, 'same'),
    depthwiseConv2d: (x, w) => tf.depthwiseConv2d(x, w, 1, 'same'),
    'depthwiseConv2d, in strides': (x, w) => tf.depthwiseConv2d(x, w, 2, 'valid'),
    resizeNearestNeighbor: (x) => tf.image.resizeNearestNeighbor(x, [8, 8]),
  }
  for (const [name, operation] of Object.entries(operations))
    test(name, () => {
      // f(x, w) = Σ tanh(op(x, w)) + ‖w‖²: H·v along x and w by one difference of first gradients, which are TensorFlow.js's own.
      const [x, w] = [image([1, 4, 4, 2], 0.7), image([2, 2, 2, 2], 1.1)]
      const [u, v] = [image([1, 4, 4, 2], 1.9), image([2, 2, 2, 2], 2.3)]
      const first = (x: tf.Tensor, w: tf.Tensor) =>
        tf.grads((x, w) =>
          operation(x as tf.Tensor4D, w as tf.Tensor4D)
            .tanh()
            .sum()
            .add(w.square().sum()),
        )([x, w])
      const along = (x: tf.Tensor, w: tf.Tensor) => {
        const [gx, gw] = first(x, w)
        return tf.add<tf.Scalar>(gx!.mul(u).sum(), gw!.mul(v).sum())
      }
      const actual = tf.tidy(() => tf.grads(along)([x, w])).flatMap(take)
      const at = (h: number) => tf.tidy(() => first(x.add(u.mul(h)), w.add(v.mul(h)))).flatMap(take)
      // Single precision: a step of 0.02 leaves h²/6 of truncation, extrapolated away, and 1e-7/h of rounding.
      const [a, b, c, d] = [at(0.04), at(-0.04), at(0.02), at(-0.02)]
      compare(
        actual,
        a.map((_, i) => (4 * (c[i]! - d[i]!)) / 0.12 - (a[i]! - b[i]!) / 0.24),
        2e-4,
      )
    })
})

/** Single precision against doubles, relative to the largest number. */
function compare(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  const size = Math.max(1, ...expected.map(Math.abs))
  assert.equal(actual.length, expected.length)
  for (const [i, value] of expected.entries())
    assert.ok(
      Math.abs(actual[i]! - value) <= tolerance * size,
      `number ${i}: ${actual[i]}, expected ${value}`,
    )
}
