/** What the tests of a cell came to in a session, as an output keeps it for programs. */
import { isArray, isObject, type Json, type JsonObject, own } from '../json'
import type { Output } from '../types'

export const TESTS_MIME = 'application/vnd.genbook.tests+json'

export interface SessionTest {
  readonly name: string
  /** `ran`: only the grader knows what is expected. */
  readonly status: 'passed' | 'failed' | 'ran'
  /** The share of the cell's points, where the test says one. */
  readonly points?: number
  /** Why it failed. */
  readonly reason?: string
  /** Names what was returned where the test expects nothing of its own, so that two runs can be compared. */
  readonly returned?: string
}

/** The data of an output that says what tests came to. */
export function testResults(tests: readonly SessionTest[]): JsonObject {
  return { version: 1, tests: tests.map((test) => ({ ...test })) }
}

/** What the outputs of a cell say of its tests; undefined where they say nothing. Never throws. */
export function readTestResults(outputs: readonly Output[]): SessionTest[] | undefined {
  for (const output of outputs.toReversed()) {
    if (output.output_type !== 'display_data') continue
    const data = own(output.data, TESTS_MIME)
    const tests = isObject(data) ? own(data, 'tests') : undefined
    if (isArray(tests)) return tests.flatMap((test) => readTest(test) ?? [])
  }
  return undefined
}

/**
 * What each test of a cell is worth: the points that it names, and of what is left of the cell's points an equal share
 * for those that name none.
 *
 * @param tests all of the cell, hidden ones included
 * @param worth the cell's points
 */
export function sharesOf(
  tests: readonly Pick<SessionTest, 'name' | 'points'>[],
  worth: number,
): Record<string, number> {
  const said = tests.reduce((sum, { points = 0 }) => sum + points, 0)
  const silent = tests.filter(({ points }) => points === undefined).length
  const rest = silent ? Math.max(0, worth - said) / silent : 0
  return Object.fromEntries(tests.map(({ name, points }) => [name, points ?? rest]))
}

function readTest(value: Json): SessionTest | undefined {
  if (!isObject(value)) return undefined
  const name = own(value, 'name')
  const status = own(value, 'status')
  const points = own(value, 'points')
  const reason = own(value, 'reason')
  const returned = own(value, 'returned')
  if (typeof name !== 'string') return undefined
  if (status !== 'passed' && status !== 'failed' && status !== 'ran') return undefined
  return {
    name,
    status,
    ...(typeof points === 'number' && points >= 0 && { points }),
    ...(typeof reason === 'string' && { reason }),
    ...(typeof returned === 'string' && { returned }),
  }
}
