/**
 * Tolerances that fit what is computed: the master is run on each backend, and how far its own results differ says how far a
 * right answer may be from them. A mean over a million numbers differs more than a single product, and gets more room.
 */
import { createHash } from 'node:crypto'
import { bulk } from '../../kernel/grading/compare'
import { isNumberArray, type Data } from '../../kernel/grading/data'
import { decodeData } from '../../kernel/grading/encode'
import type { RecordedCalls } from '../../kernel/grading/asking'
import type { Notebook } from '../../notebook'
import type { Calibration, Tolerance } from '../../notebook/grading'
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

/** The largest difference of two recordings of a test, relative to the size of its numbers; 0 where nothing can be compared. */
function deviationOf(test: RecordedCalls, other: RecordedCalls | undefined): number {
  let largest = 0
  for (const [seed, row] of test.calls.entries())
    for (const [place, { returned }] of row.entries()) {
      const match = other?.calls[seed]?.[place]
      if (match) largest = Math.max(largest, between(decodeData(returned), decodeData(match.returned)))
    }
  return largest
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
