/**
 * Tolerances that fit what is computed: the master is run on each backend, and how far its own results differ says how far a
 * right answer may be from them. A mean over a million numbers differs more than a single product, and gets more room.
 */
import { createHash } from 'node:crypto'
import { bulk } from '../../kernel/grading/compare'
import { isNumberArray, type Data } from '../../kernel/grading/data'
import { decodeJudge } from '../../kernel/grading/dataJudges'
import { judge } from '../../kernel/grading/judge'
import { decodeData } from '../../kernel/grading/encode'
import { dataText } from '../../kernel/grading/words'
import type { RecordedCall, RecordedCalls } from '../../kernel/grading/asking'
import type { Notebook } from '../../notebook'
import { assignmentOf, type Calibration, type Tolerance } from '../../notebook/grading'
import { gradedCells } from './structure'

/** What backends differ by is a sample of one; other right ways to compute the same differ by a few times as much. */
const FACTOR = 8
/** The tolerance of a test that says none, which calibration only widens. */
const LEAST: Tolerance = { relative: 1e-5, absolute: 1e-6 }

/** Names what a calibration was made from: another text of a cell, or another seed, is another key. */
export function calibrationKey(notebook: Notebook, seed: number): string {
  const sources = gradedCells(notebook).map(({ id, source }) => [id, source])
  return createHash('sha256')
    .update(JSON.stringify([seed, sources]))
    .digest('hex')
    .slice(0, 16)
}

/** What the master records of its tolerances, where that was found with this seed and the cells as they are. */
export function calibrationOf(notebook: Notebook, seed: number): Calibration | undefined {
  const { calibration } = assignmentOf(notebook)
  return calibration?.key === calibrationKey(notebook, seed) ? calibration : undefined
}

/** What a recording says, by grade id of the cell of tests. */
export type Recording = ReadonlyMap<string, readonly RecordedCalls[]>

/** @param recordings by backend, of the same master with the same seed */
export function calibrate(key: string, recordings: ReadonlyMap<string, Recording>): Calibration {
  const [first, ...others] = recordings.values()
  const tests: Record<string, Record<string, Tolerance>> = {}
  for (const [gradeId, list] of first ?? [])
    for (const [index, test] of list.entries()) {
      const deviations = others.map((other) => deviationOf(test, other.get(gradeId)?.[index]))
      const relative = Math.max(LEAST.relative, FACTOR * Math.max(0, ...deviations))
      ;(tests[gradeId] ??= {})[test.name] = { relative, absolute: LEAST.absolute }
    }
  return { key, backends: [...recordings.keys()], tests }
}

/** A test that the master's own results do not pass on every backend. */
export type Disagreement = {
  readonly gradeId: string
  readonly test: string
  /** The backend on which what it expects was recorded, and another. */
  readonly first: string
  readonly other: string
} & (
  | {
      /** What came back on each: its own tolerance allows less than they differ by. */
      readonly returned: readonly [string, string]
    }
  | {
      /** Why what came back on the other is not as expected. */
      readonly reason: string
    }
)

/** @param recordings by backend, of the same master with the same seed; at most one disagreement for each test and backend */
export async function disagreements(recordings: ReadonlyMap<string, Recording>): Promise<Disagreement[]> {
  const [first, ...others] = recordings
  const found: Disagreement[] = []
  for (const [gradeId, list] of first?.[1] ?? [])
    for (const [index, test] of list.entries())
      for (const [backend, other] of others) {
        const how = await apart(test, other.get(gradeId)?.[index])
        if (how) found.push({ gradeId, test: test.name, first: first![0], other: backend, ...how })
      }
  return found
}

async function apart(
  test: RecordedCalls,
  other: RecordedCalls | undefined,
): Promise<{ returned: readonly [string, string] } | { reason: string } | undefined> {
  for (const [one, match] of pairs(test, other)) {
    const expected = decodeJudge(one.judge)
    // Without a tolerance of its own, it gets one that allows the difference.
    if (expected.judge === 'closeTo' && !expected.within) continue
    const [a, b] = [decodeData(one.returned), decodeData(match.returned)]
    // Predicates are functions, and were asked where they are.
    const { passed, reason } = await judge(expected, b, () => Promise.resolve(match.reason === undefined))
    if (!passed) return expected.judge === 'closeTo' ? { returned: worst(a, b) } : { reason: reason ?? '' }
  }
  return undefined
}

/** The two numbers that are furthest apart, or all there is where numbers do not tell. */
function worst(a: Data, b: Data): [string, string] {
  const [x, y] = [numbersIn(a), numbersIn(b)]
  const gaps = x.map((value, i) => Math.abs(value - y[i]!))
  const index = gaps.indexOf(Math.max(...gaps.filter((gap) => !Number.isNaN(gap))))
  if (x.length !== y.length || index < 0) return [dataText(a), dataText(b)]
  const [mine, theirs] = [x[index]!, y[index]!]
  return digits(mine) === digits(theirs) ? [String(mine), String(theirs)] : [digits(mine), digits(theirs)]
}

/** As many as two singles need to be told apart. */
const digits = (value: number) => String(Number(value.toPrecision(9)))

/** The largest difference of two recordings of a test, relative to the size of its numbers; 0 where nothing can be compared. */
function deviationOf(test: RecordedCalls, other: RecordedCalls | undefined): number {
  let largest = 0
  for (const [one, match] of pairs(test, other))
    largest = Math.max(largest, between(decodeData(one.returned), decodeData(match.returned)))
  return largest
}

/** The same calls of two recordings. */
function pairs(test: RecordedCalls, other: RecordedCalls | undefined): [RecordedCall, RecordedCall][] {
  return test.calls.flatMap((row, seed) =>
    row.flatMap((call, place): [RecordedCall, RecordedCall][] => {
      const match = other?.calls[seed]?.[place]
      return match ? [[call, match]] : []
    }),
  )
}

function between(a: Data, b: Data): number {
  const [x, y] = [numbersIn(a), numbersIn(b)]
  if (x.length !== y.length) return 0
  const size = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / (x.length || 1))
  let largest = 0
  for (const [i, value] of x.entries()) {
    const difference = Math.abs(value - y[i]!) / Math.max(Math.abs(value), size, LEAST.absolute)
    if (Number.isFinite(difference)) largest = Math.max(largest, difference)
  }
  return largest
}

function numbersIn(data: Data): number[] {
  const numbers = bulk(data)
  if (typeof numbers === 'number') return [numbers]
  if (typeof numbers !== 'object' || numbers === null) return []
  if (isNumberArray(numbers)) return [...numbers.values]
  return (Array.isArray(numbers) ? (numbers as Data[]) : Object.values(numbers)).flatMap(numbersIn)
}
