/**
 * Tolerances that fit what is computed: the master is run on each backend, and how far its own results differ says how far a
 * right answer may be from them. A mean over a million numbers differs more than a single product, and gets more room.
 */
import { createHash } from 'node:crypto'
import { allowed, bulk, difference } from '../../kernel/grading/compare'
import { isNumberArray, type Data } from '../../kernel/grading/data'
import { decodeJudge } from '../../kernel/grading/dataJudges'
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

/** A test whose own tolerance is less than backends differ by: what came back on the first, and on another. */
export interface Disagreement {
  readonly gradeId: string
  readonly test: string
  readonly first: { readonly backend: string; readonly returned: string }
  readonly other: { readonly backend: string; readonly returned: string }
}

/** @param recordings by backend, of the same master with the same seed; at most one disagreement for each test and backend */
export function disagreements(recordings: ReadonlyMap<string, Recording>): Disagreement[] {
  const [first, ...others] = recordings
  return [...(first?.[1] ?? [])].flatMap(([gradeId, list]) =>
    list.flatMap((test, index) =>
      others.flatMap(([backend, other]) => {
        const values = tooFarApart(test, other.get(gradeId)?.[index])
        if (!values) return []
        const [mine, theirs] = values
        return {
          gradeId,
          test: test.name,
          first: { backend: first![0], returned: mine },
          other: { backend, returned: theirs },
        }
      }),
    ),
  )
}

function tooFarApart(test: RecordedCalls, other: RecordedCalls | undefined): [string, string] | undefined {
  for (const [one, match] of pairs(test, other)) {
    const judge = decodeJudge(one.judge)
    if (judge.judge !== 'closeTo' || !judge.within) continue
    const [a, b] = [decodeData(one.returned), decodeData(match.returned)]
    if (difference(a, b, allowed(judge.within)) !== undefined) return worst(a, b)
  }
  return undefined
}

/** The two numbers that are furthest apart, or all there is where numbers do not tell. */
function worst(a: Data, b: Data): [string, string] {
  const [x, y] = [numbersIn(a), numbersIn(b)]
  const gaps = x.map((value, i) => Math.abs(value - y[i]!))
  const index = gaps.indexOf(Math.max(...gaps.filter((gap) => !Number.isNaN(gap))))
  if (x.length !== y.length || index < 0) return [dataText(a), dataText(b)]
  return [digits(x[index]!), digits(y[index]!)]
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
