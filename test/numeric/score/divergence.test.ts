import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data } from '../../../src/models/data'
import type { Field } from '../../../src/models/field'
import { divergence, hutchinson } from '../../../src/models/score'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately, slope } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('cpu', files))

const named = (name: string) => new RandomStream(9, name)
/** s(x) = Jx. */
const linear = (j: number[][]): Field => ({ score: (x) => tf.matMul(x, tf.tensor2d(j), false, true) })
const J = [
  [-1, 0.5],
  [0.5, -2],
]

test('the divergence of a linear field is the trace, and of any shape of state', () => {
  approximately(take(divergence(linear(J), named('x').normalTensor([5, 2]))), new Array(5).fill(-3), 1e-6)
  const cube: Field = { score: (x) => tf.mul(x, tf.square(x)) }
  const x = named('cube').normalTensor([3, 2, 2])
  const values = x.dataSync()
  const expected = [0, 1, 2].map((row) =>
    [0, 1, 2, 3].reduce((sum, i) => sum + 3 * values[4 * row + i]! ** 2, 0),
  )
  approximately(take(divergence(cube, x)), expected, 1e-6)
})

test('the divergence of a mixture’s score against differences in doubles', () => {
  const law = data.mixture({
    means: [
      [0, 1],
      [1.5, -1],
    ],
    weights: [2, 1],
    covariances: [
      [
        [1, 0.6],
        [0.6, 0.8],
      ],
      [
        [0.3, 0],
        [0, 0.5],
      ],
    ],
  })
  const points = [0.3, -0.2, 1.1, 0.4, -2, 1]
  const expected = [0, 1, 2].map((row) =>
    [0, 1].reduce(
      (sum, i) =>
        sum +
        slope((h) => {
          const x = Float64Array.of(points[2 * row]!, points[2 * row + 1]!)
          x[i]! += h
          return law.score(x)[i]!
        }),
      0,
    ),
  )
  approximately(take(divergence(law, tf.tensor2d(points, [3, 2]))), expected, 1e-5)
})

test('Hutchinson’s estimate has the known mean and variance', () => {
  const n = 40_000
  for (const [law, variance] of [
    ['gaussian', 11],
    ['rademacher', 1],
  ] as const)
    for (const projections of [1, 3]) {
      const estimates = take(
        hutchinson(linear(J), tf.zeros([n, 2]), { law, projections, stream: named(law) }),
      )
      const mean = estimates.reduce((a, b) => a + b) / n
      const spread = estimates.reduce((sum, e) => sum + (e + 3) ** 2, 0) / n
      const expected = variance / projections
      assert.ok(Math.abs(mean + 3) < 5 * Math.sqrt(expected / n), `${law} ${projections}: mean ${mean}`)
      // A square of vᵀJv has a kurtosis of at most 15 or so: the standard error of the variance is below √(14/n).
      assert.ok(
        Math.abs(spread / expected - 1) < 5 * Math.sqrt(14 / n),
        `${law} ${projections}: ${spread}, not ${expected}`,
      )
    }
})

test('what makes no sense is named', () => {
  const x = tf.zeros([2, 2])
  assert.throws(() => hutchinson(linear(J), x, { law: 'normal' as never }), /'gaussian' or 'rademacher'/)
  assert.throws(() => hutchinson(linear(J), x, { projections: 0 }), /projections must be a positive whole/)
})
