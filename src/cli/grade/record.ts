/** Runs a master notebook once, in a sandbox like any submission, and records what its tests give, expect and get. */
import type { RecordedCalls } from '../../kernel/grading/asking'
import type { Notebook } from '../../notebook'
import { UsageError } from '../failure'
import { heapMegabytes } from './limits'
import type { MasterAnalysis } from './runner/messages'
import { GraderFault, RunnerEnded, type RunnerProcess } from './runnerProcess'
import { startRunner } from './startRunner'
import { gradedCells, type GradedCell } from './structure'
import type { GradeOptions } from './types'

export interface Recorded {
  /** By the id of the cell. */
  readonly tests: ReadonlyMap<string, readonly RecordedCalls[]>
  readonly analysis: MasterAnalysis
  /** Still holds the master's session: whoever records ends it. */
  readonly runner: RunnerProcess
}

/** The master may take longer than a submission: it is run once, and its author waits for it. */
const MASTER_SECONDS = 3600

/**
 * @param path for errors.
 * @throws UsageError where the master does not run; GraderFault where the grader itself broke.
 */
export async function recordMaster(
  path: string,
  notebook: Notebook,
  seed: number,
  backend: 'wasm' | 'cpu' | 'webgpu',
  options: GradeOptions,
): Promise<Recorded> {
  const cells = gradedCells(notebook)
  const runner = startRunner(options, Math.max(options.timeout, MASTER_SECONDS))
  try {
    const { master: analysis } = await runner.start({
      mode: 'record',
      seed,
      backend,
      cells,
      answerNames: [],
      cellSeconds: Math.max(options.timeout, MASTER_SECONDS),
      heapMegabytes: heapMegabytes(options.memory),
      ...(options.threads && { threads: options.threads }),
    })
    if (!analysis) throw new GraderFault('the runner does not know what a master is')
    const problems = analysis.splits.flatMap(({ cell, problems }) =>
      problems.map(({ message }) => `${nameOf(cells, cell)}: ${message}`),
    )
    if (problems.length)
      throw new UsageError(`${path}: the tests cannot be graded.\n  ${problems.join('\n  ')}`)
    const tests = new Map<string, readonly RecordedCalls[]>()
    for (const [index, cell] of cells.entries())
      tests.set(cell.id, await recordCell(runner, cells, index, analysis, path))
    return { tests, analysis, runner }
  } catch (error) {
    await runner.close()
    if (!(error instanceof RunnerEnded)) throw error
    if (error.reason === 'failed') throw new GraderFault(error.message)
    throw new UsageError(`${path}: the master could not be run. ${error.message}`)
  }
}

async function recordCell(
  runner: RunnerProcess,
  cells: readonly GradedCell[],
  index: number,
  { splits }: MasterAnalysis,
  path: string,
): Promise<readonly RecordedCalls[]> {
  const { id } = cells[index]!
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
  const split = splits.find(({ cell }) => cell === id)
  const names = (tests: readonly { readonly name: string }[]) => tests.map(({ name }) => name).join('\n')
  if (split && names(recorded) !== names(split.tests))
    throw new UsageError(
      `${path}: ${nameOf(cells, id)} declares other tests when it runs than its text says; every test must be a statement of its own.`,
    )
  return recorded
}

function nameOf(cells: readonly GradedCell[], id: string): string {
  const cell = cells.find((cell) => cell.id === id)
  return `cell ${cell?.number ?? '?'}${cell?.gradeId ? ` (${cell.gradeId})` : ''}`
}
