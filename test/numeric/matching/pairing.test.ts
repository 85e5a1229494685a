/** Who is paired with whom: exact assignment, entropic transport, couplings. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { data } from '../../../src/models/data'
import {
  assignment,
  drawFromPlan,
  paired,
  entropicPairing,
  optimalPairing,
  sinkhorn,
  squaredDistances,
  standardNormal,
} from '../../../src/models/matching'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('cpu', files))

const named = (name: string) => new RandomStream(3, name)

function permutations(n: number): number[][] {
  if (n === 0) return [[]]
  return permutations(n - 1).flatMap((rest) =>
    Array.from({ length: n }, (_, at) => [...rest.slice(0, at), n - 1, ...rest.slice(at)]),
  )
}

describe('assignment', () => {
  const total = (cost: Float64Array, n: number, columns: ArrayLike<number>) =>
    Array.from(columns).reduce((sum, j, i) => sum + cost[i * n + j]!, 0)

  test('is the best of all permutations', () => {
    const stream = named('brute force')
    for (const n of [1, 2, 3, 4, 5, 6, 7])
      for (let trial = 0; trial < 20; trial++) {
        // Negative costs, and ties by rounding, are costs like any other.
        const cost = stream.normal(n * n).map((c) => (trial % 2 ? c : Math.round(2 * c)))
        const columns = assignment(cost, n)
        assert.deepEqual(
          [...columns].sort((a, b) => a - b),
          Array.from({ length: n }, (_, i) => i),
        )
        const best = Math.min(...permutations(n).map((p) => total(cost, n, p)))
        approximately(total(cost, n, columns), best, 1e-12, `cost of ${n}`)
      }
  })

  test('on a line, with squared distances, the two sets are paired in order', () => {
    const n = 200
    const [x, y] = [named('x').normal(n), named('y').normal(n)]
    const partners = assignment(squaredDistances(x, y, n), n)
    const order = Array.from(x.keys()).sort((i, j) => x[i]! - x[j]!)
    const sorted = Float64Array.from(y).sort()
    assert.deepEqual(
      order.map((i) => y[partners[i]!]!),
      [...sorted],
    )
  })

  test('costs that are no square, or not finite, are named', () => {
    assert.throws(() => assignment(new Float64Array(5), 2), /5 costs are not a square of 2 × 2/)
    assert.throws(() => assignment(Float64Array.of(1, 2, NaN, 4), 2), /row 1, column 0 is NaN/)
  })
})

describe('sinkhorn', () => {
  const n = 6
  const m = 9
  const cost = named('cost')
    .normal(n * m)
    .map((c) => c * c)

  test('has the two marginals, and is a product of a row factor, a column factor and exp(−C/ε)', () => {
    const epsilon = 0.3
    const plan = sinkhorn(cost, n, m, { epsilon, tolerance: 1e-10 })
    for (let i = 0; i < n; i++)
      approximately(
        plan.subarray(i * m, (i + 1) * m).reduce((a, b) => a + b),
        1 / n,
        1e-9,
      )
    for (let j = 0; j < m; j++) {
      let sum = 0
      for (let i = 0; i < n; i++) sum += plan[i * m + j]!
      approximately(sum, 1 / m, 1e-12)
    }
    // log P + C/ε = f_i + g_j has no interaction: every second difference vanishes.
    const log = (i: number, j: number) => Math.log(plan[i * m + j]!) + cost[i * m + j]! / epsilon
    for (let i = 1; i < n; i++)
      for (let j = 1; j < m; j++) approximately(log(i, j) - log(0, j) - log(i, 0) + log(0, 0), 0, 1e-9)
  })

  test('tends to the optimal assignment as ε falls', () => {
    const square = named('square')
      .normal(36)
      .map((c) => c * c)
    const columns = assignment(square, 6)
    const best = columns.reduce((sum, j, i) => sum + square[i * 6 + j]!, 0) / 6
    const gaps = [1, 0.1, 0.01].map((epsilon) => {
      const plan = sinkhorn(square, 6, 6, { epsilon, iterations: 20_000, tolerance: 1e-3 })
      return plan.reduce((sum, p, k) => sum + p * square[k]!, 0) - best
    })
    assert.ok(gaps[0]! > gaps[1]! && gaps[1]! > gaps[2]! && gaps[2]! > -0.01, String(gaps))
    // The entropy of a plan on n points is at most log n above that of a permutation; rows are wrong by a thousandth.
    assert.ok(gaps[2]! <= 0.01 * Math.log(6) + 0.01, String(gaps))
  })

  test('of two Gaussians, the covariance of the Schrödinger bridge’s ends', () => {
    // exp(−(x − y)²/2σ²) gives the joint precision the off-diagonal −1/σ², hence c² + σ²c = v₀v₁.
    const [v0, v1, sigma] = [1, 2.25, 1.2]
    const c = (-(sigma ** 2) + Math.sqrt(sigma ** 4 + 4 * v0 * v1)) / 2
    const k = 300
    const normal = quantiles(k)
    const x = normal.map((q) => Math.sqrt(v0) * q)
    const y = normal.map((q) => Math.sqrt(v1) * q)
    const plan = sinkhorn(squaredDistances(x, y, k), k, k, { epsilon: 2 * sigma ** 2 })
    let covariance = 0
    for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) covariance += plan[i * k + j]! * x[i]! * y[j]!
    // The quantiles' own variance is 0.6 % short of one.
    approximately(covariance, c, 0.01)
  })

  test('partners are drawn with the plan’s probabilities, row by row', () => {
    const draws = 20_000
    const plan = Float64Array.from(Array.from({ length: draws }, () => [0.1, 0, 0.3]).flat())
    const counts = [0, 0, 0]
    for (const j of drawFromPlan(plan, draws, 3, named('partners'))) counts[j]!++
    // Five standard errors of a share.
    approximately(
      counts.map((count) => count / draws),
      [0.25, 0, 0.75],
      5 * Math.sqrt((0.25 * 0.75) / draws),
    )
    assert.equal(counts[1], 0)
  })

  test('options that make no sense, and too few iterations, are named', () => {
    assert.throws(() => sinkhorn(cost, n, m, { epsilon: 0 }), /epsilon must be positive/)
    assert.throws(() => sinkhorn(cost, n, n, { epsilon: 1 }), /54 costs are not a matrix of 6 × 6/)
    assert.throws(() => sinkhorn(cost, n, m, { epsilon: 1, iterations: 0 }), /iterations/)
    assert.throws(() => sinkhorn(cost, n, m, { epsilon: 1, tolerance: -1 }), /tolerance/)
    assert.throws(
      () => sinkhorn(cost, n, m, { epsilon: 0.01, iterations: 1 }),
      /after 1 iterations a row is still/,
    )
    assert.throws(() => sinkhorn(cost, n, m, undefined as never), /epsilon must be positive, but is NaN/)
    assert.throws(() => entropicPairing(undefined as never), /epsilon must be positive, but is undefined/)
    assert.throws(() => entropicPairing({ epsilon: -1 }), /epsilon must be positive/)
  })
})

/** The (i + ½)/n quantiles of N(0, 1), by bisection of its distribution function. */
function quantiles(n: number): Float64Array {
  const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
  const steps = 4000
  const h = 16 / steps
  const result = new Float64Array(n)
  let mass = 0
  let next = 0
  for (let i = 0; i < steps && next < n; i++) {
    const x = -8 + (i + 0.5) * h
    const more = mass + h * density(x)
    while (next < n && (next + 0.5) / n <= more) result[next++] = x
    mass = more
  }
  return result
}

describe('couplings', () => {
  const law0 = data.mixture({
    means: [
      [-2, 0],
      [2, 0],
    ],
    deviations: 0.3,
  })

  test('have both laws as their parts, whoever is paired', () => {
    const n = 64
    for (const pairing of [undefined, optimalPairing, entropicPairing({ epsilon: 0.5 })]) {
      const pairs = paired(law0, undefined, pairing && { pairing })
      assert.deepEqual(pairs.shape, [2, 2])
      const drawn = pairs.draw(n, named('pairs'))
      assert.deepEqual(drawn.shape, [n, 2, 2])
      const values = take(drawn)
      const stream = named('pairs')
      const x0 = take(law0.draw(n, stream))
      const x1 = take(stream.normalTensor([n, 2]))
      const points = (flat: number[], part: number, size: number) =>
        Array.from({ length: n }, (_, i) => flat.slice(size * i + 2 * part, size * i + 2 * part + 2).join())
      assert.deepEqual(points(values, 0, 4), points(x0, 0, 2))
      const partners = points(values, 1, 4)
      const given = points(x1, 0, 2)
      if (!pairing) assert.deepEqual(partners, given)
      else if (pairing === optimalPairing) assert.deepEqual([...partners].sort(), [...given].sort())
      else assert.ok(partners.every((point) => given.includes(point)))
    }
  })

  test('optimal pairing makes the mean squared distance of a batch least', () => {
    const n = 40
    const distance = (pairs: number[]) => {
      let sum = 0
      for (let i = 0; i < n; i++)
        sum += (pairs[4 * i]! - pairs[4 * i + 2]!) ** 2 + (pairs[4 * i + 1]! - pairs[4 * i + 3]!) ** 2
      return sum / n
    }
    const drawn = (pairing?: typeof optimalPairing) =>
      take(paired(law0, undefined, pairing && { pairing }).draw(n, named('least')))
    const [independent, optimal] = [distance(drawn()), distance(drawn(optimalPairing))]
    const stream = named('least')
    const [x0, x1] = [take(law0.draw(n, stream)), take(stream.normalTensor([n, 2]))]
    const cost = squaredDistances(x0, x1, n)
    const columns = assignment(cost, n)
    approximately(optimal, columns.reduce((sum, j, i) => sum + cost[i * n + j]!, 0) / n, 1e-5)
    assert.ok(optimal < 0.6 * independent, `${optimal} against ${independent}`)
  })

  test('of data with labels keep them, whoever is paired', () => {
    const classes = data.mixture({ means: [[-4], [4]], deviations: 0.3 })
    for (const pairing of [undefined, optimalPairing]) {
      const pairs = paired(classes, standardNormal([1]), { ...(pairing && { pairing }) })
      assert.deepEqual(pairs.classes, classes.classes)
      const { x, labels } = pairs.drawLabelled(40, named('labels'))
      assert.deepEqual(x.shape, [40, 2, 1])
      const values = take(x)
      for (const [i, label] of labels.entries()) assert.equal(Math.sign(values[2 * i]!), [-1, 1][label])
      assert.deepEqual(take(pairs.draw(40, named('labels'))), values)
    }
    assert.ok(!('drawLabelled' in paired(standardNormal([1]))))
  })

  test('laws of different shapes, and what is no law, are named', () => {
    assert.throws(() => paired(law0, standardNormal([3])), /x0 has shape \[2\] and x1 \[3\]/)
    assert.throws(() => paired({} as never), /x0 must be data to draw from/)
    assert.throws(() => paired(law0, undefined, { pairing: 'ot' as never }), /pairing must be a function/)
    assert.throws(() => squaredDistances([1, 2, 3], [1, 2], 2), /are not 2 points of one length/)
    assert.throws(() => paired(law0).draw(0), /number of samples/)
  })
})
