/** What each test of a cell is graded, and what of it students may read. */
import { plainText } from '../../kernel/grading/words'
import type { CallResult, CellRun, Execution } from './execute'
import type { TestGrade, TestStatus } from './result'
import type { RecordedTest } from './types'

/** What a test's grade depends on besides its own calls. */
export interface TestSurroundings {
  /** The cell of tests, as far as it was run. */
  readonly run: CellRun | undefined
  /** Place among the tests of the cell. */
  readonly number: number
  /** Undefined where nothing was run. */
  readonly execution: Execution | undefined
  /** Why an answer that the test needs is not there. */
  readonly unanswered: string | undefined
  /** A hidden test was asked before: what the student's code says from there on may be what that one gave. */
  readonly afterHidden: boolean
}

/** The grade of one test. */
export function testGrade(test: RecordedTest, surroundings: TestSurroundings): TestGrade {
  const { run, number, execution, unanswered, afterHidden } = surroundings
  const { name, hidden, points: maxPoints, otherwise, seeds, given } = test
  const about = {
    name,
    maxPoints,
    ...(hidden && { hidden }),
    ...(otherwise !== undefined && { expected: otherwise }),
  }
  if (!execution) return { ...about, status: 'missing', points: 0, reason: 'There was nothing to run.' }
  const passedSeeds = (run?.tests[number] ?? []).filter(
    (calls) => calls.length === given.length && calls.every(({ status }) => status === 'passed'),
  ).length
  const counted = { ...about, ...(seeds > 1 && { seeds: { passed: passedSeeds, of: seeds } }) }
  if (execution.status === 'tampered')
    return {
      ...counted,
      status: 'tampered',
      points: 0,
      reason: execution.reason ?? 'The results were tampered with.',
    }
  if (passedSeeds === seeds) return { ...counted, status: 'passed', points: maxPoints }
  const { status, reason, evidence } = failure(run, number, execution)
  if (unanswered !== undefined && NOT_RUN_WELL.has(status))
    return { ...counted, status: 'failed', points: 0, reason: unanswered, unanswered: true }
  const failed = { ...counted, status, points: 0 }
  if (hidden)
    return {
      ...failed,
      reason: reticent(status, reason),
      ...(evidence && { evidence: { ...evidence, expected: reason } }),
    }
  if (afterHidden)
    return {
      ...failed,
      afterHidden,
      reason: reticent(status, reason),
      evidence: { returned: reason, ...evidence },
    }
  return { ...failed, reason, ...(evidence && { evidence }) }
}

/** What becomes of tests of a placeholder; more than that, such as running out of time, is somebody's doing. */
const NOT_RUN_WELL: ReadonlySet<TestStatus> = new Set(['failed', 'error', 'missing', 'malformed'])

/** Without what was expected of a hidden test, and what a student's code could say of its input: that stays in the evidence. */
export function reticent(status: string, reason: string): string {
  if (status === 'failed') return 'What came back is not what was expected.'
  if (status === 'malformed') return 'What came back is no data.'
  if (status === 'killed') return 'The process of the code ended.'
  if (status !== 'error') return reason
  const [name] = /^(?:Aggregate|Eval|Range|Reference|Syntax|Type|URI)?Error\b/.exec(reason) ?? ['an error']
  return `The code threw ${name}.`
}

/** What ended the run as a whole, where something did. */
export function ended({
  status,
}: Execution): Exclude<TestStatus, 'passed' | 'missing' | 'malformed'> | undefined {
  return status === 'timeout' || status === 'oom' || status === 'killed' || status === 'tampered'
    ? status
    : undefined
}

/** The first call that did not pass, or why there was none. */
function failure(
  run: CellRun | undefined,
  number: number,
  execution: Execution,
): { status: TestStatus; reason: string; evidence?: CallResult['evidence'] } {
  const failed = run?.tests[number]?.flat().find(({ status }) => status !== 'passed')
  if (failed)
    return {
      status: failed.status,
      reason: failed.reason ? sentence(failed.reason) : 'What came back is not what was expected.',
      evidence: failed.evidence,
    }
  const whole = ended(execution)
  if (run && run.status !== 'ok')
    return {
      status: run.status,
      reason: run.reason ?? 'The cell of the tests did not run to its end.',
    }
  if (whole) return { status: whole, reason: execution.reason ?? 'The run was ended before this test.' }
  return { status: 'missing', reason: 'No data came back for this test.' }
}

function sentence(text: string): string {
  const plain = plainText(text, 600)
  const first = plain.charAt(0).toUpperCase() + plain.slice(1)
  return /[.!?…]$/.test(first) ? first : `${first}.`
}
