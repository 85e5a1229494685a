/** What a class did, in numbers. */
import type { AssignmentSummary, SubmissionResult, SubmissionStatus } from '../../result'
import { SUBMISSION_STATUSES } from '../../result'
import { sumOfPoints } from '../../status'

export interface ClassStatistics {
  readonly submissions: number
  /** All but those that could not be graded; what follows is about them. */
  readonly graded: number
  readonly maxPoints: number
  readonly points: Spread | undefined
  readonly statuses: readonly { readonly status: SubmissionStatus; readonly count: number }[]
  readonly bins: readonly Bin[]
  /** In the order of the assignment. */
  readonly tests: readonly TestStatistics[]
  readonly flaky: readonly { readonly name: string; readonly gradeId: string; readonly count: number }[]
}

export interface Spread {
  readonly mean: number
  readonly median: number
  readonly lowest: number
  readonly highest: number
  readonly deviation: number
}

/** Points from `from` (inclusive) to `to` (exclusive): full points have a bin of their own where bins are a point wide. */
export interface Bin {
  readonly from: number
  readonly to: number
  readonly count: number
}

export interface TestStatistics {
  readonly gradeId: string
  readonly title: string
  readonly name: string
  readonly hidden: boolean
  readonly maxPoints: number
  readonly passed: number
  readonly of: number
  /** Correlation of passing with the points of everything else, where both vary: does the test tell strong from weak work? */
  readonly discrimination: number | undefined
}

export function classStatistics(
  results: readonly SubmissionResult[],
  assignment: AssignmentSummary,
): ClassStatistics {
  const graded = results.filter(({ status }) => status !== 'ungradable')
  const maxPoints = sumOfPoints(assignment.cells.map(({ maxPoints }) => maxPoints))
  const points = graded.map(({ points }) => points)
  const tests = testStatistics(graded, assignment)
  return {
    submissions: results.length,
    graded: graded.length,
    maxPoints,
    points: spread(points),
    statuses: SUBMISSION_STATUSES.map((status) => ({
      status,
      count: results.filter((result) => result.status === status).length,
    })).filter(({ count }) => count),
    bins: histogram(points, maxPoints),
    tests,
    flaky: flaky(graded),
  }
}

/** The middle one of some numbers; the mean of the middle two of an even count. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

function spread(values: readonly number[]): Spread | undefined {
  if (!values.length) return undefined
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  const ordered = [...values].sort((a, b) => a - b)
  return {
    mean,
    median: median(values),
    lowest: ordered[0]!,
    highest: ordered.at(-1)!,
    deviation: Math.sqrt(variance),
  }
}

const MOST_BINS = 20

/** At most 21 bins whose width is 1, 2 or 5 times a power of ten (at least a quarter point). */
export function histogram(points: readonly number[], maxPoints: number): Bin[] {
  if (!points.length) return []
  const top = Math.max(maxPoints, ...points)
  const low = Math.min(0, ...points)
  const widths = [0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
  const width = widths.find((width) => (top - low) / width < MOST_BINS) ?? (top - low) / (MOST_BINS - 1)
  const first = Math.floor(low / width) * width
  const count = Math.floor((top - first) / width + 1e-9) + 1
  const counts = Array<number>(count).fill(0)
  for (const value of points) counts[Math.min(count - 1, Math.floor((value - first) / width + 1e-9))]!++
  return counts.map((count, index) => ({
    from: first + index * width,
    to: first + (index + 1) * width,
    count,
  }))
}

function testStatistics(
  graded: readonly SubmissionResult[],
  assignment: AssignmentSummary,
): TestStatistics[] {
  const cells = graded.map((result) => new Map(result.cells.map((cell) => [cell.gradeId, cell])))
  return assignment.cells.flatMap(({ gradeId, title, tests }) =>
    tests.map(({ name, maxPoints, hidden = false }) => {
      // What is not there has not been passed.
      const found = cells.map((cells) => cells.get(gradeId)?.tests.find((test) => test.name === name))
      const passed = found.map((test) => (test?.status === 'passed' ? 1 : 0))
      const rest = graded.map((result, index) => result.points - (found[index]?.points ?? 0))
      return {
        gradeId,
        title: title ?? gradeId,
        name,
        hidden,
        maxPoints,
        passed: passed.filter(Boolean).length,
        of: graded.length,
        discrimination: correlation(passed, rest),
      }
    }),
  )
}

/** Pearson's; undefined where one of the two does not vary. */
export function correlation(a: readonly number[], b: readonly number[]): number | undefined {
  const [meanA, meanB] = [a, b].map((values) => values.reduce((sum, value) => sum + value, 0) / values.length)
  let [ab, aa, bb] = [0, 0, 0]
  for (const [index, value] of a.entries()) {
    const [x, y] = [value - meanA!, b[index]! - meanB!]
    ab += x * y
    aa += x * x
    bb += y * y
  }
  return aa > 1e-12 && bb > 1e-12 ? ab / Math.sqrt(aa * bb) : undefined
}

function flaky(graded: readonly SubmissionResult[]): ClassStatistics['flaky'] {
  const counts = new Map<string, { name: string; gradeId: string; count: number }>()
  for (const { cells } of graded)
    for (const { gradeId, tests } of cells)
      for (const { name, flaky } of tests) {
        if (!flaky) continue
        const key = JSON.stringify([gradeId, name])
        const entry = counts.get(key) ?? { name, gradeId, count: 0 }
        counts.set(key, { ...entry, count: entry.count + 1 })
      }
  return [...counts.values()].sort((a, b) => b.count - a.count)
}
