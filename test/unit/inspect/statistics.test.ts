import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../../property'
import { RunningStatistics } from '../../../src/kernel/inspect/statistics'
import type { Statistics } from '../../../src/kernel/protocol'

function running(values: ArrayLike<number>, part = values.length || 1, whole = false): Statistics {
  const statistics = new RunningStatistics(whole)
  for (let from = 0; from < values.length; from += part)
    statistics.add(values, from, Math.min(from + part, values.length))
  return statistics.result(values.length)
}

/** Two passes over sorted doubles: the sums in order of size lose least. */
function reference(values: readonly number[]) {
  const finite = values.filter(Number.isFinite)
  const sum = (list: readonly number[]) =>
    [...list].sort((a, b) => Math.abs(a) - Math.abs(b)).reduce((total, value) => total + value, 0)
  const mean = sum(finite) / finite.length
  return { finite, mean, variance: sum(finite.map((value) => (value - mean) ** 2)) / finite.length }
}

const numbers = fc.oneof(
  fc.float({ noDefaultInfinity: true, noNaN: true }),
  fc.double({ min: -1e3, max: 1e3, noNaN: true }),
  fc.integer({ min: -300, max: 300 }),
  fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 1e30, -1e30, 1e-30),
)

test('mean, deviation, extremes and counts are those of two passes in doubles', () => {
  fc.assert(
    fc.property(fc.array(numbers, { maxLength: 700 }), fc.integer({ min: 1, max: 300 }), (values, part) => {
      const got = running(values, part)
      const { finite, mean, variance } = reference(values)
      assert.equal(got.nan, values.filter(Number.isNaN).length)
      assert.equal(got.infinite, values.filter((value) => Math.abs(value) === Infinity).length)
      assert.deepEqual([got.looked, got.size], [values.length, values.length])
      if (!finite.length) return assert.equal(got.finite, undefined)
      const largest = Math.max(...finite.map(Math.abs))
      // Welford's recurrence rounds once a value, by at most an ulp of the largest; so does the reference.
      const slack = finite.length * 2 ** -50 * largest
      assert.ok(Math.abs(got.finite!.mean - mean) <= slack, `${got.finite!.mean} is not ${mean}`)
      assert.ok(
        Math.abs(got.finite!.deviation ** 2 - variance) <= slack * largest + 1e-12 * variance,
        `${got.finite!.deviation} is not ${Math.sqrt(variance)}`,
      )
      // Which of two zeros is the larger is nobody's business.
      const unsigned = (value: number) => value + 0
      assert.deepEqual(
        [got.finite!.min, got.finite!.max].map(unsigned),
        [Math.min(...finite), Math.max(...finite)].map(unsigned),
      )
    }),
  )
})

test('a large mean and a stray first value cost no digits', () => {
  const around = Array.from({ length: 10_000 }, (_, i) => 1e8 + (i % 2 ? 1 : -1))
  assert.equal(running(around).finite!.mean, 1e8)
  // One ulp of 1e8 is 1.5e-8, and the deviation is exactly 1.
  assert.ok(Math.abs(running(around).finite!.deviation - 1) < 1e-7)
  const stray = [1e6, ...Array.from({ length: 999 }, (_, i) => (i % 2 ? 1e-3 : -1e-3))]
  const { mean, variance } = reference(stray)
  const got = running(stray).finite!
  assert.ok(Math.abs(got.mean / mean - 1) < 1e-12)
  assert.ok(Math.abs(got.deviation ** 2 / variance - 1) < 1e-12)
})

test('the histogram counts every finite value once, in the bar where it lies', () => {
  fc.assert(
    fc.property(
      fc.array(numbers, { minLength: 1, maxLength: 900 }),
      fc.integer({ min: 1, max: 300 }),
      fc.boolean(),
      (given, part, whole) => {
        const values = whole ? given.map((value) => Math.round(Math.min(1e6, Math.max(-1e6, value)))) : given
        const { finite } = running(values, part, whole)
        if (!finite) return
        const { start, width, counts } = finite.histogram
        const kept = values.filter(Number.isFinite)
        assert.ok(width > 0 && counts.length >= 1 && counts.length <= 32)
        assert.equal(
          counts.reduce((sum, count) => sum + count, 0),
          kept.length,
        )
        assert.ok(counts[0]! > 0 && counts.at(-1)! > 0, 'no empty bars at the ends')
        // An edge is a sum of doubles, so a value within a billionth of a bar of it may count on either side.
        const slack = width * 1e-6 + Math.abs(start) * 1e-12
        counts.forEach((count, i) => {
          const [low, high] = [start + i * width, start + (i + 1) * width]
          const inside = (margin: number) =>
            kept.filter((value) => value >= low - margin && value < high + margin).length
          assert.ok(inside(-slack) <= count && count <= inside(slack), `bar ${i} counts ${count}`)
        })
      },
    ),
  )
})

test('few different whole numbers have a bar each', () => {
  const { histogram } = running([3, 1, 1, 5, 3, 3], 2, true).finite!
  assert.deepEqual(histogram, { start: 0.5, width: 1, counts: [2, 0, 3, 0, 1] })
})

test('one value, and none', () => {
  assert.deepEqual(running([2]).finite!.histogram.counts, [1])
  assert.equal(running([]).finite, undefined)
  assert.deepEqual(running([NaN, Infinity]), { looked: 2, size: 2, nan: 1, infinite: 1 })
})
