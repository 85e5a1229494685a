/** Results as lines of JSON: written so that any reader splits them rightly, read with every member checked. */
import type { JsonObject } from '../../notebook'
import {
  CELL_KINDS,
  CELL_STATUSES,
  RESULT_SCHEMA,
  SUBMISSION_STATUSES,
  TEST_STATUSES,
  type AssignmentSummary,
  type SubmissionResult,
} from './result'
import { array, boolean, number, object, oneOf, optional, shape, string, type Check } from './shape'

/** A line that is no result, with what is wrong and where in it. */
export class ResultFormatError extends Error {
  override readonly name = 'ResultFormatError'
}

const testGrade = shape({
  name: string,
  status: oneOf(TEST_STATUSES),
  points: number,
  maxPoints: number,
  reason: optional(string),
  expected: optional(string),
  hidden: optional(boolean),
  afterHidden: optional(boolean),
  unanswered: optional(boolean),
  evidence: optional(
    shape({ given: optional(string), returned: optional(string), expected: optional(string) }),
  ),
  seeds: optional(shape({ passed: number, of: number })),
  flaky: optional(boolean),
})

const manualGrade = shape({
  points: optional(number),
  comment: optional(string),
  by: optional(string),
  flagged: optional(string),
})

const cellGrade = shape({
  gradeId: string,
  kind: oneOf(CELL_KINDS),
  title: optional(string),
  status: oneOf(CELL_STATUSES),
  reason: optional(string),
  detail: optional(string),
  unanswered: optional(boolean),
  points: number,
  automaticPoints: number,
  maxPoints: number,
  manual: optional(manualGrade),
  tests: array(testGrade),
  source: optional(string),
  outputs: optional(array(object)),
  afterHidden: optional(boolean),
  handedIn: optional(array(object)),
})

const submissionResult = shape({
  key: string,
  student: string,
  submission: shape({ name: string, path: string, hash: string }),
  master: string,
  runtime: string,
  seed: number,
  configuration: object,
  status: oneOf(SUBMISSION_STATUSES),
  reason: optional(string),
  points: number,
  maxPoints: number,
  cells: array(cellGrade),
  sandbox: shape({ level: string }),
  started: string,
  seconds: number,
  ownSeconds: optional(number),
  peakMemory: optional(number),
  notes: array(string),
})

const assignmentSummary = shape({
  title: string,
  master: string,
  cells: array(
    shape({
      gradeId: string,
      kind: oneOf(CELL_KINDS),
      title: optional(string),
      maxPoints: number,
      tests: array(shape({ name: string, maxPoints: number, hidden: optional(boolean) })),
    }),
  ),
})

/** One line of JSON, without its line end. No character in it ends a line in any program. */
export function writeResult(result: SubmissionResult): string {
  return JSON.stringify(result).replace(
    /[\x7f-\x9f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** @throws ResultFormatError where the text is no result of this schema */
export function readResult(line: string): SubmissionResult {
  return read<SubmissionResult>(line, submissionResult, 'a grading result')
}

/** @throws ResultFormatError where the text is no assignment of this schema */
export function readAssignment(text: string): AssignmentSummary {
  return read<AssignmentSummary>(text, assignmentSummary, 'an assignment')
}

function read<T>(text: string, check: Check, what: string): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new ResultFormatError(`not JSON: ${(error as Error).message}`)
  }
  const { schema } = (value ?? {}) as JsonObject
  if (schema !== RESULT_SCHEMA)
    throw new ResultFormatError(
      typeof schema === 'number' && schema > RESULT_SCHEMA
        ? `${what} of schema ${schema}, and this Genbook reads ${RESULT_SCHEMA}; use the newer one that wrote it`
        : `not ${what}: expected "schema": ${RESULT_SCHEMA}`,
    )
  const problem = check(value, what)
  if (problem !== undefined) throw new ResultFormatError(problem)
  return value as T
}
