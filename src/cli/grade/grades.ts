/** From what was run to what each cell is graded. */
import type { JsonObject } from '../../notebook'
import type { TakenAnswers } from '../../notebook/grading'
import type { CellRun, Execution } from './execute'
import { LONGEST_SOURCE } from './limits'
import { OutputBudget } from './outputs'
import type { CellGrade, CellStatus } from './result'
import { settleCell } from './status'
import { summaryCells } from './structure'
import { ended, reticent, testGrade } from './testGrades'
import type { Assignment, RecordedTest } from './types'
import { unansweredIn } from './unanswered'

/**
 * @param taken the answers; undefined where there is no notebook.
 * @param execution what came of running them; undefined where nothing was run.
 */
export function settleGrades(
  assignment: Assignment,
  taken: TakenAnswers | undefined,
  execution: Execution | undefined,
): CellGrade[] {
  const unanswered = taken ? unansweredIn(assignment, taken) : new Map<string, string>()
  const handedIn = new OutputBudget()
  let afterHidden = false
  return summaryCells(assignment.notebook).map(({ id, ...cell }) => {
    const run = execution?.cells.get(id)
    const { tests: recorded = [], answers = [] } = assignment.testCells.get(id) ?? {}
    const missing = answers.map((answer) => unanswered.get(answer)).find((why) => why !== undefined)
    const before = afterHidden
    const tests = recorded.map((test, number) => {
      const grade = testGrade(test, { run, number, execution, unanswered: missing, afterHidden })
      afterHidden ||= wasAsked(test, run, number)
      return grade
    })
    const source = sourceOf(cell.gradeId, taken)
    const outputs = before ? taken?.answers.get(cell.gradeId)?.outputs : undefined
    // Whatever has no form of an output is left out.
    const shown = handedIn.take((outputs ?? []) as unknown as readonly JsonObject[])
    const why = unanswered.get(id)
    return settleCell({
      ...cell,
      ...statusOf(cell.kind, run, execution, why, before),
      tests,
      ...(source !== undefined && { source }),
      ...(run?.outputs.length && { outputs: run.outputs }),
      ...(before && { afterHidden: true }),
      ...(shown.length && { handedIn: shown }),
    })
  })
}

/** A call that never came back has seen its input, too. */
function wasAsked({ hidden }: RecordedTest, run: CellRun | undefined, number: number): boolean {
  return hidden && (run?.tests[number]?.length ?? 0) > 0
}

function statusOf(
  kind: CellGrade['kind'],
  run: CellRun | undefined,
  execution: Execution | undefined,
  unanswered: string | undefined,
  afterHidden: boolean,
): Pick<CellGrade, 'status' | 'reason' | 'detail' | 'unanswered'> {
  const status = cellStatus(run, execution, kind)
  if (unanswered !== undefined && (status === 'passed' || status === 'error' || status === 'failed'))
    return { status: 'failed', reason: unanswered, unanswered: true }
  const reason = unanswered ?? run?.reason
  if (reason === undefined) return { status }
  const told = afterHidden ? reticent(status, reason) : reason
  return { status, reason: told, ...(told !== reason && { detail: reason }) }
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

function sourceOf(gradeId: string, taken: TakenAnswers | undefined): string | undefined {
  const task = taken?.tasks
    .get(gradeId)
    ?.cells.map(({ text }) => text)
    .join('\n\n')
  const source = taken?.answers.get(gradeId)?.text ?? task
  return source && source.length > LONGEST_SOURCE ? `${source.slice(0, LONGEST_SOURCE)}…` : source
}
