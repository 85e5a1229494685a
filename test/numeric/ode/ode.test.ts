import * as tf from '@tensorflow/tfjs'
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import {
  adaptive,
  dormandPrince,
  evenTimes,
  exactDivergence,
  integrate,
  jacobian,
  probedDivergence,
  probes,
  solveNow,
  tableau,
  tableaux,
} from '../../../src/models/ode'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('cpu', files))

/** A pendulum: nonlinear, autonomous, and of known energy; with a time in it, to test the nodes c. */
const slope = ([x]: readonly Float64Array[], t: number) => [
  Float64Array.of(x![1]!, -Math.sin(x![0]!) + Math.cos(t)),
]

describe('Runge–Kutta methods', () => {
  for (const [name, { a, b, c, order }] of Object.entries(tableaux)) {
    test(`${name}: rows sum to the nodes, weights to one`, () => {
      for (const [i, row] of a.entries())
        approximately(
          row.reduce((sum, value) => sum + value, 0),
          c[i]!,
          1e-14,
        )
      approximately(
        b.reduce((sum, value) => sum + value, 0),
        1,
        1e-14,
      )
    })

    test(`${name}: halving the steps divides the error by 2 to the power ${order}`, () => {
      const start = [Float64Array.of(1, 0.3)]
      const at = (steps: number) =>
        integrate(slope, start, evenTimes(0, 5, steps, 'test'), tableau(name as 'rk4', 'test')).x[0]!
      // The reference is as good as doubles allow.
      const exact = integrate(slope, start, evenTimes(0, 5, 2000, 'test'), dormandPrince).x[0]!
      const error = (steps: number) => Math.hypot(...at(steps).map((x, i) => x - exact[i]!))
      const measured = Math.log2(error(50) / error(100))
      // Higher terms of the error change the measured order by less than a quarter at these steps.
      assert.ok(Math.abs(measured - order) < 0.25, `measured ${measured}`)
    })
  }

  test('RK45 keeps its tolerance, and its estimate of the error is of fifth order', () => {
    const start = [Float64Array.of(1, 0.3)]
    const exact = integrate(slope, start, evenTimes(0, 5, 4000, 'test'), dormandPrince).x[0]!
    const runs = [1e-4, 1e-8].map((tolerance) => {
      const { x, evaluations, times } = solveNow(adaptive(slope, start, 0, 5, tolerance))
      assert.equal(times[0], 0)
      assert.equal(times.at(-1), 5)
      // Local errors add up; the solution does not amplify them by more than a few times here.
      approximately(x[0]!, exact, 20 * tolerance)
      return evaluations
    })
    // Steps grow like the fifth root of the tolerance: 10⁴ between the two is a factor of 6.3.
    const growth = runs[1]! / runs[0]!
    assert.ok(growth > 3 && growth < 9, `evaluations ${runs.join(', ')}`)
  })

  test('backward in time undoes forward, on tensors as on doubles', () => {
    const f = ([x]: readonly tf.Tensor[], t: number) => [tf.sin(x!).mul(1 + t)]
    const start = tf.tensor2d([0.3, -1, 2, 0.1], [2, 2])
    const there = solveNow(adaptive(f, [start], 0, 1, 1e-5)).x
    const back = solveNow(adaptive(f, there, 1, 0, 1e-5)).x
    // The tolerance each way.
    approximately(take(back[0]!), [0.3, -1, 2, 0.1], 1e-4)
  })

  test('released tensors: only the solution is left', () => {
    const f = ([x]: readonly tf.Tensor[]) => tf.tidy(() => [tf.sin(x!)])
    const start = tf.tensor1d([0.3, -1])
    const before = tf.memory().numTensors
    const { x } = solveNow(adaptive(f, [start], 0, 3, 1e-4, { release: true }))
    assert.equal(tf.memory().numTensors, before + 1)
    tf.dispose([start, ...x])
  })

  test('what makes no sense is refused', () => {
    assert.throws(() => evenTimes(0, 1, 0, 'cnf'), /cnf: steps must be a positive whole number, but is 0/)
    assert.throws(() => tableau('rk5' as 'rk4', 'cnf'), /method must be one of euler, heun, rk4, rk45/)
    const blowUp = ([x]: readonly Float64Array[]) => [x!.map((v) => v * v)]
    assert.throws(
      () => solveNow(adaptive(blowUp, [Float64Array.of(1)], 0, 2, 1e-6)),
      /allow a larger tolerance/,
    )
  })
})

describe('divergence', () => {
  const weights = [
    [-1, 0.5, 0.2],
    [0.3, -2, 0.1],
    [0.7, -0.4, 0.6],
  ]
  // f(x) = W x + sin x₁ · x, whose Jacobian is W + sin x₁ I + x ⊗ (cos x₁, 0, 0).
  const f = (x: tf.Tensor) =>
    tf.tidy(() =>
      tf
        .matMul(x as tf.Tensor2D, tf.tensor2d(weights), false, true)
        .add(tf.sin(x.slice([0, 0], [-1, 1])).mul(x)),
    )
  const points = [0.3, -1.2, 0.8, 2, 0.1, -0.5]
  const expected = [0, 1].map((n) => {
    const x = points.slice(3 * n, 3 * n + 3)
    return weights.map((row, i) =>
      row.map((w, j) => w + (i === j ? Math.sin(x[0]!) : 0) + (j === 0 ? x[i]! * Math.cos(x[0]!) : 0)),
    )
  })

  test('the Jacobian and its trace are those of the formula', () => {
    const x = tf.tensor2d(points, [2, 3])
    approximately(take(jacobian(f, x)), expected.flat(2), 1e-6)
    const { value, divergence } = exactDivergence(f, x)
    approximately(
      take(divergence),
      expected.map((j) => j[0]![0]! + j[1]![1]! + j[2]![2]!),
      1e-6,
    )
    approximately(take(value), take(f(x)), 1e-6)
  })

  test('states of any shape', () => {
    const x = tf.tensor(points, [1, 3, 2, 1])
    approximately(
      take(exactDivergence((y) => y.square().mul(0.5), x).divergence),
      [points.reduce((a, b) => a + b)],
      1e-6,
    )
  })

  test("Hutchinson's variance: 2‖J‖²_F for Gaussian vectors, 2 Σ_{i≠j} J² for Rademacher's", () => {
    const n = 60_000
    const field = (x: tf.Tensor) => tf.matMul(x, tf.tensor2d([-1, 0.5, 0.5, -2], [2, 2]))
    for (const [kind, variance] of [
      ['gaussian', 11],
      ['rademacher', 1],
    ] as const) {
      const values = tf.tidy(() => {
        const v = probes(kind, [n, 2], new RandomStream(5, kind))
        return probedDivergence(field, tf.zeros([n, 2]), v).divergence
      })
      const estimates = take(values)
      const mean = estimates.reduce((a, b) => a + b) / n
      const squares = estimates.map((e) => (e - mean) ** 2)
      const measured = squares.reduce((a, b) => a + b) / n
      const spread = Math.sqrt(squares.reduce((a, b) => a + (b - measured) ** 2, 0) / n)
      // Five standard errors of mean and of variance.
      assert.ok(Math.abs(mean + 3) < 5 * Math.sqrt(variance / n), `${kind}: mean ${mean}`)
      assert.ok(Math.abs(measured - variance) < (5 * spread) / Math.sqrt(n) + 1e-5, `${kind}: ${measured}`)
    }
  })

  test('probes of an unknown kind are refused', () => {
    assert.throws(
      () => probes('uniform' as 'gaussian', [2], new RandomStream(1, 'p')),
      /'gaussian' or 'rademacher'/,
    )
  })
})
