import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { silu } from '../../../src/tensor'
import { assertNear, onBuilds, randoms, read } from './builds'

/** Numbers of every size and sign, and what is special, of a length that no vector divides. */
const NUMBERS = Float32Array.from([
  ...randoms([997]),
  ...Array.from(randoms([300]), (z) => 30 * z),
  ...Array.from({ length: 81 }, (_, i) => 10 ** (i / 2 - 37)),
  ...Array.from({ length: 81 }, (_, i) => -(10 ** (i / 2 - 37))),
  ...[0, 1, -1, 88.72, -87.33, 1e-45, 3.4e38],
])

const POSITIVE = NUMBERS.filter((x) => x > 0)
/** Where sin and cos still have digits. */
const ANGLES = NUMBERS.filter((x) => Math.abs(x) < 1e6)

const log1pExp = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))

const FUNCTIONS: readonly (readonly [
  name: string,
  ours: (x: tf.Tensor) => tf.Tensor,
  exact: (x: number) => number,
  numbers: Float32Array,
])[] = [
  ['square', tf.square, (x) => x * x, NUMBERS],
  ['sqrt', tf.sqrt, Math.sqrt, POSITIVE],
  ['rsqrt', tf.rsqrt, (x) => 1 / Math.sqrt(x), POSITIVE],
  ['neg', tf.neg, (x) => -x, NUMBERS],
  ['reciprocal', tf.reciprocal, (x) => 1 / x, NUMBERS.filter((x) => Math.abs(x) > 1e-37)],
  ['abs', tf.abs, Math.abs, NUMBERS],
  ['relu', tf.relu, (x) => Math.max(x, 0), NUMBERS],
  ['exp', tf.exp, Math.exp, NUMBERS],
  ['log', tf.log, Math.log, POSITIVE],
  ['sigmoid', tf.sigmoid, (x) => 1 / (1 + Math.exp(-x)), NUMBERS],
  ['tanh', tf.tanh, Math.tanh, NUMBERS],
  ['softplus', tf.softplus, log1pExp, NUMBERS],
  ['sin', tf.sin, Math.sin, ANGLES],
  ['cos', tf.cos, Math.cos, ANGLES],
]

/** Units in the last place of a single-precision number of this size. */
function unit(x: number): number {
  return 2 ** Math.max(Math.floor(Math.log2(Math.abs(x))) - 23, -149)
}

onBuilds('functions of one tensor', () => {
  for (const [name, ours, exact, numbers] of FUNCTIONS)
    test(`${name} is right to four units in the last place`, () => {
      const { values } = read(tf.tidy(() => ours(tf.tensor1d(numbers))))
      for (const [i, x] of numbers.entries()) {
        const expected = exact(x)
        const rounded = Math.fround(expected)
        const value = values[i]!
        if (!Number.isFinite(rounded) || rounded === 0)
          assert.ok(
            value === rounded || Math.abs(value - rounded) < 1e-37,
            `${name}(${x}) is ${value}, expected ${rounded}`,
          )
        // Numbers below the normal ones may be given as zero.
        else if (Math.abs(expected) < 1.18e-38) assert.ok(Math.abs(value - expected) < 1.3e-38)
        else
          assert.ok(
            Math.abs(value - expected) <= 4 * unit(expected),
            `${name}(${x}) is ${value}, expected ${expected}`,
          )
      }
    })

  test('slopes', () => {
    const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
    // Numbers at which none of these is steep.
    const numbers = randoms([301]).map((x) => (Math.abs(x) < 0.05 ? 0.5 : x))
    const slopes: Readonly<Record<string, (x: number) => number>> = {
      square: (x) => 2 * x,
      sqrt: (x) => 0.5 / Math.sqrt(x),
      rsqrt: (x) => -0.5 * x ** -1.5,
      neg: () => -1,
      reciprocal: (x) => -1 / x ** 2,
      abs: Math.sign,
      relu: (x) => (x > 0 ? 1 : 0),
      exp: Math.exp,
      log: (x) => 1 / x,
      sigmoid: (x) => sigmoid(x) * (1 - sigmoid(x)),
      tanh: (x) => 1 - Math.tanh(x) ** 2,
      softplus: sigmoid,
      sin: Math.cos,
      cos: (x) => -Math.sin(x),
    }
    for (const [name, ours] of FUNCTIONS) {
      const at = ['sqrt', 'rsqrt', 'log'].includes(name) ? numbers.map(Math.abs) : numbers
      const values = tf.tidy(() => tf.grad((x: tf.Tensor) => tf.sum(ours(x)))(tf.tensor1d(at)))
      assertNear(read(values).values, Float64Array.from(at, slopes[name]), 1e-5)
    }
    const logSigmoid = (x: tf.Tensor) => tf.sum(tf.logSigmoid(x))
    const [first, second] = tf.tidy(() => [
      tf.grad(logSigmoid)(tf.tensor1d(numbers)),
      tf.grad((x: tf.Tensor) => tf.sum(tf.grad(logSigmoid)(x)))(tf.tensor1d(numbers)),
    ])
    assertNear(
      read(first).values,
      Float64Array.from(numbers, (x) => sigmoid(-x)),
      1e-5,
    )
    assertNear(
      read(second).values,
      Float64Array.from(numbers, (x) => -sigmoid(x) * sigmoid(-x)),
      1e-5,
    )
  })

  test('what is special stays special', () => {
    const special = tf.tensor1d([NaN, Infinity, -Infinity, 0])
    const of = (f: (x: tf.Tensor) => tf.Tensor) => [...read(f(special)).values]
    assert.deepEqual(of(tf.exp), [NaN, Infinity, 0, 1])
    assert.deepEqual(of(tf.log), [NaN, Infinity, NaN, -Infinity])
    assert.deepEqual(of(tf.sigmoid), [NaN, 1, 0, 0.5])
    assert.deepEqual(of(tf.tanh), [NaN, 1, -1, 0])
    assert.deepEqual(of(tf.softplus).slice(0, 3), [NaN, Infinity, 0])
    assert.deepEqual(of(tf.sin), [NaN, NaN, NaN, 0])
    assert.deepEqual(of(tf.cos), [NaN, NaN, NaN, 1])
    assert.deepEqual(of(tf.sqrt), [NaN, Infinity, NaN, 0])
    special.dispose()
    assert.ok(read(tf.tidy(() => tf.log(tf.tensor1d([-1])))).values.every(Number.isNaN))
  })

  test('SiLU far below zero is nothing beside 1, but so much that products with it are normal numbers', () => {
    const { values } = read(tf.tidy(() => silu(tf.tensor1d([-87, -126, -1e3, -1e6]))))
    for (const value of values) {
      assert.ok(Math.abs(value) < 1e-20)
      // Of smaller results processors make something special, which takes a hundred times as long.
      assert.ok(Math.abs(value) * 1e-6 > 2 ** -126, `${value}`)
    }
  })

  test('angles too large for it are left to the slower way', () => {
    const numbers = [1e7, -3e7, 1, 2]
    const { values } = read(tf.tidy(() => tf.sin(tf.tensor1d(numbers))))
    assertNear(
      values,
      numbers.map((x) => Math.sin(Math.fround(x))),
      1e-6,
      1,
    )
  })

  test('of nothing, of one number, and of whole numbers', () => {
    assert.deepEqual(read(tf.exp(tf.zeros([0, 3]))).shape, [0, 3])
    assert.equal(read(tf.tidy(() => tf.square(tf.scalar(3)))).values[0], 9)
    assert.deepEqual([...read(tf.tidy(() => tf.square(tf.tensor1d([2, -3], 'int32')))).values], [4, 9])
  })
})

const OPERATIONS: readonly (readonly [
  name: string,
  ours: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  exact: (a: number, b: number) => number,
])[] = [
  ['add', tf.add, (a, b) => a + b],
  ['sub', tf.sub, (a, b) => a - b],
  ['mul', tf.mul, (a, b) => a * b],
  ['div', tf.div, (a, b) => a / b],
  ['maximum', tf.maximum, Math.max],
  ['minimum', tf.minimum, Math.min],
  ['squaredDifference', tf.squaredDifference, (a, b) => Math.fround(a - b) ** 2],
]

const PAIRS: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[], []],
  [[7], [7]],
  [[5, 13], [13]],
  [
    [5, 13],
    [5, 1],
  ],
  [
    [5, 1],
    [1, 13],
  ],
  [
    [1, 17],
    [3, 1],
  ],
  [
    [4, 3, 5],
    [3, 1],
  ],
  [
    [4, 3, 5],
    [4, 1, 5],
  ],
  [
    [2, 3, 4, 5],
    [3, 1, 5],
  ],
  [
    [2, 1, 4, 1, 3],
    [1, 5, 1, 2, 1],
  ],
  [[6, 2], []],
  [[], [6, 2]],
  [[0, 3], [3]],
  [[1], [0]],
]

/** The number that belongs to the place `index` of `out`, of a tensor that is repeated along it. */
function placeIn(shape: readonly number[], out: readonly number[], index: number): number {
  let place = 0
  let stride = 1
  let rest = index
  for (let axis = 1; axis <= out.length; axis++) {
    const size = out.at(-axis)!
    const own = shape.at(-axis) ?? 1
    if (axis <= shape.length) {
      if (own !== 1) place += (rest % size) * stride
      stride *= own
    }
    rest = Math.floor(rest / size)
  }
  return place
}

onBuilds('functions of two tensors', () => {
  for (const [name, ours, exact] of OPERATIONS)
    test(`${name}, each repeated along the other`, () => {
      for (const [shapeA, shapeB] of PAIRS) {
        const [a, b] = [randoms(shapeA), randoms(shapeB)]
        const { shape, values } = read(
          tf.tidy(() => ours(tf.tensor(a, [...shapeA]), tf.tensor(b, [...shapeB]))),
        )
        assert.deepEqual(shape, tf.broadcast_util.assertAndGetBroadcastShape([...shapeA], [...shapeB]))
        for (const [i, value] of values.entries())
          assert.equal(
            value,
            Math.fround(exact(a[placeIn(shapeA, shape, i)]!, b[placeIn(shapeB, shape, i)]!)),
          )
      }
    })

  test('gradients are summed along what was repeated', () => {
    const [a, b] = [randoms([6, 5]), randoms([5])]
    const [da, db] = tf.tidy(() =>
      tf.grads((x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.div(x, tf.exp(y))))([
        tf.tensor2d(a, [6, 5]),
        tf.tensor1d(b),
      ]),
    )
    assertNear(
      read(da!).values,
      a.map((_, i) => Math.exp(-b[i % 5]!)),
      1e-5,
    )
    const expected = b.map(
      (y, j) => -[0, 1, 2, 3, 4, 5].reduce((sum, i) => sum + a[i * 5 + j]!, 0) * Math.exp(-y),
    )
    assertNear(read(db!).values, expected, 1e-5)
  })

  test('what is not a number shows in the larger and the smaller', () => {
    const of = (f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor) => [
      ...read(tf.tidy(() => f(tf.tensor1d([NaN, 1]), tf.tensor1d([1, NaN])))).values,
    ]
    assert.deepEqual(of(tf.maximum), [NaN, NaN])
    assert.deepEqual(of(tf.minimum), [NaN, NaN])
  })
})
