/** From what was run to what each cell is graded. */
import type { TakenAnswers } from '../../notebook/grading'
import { plainText } from '../../kernel/grading/words'
import type { CallResult, CellRun, Execution } from './execute'
import { LONGEST_SOURCE } from './limits'
import type { CellGrade, CellStatus, TestGrade, TestStatus } from './result'
import { settleCell } from './status'
import { summaryCells } from './structure'
import type { Assignment, RecordedTest } from './types'

/**
 * @param taken the answers; undefined where there is no notebook.
 * @param execution what came of running them; undefined where nothing was run.
 */
export function settleGrades(
  assignment: Assignment,
  taken: TakenAnswers | undefined,
  execution: Execution | undefined,
): CellGrade[] {
  const tampered = execution?.status === 'tampered'
  return summaryCells(assignment.notebook).map(({ id, ...cell }) => {
    const run = execution?.cells.get(id)
    const tests = (assignment.testCells.get(id)?.tests ?? []).map((test, number) =>
      testGrade(test, run, number, execution),
    )
    const source = sourceOf(cell.gradeId, taken)
    const missing = taken?.missing.includes(cell.gradeId)
    const status: CellStatus =
      tampered && run?.status === 'tampered' ? 'tampered' : cellStatus(run, execution, cell.kind)
    const reason = missing ? 'The cell was not found in the submission.' : run?.reason
    return settleCell({
      ...cell,
      status,
      ...(reason !== undefined && { reason }),
      tests,
      ...(source !== undefined && { source }),
      ...(run?.outputs.length && { outputs: run.outputs }),
    })
  })
}

function cellStatus(
  run: CellRun | undefined,
  execution: Execution | undefined,
  kind: CellGrade['kind'],
): CellStatus {
  if (run) return run.status === 'ok' ? 'passed' : run.status
  // Text is not run, and a person reads it all the same.
  if (!execution || kind === 'manual' || kind === 'task') return 'passed'
  return ended(execution) ?? 'passed'
}

/** What ended the run as a whole, where something did. */
function ended({ status }: Execution): Exclude<TestStatus, 'passed' | 'missing' | 'malformed'> | undefined {
  return status === 'timeout' || status === 'oom' || status === 'killed' || status === 'tampered'
    ? status
    : undefined
}

function testGrade(
  test: RecordedTest,
  run: CellRun | undefined,
  number: number,
  execution: Execution | undefined,
): TestGrade {
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
  const counted = { ...(seeds > 1 && { seeds: { passed: passedSeeds, of: seeds } }) }
  if (execution.status === 'tampered')
    return {
      ...about,
      ...counted,
      status: 'tampered',
      points: 0,
      reason: execution.reason ?? 'The results were tampered with.',
    }
  if (passedSeeds === seeds) return { ...about, ...counted, status: 'passed', points: maxPoints }
  const { status, reason, evidence } = failure(run, number, execution)
  return {
    ...about,
    ...counted,
    status,
    points: 0,
    reason: hidden ? reticent(status, reason) : reason,
    ...(evidence && { evidence: hidden ? { ...evidence, expected: reason } : evidence }),
  }
}

/** Of a hidden test: what was expected, and what a student's code could say of its input, stays in the evidence. */
function reticent(status: TestStatus, reason: string): string {
  if (status === 'failed') return 'What came back is not what was expected.'
  if (status !== 'error') return reason
  const [name] = /^(?:Aggregate|Eval|Range|Reference|Syntax|Type|URI)?Error\b/.exec(reason) ?? ['an error']
  return `The code threw ${name}.`
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

function sourceOf(gradeId: string, taken: TakenAnswers | undefined): string | undefined {
  const task = taken?.tasks
    .get(gradeId)
    ?.cells.map(({ text }) => text)
    .join('\n\n')
  const source = taken?.answers.get(gradeId)?.text ?? task
  return source && source.length > LONGEST_SOURCE ? `${source.slice(0, LONGEST_SOURCE)}…` : source
}
