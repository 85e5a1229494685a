import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  colourBasis,
  data,
  exactConditional,
  grey,
  linearOperator,
  mask,
  measure,
  measurement,
  radon,
  svd,
  type Mixture,
} from '../../../src/models'
import { dampedLeastSquares } from '../../../src/models/reconstruction/conjugateGradients'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('cpu', files))

type Matrix = readonly (readonly number[])[]
const product = (a: Matrix, b: Matrix) =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)))
const transpose = (a: Matrix) => a[0]!.map((_, j) => a.map((row) => row[j]!))
const random = (rows: number, columns: number, name: string) => {
  const z = new RandomStream(5, name).normal(rows * columns)
  return Array.from({ length: rows }, (_, i) => [...z.slice(i * columns, (i + 1) * columns)])
}
/** Of rank two, with a row and a column too many. */
const SINGULAR = product(random(4, 2, 'left'), random(2, 3, 'right'))
const MATRICES = {
  wide: random(2, 4, 'wide'),
  tall: random(4, 2, 'tall'),
  square: random(3, 3, 'square'),
  singular: SINGULAR,
  twice: [
    [1, 0, 2],
    [1, 0, 2],
  ],
}

describe('linear operators', () => {
  for (const [name, a] of Object.entries(MATRICES)) {
    test(`the singular values and vectors of a ${name} matrix`, () => {
      const { values, left, right } = svd(a)
      const rebuilt = a.map((row, i) =>
        row.map((_, j) => values.reduce((sum, s, k) => sum + s * left[k]![i]! * right[k]![j]!, 0)),
      )
      approximately(rebuilt.flat(), a.flat(), 1e-12)
      for (const vectors of [left, right])
        approximately(
          product(vectors, transpose(vectors)).flat(),
          values.flatMap((_, i) => values.map((_, j) => Number(i === j))),
          1e-12,
        )
      assert.deepEqual(
        [...values].sort((x, y) => y - x),
        values,
      )
      assert.equal(values.length, { wide: 2, tall: 2, square: 3, singular: 2, twice: 1 }[name])
    })

    test(`the pseudo-inverse of a ${name} matrix has Moore’s and Penrose’s four properties`, () => {
      const operator = linearOperator(a)
      const columns = (f: (x: Float64Array) => Float64Array, n: number): Matrix =>
        transpose(
          Array.from({ length: n }, (_, i) => [
            ...f(Float64Array.from({ length: n }, (_, j) => Number(i === j))),
          ]),
        )
      const plus = columns((y) => operator.pseudoInverse(y), a.length)
      const inverse = (m: Matrix) => product(m, plus)
      approximately(product(inverse(a), a).flat(), a.flat(), 1e-10)
      approximately(product(product(plus, a), plus).flat(), plus.flat(), 1e-10)
      for (const m of [product(a, plus), product(plus, a)])
        approximately(transpose(m).flat(), m.flat(), 1e-10)
      // And the other maps are what they are called.
      const n = a[0]!.length
      approximately(columns((x) => operator.apply(x), n).flat(), a.flat(), 1e-12)
      approximately(columns((y) => operator.adjoint(y), a.length).flat(), transpose(a).flat(), 1e-12)
      approximately(columns((x) => operator.project(x), n).flat(), product(plus, a).flat(), 1e-10)
      // Aᵀ(AAᵀ + ρ)⁻¹, by solving for it: (AᵀA + ρ) times it is Aᵀ.
      const rho = 0.3
      const filtered = columns((y) => operator.filtered(y, (s) => s / (s * s + rho)), a.length)
      const normal = product(transpose(a), a).map((row, i) => row.map((v, j) => v + (i === j ? rho : 0)))
      approximately(product(normal, filtered).flat(), transpose(a).flat(), 1e-10)
    })
  }

  test('on tensors as in doubles, for states of any shape', () => {
    const operator = linearOperator(random(4, 6, 'picture'), { shape: [2, 3] })
    const x = new RandomStream(1, 'x').normal(12)
    const tensor = tf.tensor([...x], [2, 2, 3])
    const y = operator.apply(x)
    const there = operator.apply(tensor)
    assert.deepEqual(there.shape, [2, 4])
    approximately(take(there), y, 1e-5)
    const back = operator.pseudoInverse(tf.tensor([...y], [2, 4]))
    assert.deepEqual(back.shape, [2, 2, 3])
    approximately(take(back), operator.pseudoInverse(y), 1e-5)
    approximately(take(operator.project(tensor)), operator.project(x), 1e-5)
  })

  test('a mask keeps what is known', () => {
    const operator = mask([1, 0, true])
    assert.deepEqual([...operator.apply(Float64Array.of(1, 2, 3, 4, 5, 6))], [1, 3, 4, 6])
    assert.deepEqual([...operator.project(Float64Array.of(1, 2, 3))], [1, 0, 3])
  })

  test('the colour basis is orthonormal, its first coordinate the grey', () => {
    approximately(product(colourBasis, transpose(colourBasis)).flat(), [1, 0, 0, 0, 1, 0, 0, 0, 1], 1e-15)
    approximately(grey().apply(Float64Array.of(0.2, 0.5, 0.8)), [1.5 / Math.sqrt(3)], 1e-15)
    // A grey alone gives the grey colour back.
    approximately(grey().project(Float64Array.of(0.2, 0.5, 0.8)), [0.5, 0.5, 0.5], 1e-12)
  })

  test('measurements: with noise of the right size, for one state or for all', () => {
    const operator = linearOperator([[1, 1]])
    const n = 20_000
    const y = measure(operator, new Float64Array(2 * n).fill(0.5), {
      noise: 0.3,
      stream: new RandomStream(1, 'y'),
    })
    const mean = y.reduce((sum, v) => sum + v, 0) / n
    const variance = y.reduce((sum, v) => sum + (v - 1) ** 2, 0) / n
    // Five standard errors each.
    assert.ok(Math.abs(mean - 1) < (5 * 0.3) / Math.sqrt(n), `mean ${mean}`)
    assert.ok(Math.abs(variance - 0.09) < 5 * 0.09 * Math.sqrt(2 / n), `variance ${variance}`)
    assert.deepEqual([...measurement<Float64Array>(operator, [2]).of(new Float64Array(6))], [2, 2, 2])
    assert.deepEqual(take(measurement(operator, [2]).of(tf.zeros([2, 2]))), [2, 2])
    assert.deepEqual(take(measurement(operator, tf.tensor2d([[1], [2]])).of(tf.zeros([2, 2]))), [1, 2])
  })

  test('refuses what makes no sense', () => {
    assert.throws(() => linearOperator([]), /rows of numbers/)
    assert.throws(() => linearOperator([[1, 2], [3]]), /row 1 must be 2 finite numbers, but is \[3\]/)
    assert.throws(() => linearOperator([[1, NaN]]), /row 0 must be 2 finite numbers/)
    assert.throws(() => linearOperator([[0, 0]]), /all zero/)
    assert.throws(() => linearOperator([[1, 2]], { shape: [3] }), /states of shape \[3\]/)
    assert.throws(() => mask([0, 0]), /at least one/)
    assert.throws(() => mask([1, 2]), /known \(1\) or not \(0\)/)
    const operator = mask([1, 0])
    assert.throws(() => operator.apply(Float64Array.of(1, 2, 3)), /2 numbers for each state, but was given 3/)
    assert.throws(() => operator.apply(tf.zeros([2, 3])), /2 numbers for each state.*\[2, 3\]/)
    assert.throws(() => measurement(operator, [1], { noise: -1 }), /noise must not be negative/)
    assert.throws(() => measurement(linearOperator(MATRICES.square), [1, 2]), /y must be 3 numbers/)
    assert.throws(() => measurement(operator, [NaN]), /finite numbers/)
    assert.throws(() => measurement({} as never, [1]), /must be an operator/)
    assert.throws(
      () => measurement(operator, tf.zeros([3, 1])).of(tf.zeros([2, 2])),
      /3 measurements .* 2 states/,
    )
  })
})

describe('the exact conditional', () => {
  const gaussian = data.mixture({
    means: [[0, 0]],
    covariances: [
      [
        [1, 0.8],
        [0.8, 1],
      ],
    ],
  })

  test('of a Gaussian with correlation .8 at x₁ = 1 is N(.8, .36)', () => {
    const law = exactConditional(gaussian, mask([1, 0]), [1])
    approximately(law.mean(), [1, 0.8], 1e-12)
    approximately(law.covariance().flat(), [0, 0, 0, 0.36], 1e-12)
  })

  test('with noise: the product of the prior and the likelihood, by quadrature', () => {
    const law = data.mixture({
      weights: [0.3, 0.7],
      means: [
        [-1, 0.5],
        [1, -0.2],
      ],
      covariances: [
        [
          [0.5, 0.2],
          [0.2, 0.4],
        ],
        [
          [0.3, -0.1],
          [-0.1, 0.6],
        ],
      ],
    })
    const [y, noise] = [0.3, 0.4]
    const found = exactConditional(law, linearOperator([[1, 2]]), [y], { noise })
    const [n, reach] = [300, 5]
    let [mass, m1, m2, v12] = [0, 0, 0, 0]
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        const [a, b] = [i, j].map((k) => -reach + (2 * reach * (k + 0.5)) / n) as [number, number]
        const p = Math.exp(law.logDensity(Float64Array.of(a, b))[0]! - 0.5 * ((y - a - 2 * b) / noise) ** 2)
        mass += p
        m1 += p * a
        m2 += p * b
        v12 += p * a * b
      }
    approximately(found.mean(), [m1 / mass, m2 / mass], 1e-6)
    approximately(found.covariance()[0]![1]!, v12 / mass - (m1 * m2) / mass ** 2, 1e-6)
  })

  test('singular measurements: said twice is said once, and noise then counts twice', () => {
    const twice = linearOperator([
      [1, 0],
      [1, 0],
    ])
    const same = (a: Mixture, b: Mixture) => {
      approximately(a.mean(), b.mean(), 1e-9)
      approximately(a.covariance().flat(), b.covariance().flat(), 1e-9)
    }
    same(exactConditional(gaussian, twice, [1, 1]), exactConditional(gaussian, mask([1, 0]), [1]))
    same(
      exactConditional(gaussian, twice, [0.9, 1.1], { noise: 0.5 }),
      exactConditional(gaussian, mask([1, 0]), [1], { noise: 0.5 / Math.SQRT2 }),
    )
    assert.throws(
      () => exactConditional(gaussian, twice, [1, 2]),
      /no x gives this y = \[1, 2\].*say \{ noise \}/,
    )
  })

  test('refuses what makes no sense', () => {
    assert.throws(
      () => exactConditional(gaussian, mask([1, 0, 0]), [1]),
      /takes 3 numbers, but the mixture has 2/,
    )
    assert.throws(() => exactConditional(gaussian, mask([1, 0]), [1, 2]), /y must be 1 numbers, but has 2/)
    assert.throws(
      () => exactConditional(gaussian, mask([1, 0]), [1], { noise: NaN }),
      /noise must not be negative/,
    )
  })
})

describe('damped least squares', () => {
  /** (AᵀA + ρ)⁻¹ Aᵀ y by elimination. */
  const solved = (a: Matrix, y: readonly number[], rho: number): number[] => {
    const normal = product(transpose(a), a).map((row, i) => row.map((v, j) => v + (i === j ? rho : 0)))
    const rows = normal.map((row, i) => [...row, a.reduce((sum, each, k) => sum + each[i]! * y[k]!, 0)])
    for (const [i, pivot] of rows.entries())
      for (const [j, row] of rows.entries()) {
        if (i === j) continue
        const factor = row[i]! / pivot[i]!
        for (let k = i; k < row.length; k++) row[k]! -= factor * pivot[k]!
      }
    return rows.map((row, i) => row.at(-1)! / row[i]!)
  }

  for (const [name, a] of Object.entries({ ...MATRICES, one: [[2]] })) {
    test(`of a ${name} matrix, in doubles and in tensors, each member by itself`, () => {
      const operator = linearOperator(a)
      const ys = ['first', 'second'].map((each) => [...new RandomStream(9, each).normal(a.length)])
      for (const rho of [0.1, 3]) {
        const expected = ys.flatMap((y) => solved(a, y, rho))
        approximately(dampedLeastSquares(operator, Float64Array.from(ys.flat()), rho, 12), expected, 1e-10)
        approximately(take(dampedLeastSquares<tf.Tensor>(operator, tf.tensor2d(ys), rho, 12)), expected, 1e-4)
      }
    })
  }

  test('without damping it is the pseudo-inverse, and nothing of nothing', () => {
    const operator = linearOperator(SINGULAR)
    const y = Float64Array.of(1, -2, 0.5, 3)
    approximately(dampedLeastSquares(operator, y, 0, 6), [...operator.pseudoInverse(y)], 1e-9)
    approximately(dampedLeastSquares(operator, new Float64Array(4), 0, 3), [0, 0, 0], 0)
  })

  test('a scanner with more views than can be factorised soon is inverted without', () => {
    // 23 views of 30 detectors: 690 numbers of 441 pixels.
    const scanner = radon([21, 21, 1], { views: 23 })
    const x = data.phantoms({ size: 21 }).draw(2, new RandomStream(2, 'bodies'))
    const y = scanner.apply<tf.Tensor>(x)
    const doubles = Float64Array.from(y.dataSync())
    for (const rho of [1e-3, 1e-2]) {
      // Long past its goal, it stays there.
      const exact = dampedLeastSquares(scanner, doubles, rho, 300)
      approximately(dampedLeastSquares(scanner, doubles, rho, 150), [...exact], 1e-6)
      const damped = scanner.regularised(y, rho)
      assert.deepEqual(damped.shape, [2, 21, 21, 1])
      approximately(take(damped), [...exact], 2e-3)
    }
  })
})
