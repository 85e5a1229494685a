/**
 * Opens a master notebook for grading: runs it once, in a sandbox like any submission, and records what its tests give and
 * expect.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { decodeJudge } from '../../kernel/grading/dataJudges'
import type { RecordedCalls } from '../../kernel/grading/asking'
import { encodeData } from '../../kernel/grading/encode'
import type { Data } from '../../kernel/grading/data'
import { seedOf } from '../executed'
import { UsageError } from '../failure'
import { readNotebook } from '../notebook'
import { assignmentOf } from '../../notebook/grading'
import { GraderFault, RunnerEnded, type RunnerProcess } from './runnerProcess'
import type { MasterAnalysis } from './runner/messages'
import { startRunner } from './startRunner'
import { gradedCells, summaryCells, testPoints } from './structure'
import { RESULT_SCHEMA } from './result'
import type { Assignment, GradeOptions, RecordedTest, TestCell } from './types'

/**
 * @param path of the master notebook.
 * @param seed in place of the notebook's own.
 * @throws UsageError that says what is wrong with the master: it must run, and its own solution must pass every test.
 */
export async function openAssignment(
  path: string,
  options: GradeOptions & { readonly seed?: number },
): Promise<Assignment> {
  const { notebook } = await readNotebook(path)
  const hash = createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
  const seed = options.seed ?? seedOf(notebook)
  const cells = gradedCells(notebook)
  if (!cells.some(({ kind }) => kind === 'tests' || kind === 'answer') && !summaryCells(notebook).length)
    throw new UsageError(
      `${path} is no master: no cell in it is marked as a solution, as tests or as graded by hand.`,
    )

  const runner = startRunner(options, Math.max(options.timeout, MASTER_SECONDS))
  try {
    const { master } = await runner.start({
      mode: 'record',
      seed,
      backend: 'wasm',
      cells,
      answerNames: [],
      cellSeconds: options.timeout,
      heapMegabytes: Math.floor(options.memory / 2),
    })
    if (!master) throw new UsageError(`${path}: the runner does not know what a master is.`)
    const problems = master.splits.flatMap(({ cell, problems }) =>
      problems.map(({ message }) => `${nameOf(cells, cell)}: ${message}`),
    )
    if (problems.length)
      throw new UsageError(`${path}: the tests cannot be graded.\n  ${problems.join('\n  ')}`)
    const testCells = await record(runner, cells, master, path, notebook)
    const keeps = [...testCells.values()].some(({ tests }) =>
      tests.some(({ expected }) => expected.flat().some(({ judge }) => judge === 'satisfies')),
    )
    if (!keeps) await runner.close()
    return {
      path,
      notebook,
      hash,
      seed,
      summary: {
        schema: RESULT_SCHEMA,
        title: assignmentOf(notebook).title ?? basename(path, extname(path)),
        master: hash,
        cells: summaryCells(notebook).map((cell) => ({
          ...cell,
          tests: (testCells.get(cell.id)?.tests ?? []).map(({ name, points, hidden }) => ({
            name,
            maxPoints: points,
            ...(hidden && { hidden }),
          })),
        })),
      },
      testCells,
      answerNames: master.answerNames,
      holds: predicates(runner),
      close: async () => void (await runner.close()),
    }
  } catch (error) {
    await runner.close()
    if (error instanceof RunnerEnded && error.reason === 'failed') throw new GraderFault(error.message)
    if (error instanceof RunnerEnded)
      throw new UsageError(`${path}: the master could not be run. ${error.message}`)
    throw error
  }
}

/** The master may take longer than a submission: it is run once, and its author waits for it. */
const MASTER_SECONDS = 3600

type Cells = ReturnType<typeof gradedCells>

async function record(
  runner: RunnerProcess,
  cells: Cells,
  master: MasterAnalysis,
  path: string,
  notebook: Assignment['notebook'],
): Promise<Map<string, TestCell>> {
  const found = new Map<string, TestCell>()
  for (const [index, { id }] of cells.entries()) {
    const split = master.splits.find(({ cell }) => cell === id)
    let message = await runner.run(index)
    let recorded: readonly RecordedCalls[] = []
    if (message.type === 'recorded') {
      recorded = message.tests
      message = await runner.ask({ type: 'enough' })
    }
    if (message.type !== 'ended') throw runner.unexpected(message)
    if (message.status !== 'ok')
      throw new UsageError(
        `${path}: ${nameOf(cells, id)} of the master fails: ${message.error?.name}: ${message.error?.message}`,
      )
    if (!split) continue
    if (recorded.map(({ name }) => name).join('\n') !== split.tests.map(({ name }) => name).join('\n'))
      throw new UsageError(
        `${path}: ${nameOf(cells, id)} declares other tests when it runs than its text says; every test must be a statement of its own.`,
      )
    const points = testPoints(notebook, id, recorded)
    found.set(id, {
      collecting: split.collecting,
      tests: recorded.map((test, number) =>
        recordedTest(test, split.tests[number]!.hidden, points[number]!, path),
      ),
    })
  }
  return found
}

function recordedTest(
  { name, otherwise, given, seeds, calls }: RecordedCalls,
  hidden: boolean,
  points: number,
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
    expected: calls.map((row) => row.map(({ judge }) => decodeJudge(judge))),
    ...(otherwise !== undefined && { otherwise }),
  }
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

function nameOf(cells: Cells, id: string): string {
  const cell = cells.find((cell) => cell.id === id)
  return `cell ${cell?.number ?? '?'}${cell?.gradeId ? ` (${cell.gradeId})` : ''}`
}
