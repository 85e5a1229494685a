/** Opens a master notebook for grading. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import type { RecordedCalls } from '../../kernel/grading/asking'
import type { Data } from '../../kernel/grading/data'
import { decodeJudge, type DataJudge } from '../../kernel/grading/dataJudges'
import { encodeData } from '../../kernel/grading/encode'
import type { Notebook } from '../../notebook'
import { assignmentOf, type Calibration, type Tolerance } from '../../notebook/grading'
import { seedOf } from '../executed'
import { UsageError } from '../failure'
import { readNotebook } from '../notebook'
import { CodeCache } from './codeCache'
import { calibrationOf } from './calibration'
import { recordMaster, type Recorded } from './record'
import { RESULT_SCHEMA } from './result'
import type { RunnerProcess } from './runnerProcess'
import { summaryCells, testPoints } from './structure'
import type { Assignment, GradeOptions, RecordedTest, TestCell } from './types'

/**
 * @param path of the master notebook.
 * @param options.seed in place of the notebook's own.
 * @throws UsageError that says what is wrong with the master: it must run, and its own solution must pass every test.
 */
export async function openAssignment(
  path: string,
  options: GradeOptions & { readonly seed?: number },
): Promise<Assignment> {
  const { notebook } = await readNotebook(path)
  const summary = summaryCells(notebook)
  if (!summary.length)
    throw new UsageError(
      `${path} is no master: no cell in it is marked as a solution, as tests or as graded by hand.`,
    )
  const hash = createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
  const seed = options.seed ?? seedOf(notebook)
  const recorded = await recordMaster(path, notebook, seed, 'wasm', options)
  const { runner, analysis } = recorded
  let codeCache: CodeCache | undefined
  try {
    const testCells = testCellsOf(path, notebook, recorded, calibrationOf(notebook, seed))
    const kept = await CodeCache.of(runner)
    codeCache = kept
    const asked = [...testCells.values()].some(({ tests }) => tests.some(asksPredicate))
    if (!asked) await runner.close()
    return {
      path,
      notebook,
      hash,
      seed,
      summary: {
        schema: RESULT_SCHEMA,
        title: assignmentOf(notebook).title ?? basename(path, extname(path)),
        master: hash,
        cells: summary.map(({ id, ...cell }) => ({
          ...cell,
          tests: (testCells.get(id)?.tests ?? []).map(({ name, points, hidden }) => ({
            name,
            maxPoints: points,
            ...(hidden && { hidden }),
          })),
        })),
      },
      testCells,
      answerNames: analysis.answerNames,
      holds: predicates(runner),
      codeCache: kept,
      close: async () => void (await Promise.all([runner.close(), kept.remove()])),
    }
  } catch (error) {
    await Promise.all([runner.close(), codeCache?.remove()])
    throw error
  }
}

function testCellsOf(
  path: string,
  notebook: Notebook,
  { tests, analysis }: Recorded,
  calibration: Calibration | undefined,
): Map<string, TestCell> {
  const gradeIds = new Map(summaryCells(notebook).map(({ id, gradeId }) => [id, gradeId]))
  return new Map(
    analysis.splits.map(({ cell, collecting, tests: split, answers }) => {
      const recorded = tests.get(cell) ?? []
      const points = testPoints(notebook, cell, recorded)
      const tolerances = calibration?.tests[gradeIds.get(cell) ?? '']
      const list = recorded.map((test, index) =>
        recordedTest(test, split[index]!.hidden, points[index]!, tolerances?.[test.name], path),
      )
      return [cell, { collecting, tests: list, answers }]
    }),
  )
}

function recordedTest(
  { name, otherwise, given, seeds, calls }: RecordedCalls,
  hidden: boolean,
  points: number,
  tolerance: Tolerance | undefined,
  path: string,
): RecordedTest {
  const failed = calls.flat().find(({ reason }) => reason !== undefined)
  if (failed)
    throw new UsageError(
      `${path}: the master's own solution does not pass the test “${name}”: ${failed.reason}.`,
    )
  return {
    name,
    hidden,
    points,
    given,
    seeds,
    expected: calls.map((row) => row.map(({ judge }) => calibrated(decodeJudge(judge), tolerance))),
    ...(otherwise !== undefined && { otherwise }),
  }
}

/** A tolerance that the instructor gave stands. */
function calibrated(judge: DataJudge, tolerance: Tolerance | undefined): DataJudge {
  return tolerance && judge.judge === 'closeTo' && !judge.within ? { ...judge, within: tolerance } : judge
}

function asksPredicate({ expected }: RecordedTest): boolean {
  return expected.flat().some(({ judge }) => judge === 'satisfies')
}

/** Asks one thing at a time. */
function predicates(runner: RunnerProcess): Assignment['holds'] {
  let last: Promise<unknown> = Promise.resolve()
  return (predicate: number, returned: Data) => {
    const answer = last.then(async () => {
      const message = await runner.ask({ type: 'predicate', predicate, returned: encodeData(returned) })
      if (message.type !== 'verdict') throw runner.unexpected(message)
      return message.holds
    })
    last = answer.catch(() => {})
    return answer
  }
}
