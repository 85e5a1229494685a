/** Grades one submission: reads it, runs it in a sandbox of its own, judges what comes back. */
import { takeAnswers, gradedNotebook, type TakenAnswers } from '../../notebook/grading'
import type { JsonObject } from '../../notebook'
import { plainText } from '../../kernel/grading/words'
import { execute, type Execution } from './execute'
import { settleGrades } from './grades'
import { keyOf } from './key'
import { RESULT_SCHEMA, type SubmissionResult } from './result'
import { runtimeVersion } from './runtime'
import { settle } from './status'
import { gradedCells } from './structure'
import { GraderFault } from './runnerProcess'
import { readSubmission, type SubmissionFile } from './submissionFile'
import { nothingAnswered, unansweredIn } from './unanswered'
import { compareRuns, deservesAnother } from './flaky'
import type { Assignment, GradeOptions, Submission } from './types'

/** What decides a result besides master, submission, runtime and seed. */
export function configurationOf({ timeout, cellTimeout, memory, sandbox }: GradeOptions): JsonObject {
  // What was graded without a wall must not pass for what was graded behind one.
  return { timeout, cellTimeout, memory, backend: 'wasm', sandbox: sandbox.level.kind }
}

/**
 * @param given the submission's file, where it has been read already.
 * @returns the result, whatever the submission is or does.
 * @throws GraderFault where the grader is at fault: the runner could not be started.
 */
export async function gradeOne(
  assignment: Assignment,
  submission: Submission,
  options: GradeOptions,
  given?: SubmissionFile,
): Promise<SubmissionResult> {
  const started = new Date()
  const begun = performance.now()
  const file = given ?? (await readSubmission(submission))
  const configuration = configurationOf(options)
  const about = {
    schema: RESULT_SCHEMA,
    key: keyOf(assignment, file.hash, configuration),
    student: submission.student,
    submission: { name: submission.name, path: submission.path, hash: file.hash },
    master: assignment.hash,
    runtime: runtimeVersion(),
    seed: assignment.seed,
    configuration,
    sandbox: { level: options.sandbox.level.kind, limits: options.sandbox.level.limits },
    started: started.toISOString(),
  } as const
  const seconds = () => Math.round(performance.now() - begun) / 1000
  if (!file.notebook) {
    const cells = settleGrades(assignment, undefined, undefined)
    return {
      ...about,
      status: 'ungradable',
      reason: plainText(file.reason ?? 'There is nothing to grade.', 500),
      ...totals(cells, 'ungradable'),
      cells,
      seconds: seconds(),
      notes: [],
    }
  }
  const taken = takeAnswers(assignment.notebook, file.notebook)
  const first = await run(assignment, taken, options)
  let cells = settleGrades(assignment, taken, first)
  let ended = first
  if (deservesAnother(first, cells, assignment)) {
    const second = await run(assignment, taken, options)
    const again = settleGrades(assignment, taken, second)
    ;({ cells, ended } = compareRuns({ cells, ended: first }, { cells: again, ended: second }))
  }
  const { points, maxPoints, status } = settle(cells, ended.status)
  const reason =
    ended.reason ??
    (nothingAnswered(assignment, taken, unansweredIn(assignment, taken)) ? NOTHING : undefined)
  return {
    ...about,
    status,
    ...(reason !== undefined && { reason }),
    points,
    maxPoints,
    cells,
    seconds: seconds(),
    ownSeconds: Math.round(ended.ownMilliseconds) / 1000,
    ...(ended.peakMemory !== undefined && { peakMemory: ended.peakMemory }),
    notes: notesOf(taken),
  }
}

function totals(cells: SubmissionResult['cells'], status: 'ungradable') {
  const { points, maxPoints } = settle(cells, status)
  return { points, maxPoints }
}

async function run(assignment: Assignment, taken: TakenAnswers, options: GradeOptions): Promise<Execution> {
  const notebook = gradedNotebook(assignment.notebook, taken.answers)
  const cells = gradedCells(notebook).map((cell) => {
    const tests = assignment.testCells.get(cell.id)
    return tests ? { ...cell, source: tests.collecting } : cell
  })
  const execution = await execute(assignment, cells, options)
  if (execution.fault !== undefined) throw new GraderFault(execution.fault)
  return execution
}

const NOTHING = 'Nothing was answered: every answer reads as it was released, is empty or is not there.'
const MOST_NOTES = 50

function notesOf({ findings, answers }: TakenAnswers): string[] {
  const byText = [...answers.values()]
    .filter(({ by }) => by !== 'id')
    .map(({ gradeId, by }) => `The answer “${gradeId}” was recognised by its ${by}.`)
  const said = findings.map(({ message }) => plainText(message, 300))
  const notes = [...new Set([...byText, ...said])]
  return notes.length > MOST_NOTES
    ? [...notes.slice(0, MOST_NOTES), `And ${notes.length - MOST_NOTES} more.`]
    : notes
}
