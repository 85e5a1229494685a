/** Runs an assignment's notebook, as the master or as an empty submission, and says what its tests came to. */
import { KernelStartError } from '../../kernel/client'
import type { LanguageClient } from '../../kernel/language/client'
import type { BackendChoice } from '../../kernel/protocol'
import type { Notebook } from '../../notebook'
import { readNbgrader, readTestResults, roleOf, type SessionTest } from '../../notebook/grading'
import { seedOf } from '../executed'
import { UsageError } from '../failure'
import type { NotebookFile } from '../notebook'
import { execute, type CellResult, type Watcher } from '../session'

export interface RunSettings {
  readonly backend: BackendChoice
  /** Seconds that one cell may take. */
  readonly timeout: number
  readonly stop: AbortSignal
}

/** What became of one code cell. */
export interface RanCell {
  /** Among all cells, from 0. */
  readonly index: number
  readonly result: CellResult
  /** Of a test cell, where it came as far as to run its tests. */
  readonly tests?: readonly SessionTest[]
}

export interface RanAssignment {
  readonly backend: string
  readonly cells: readonly RanCell[]
}

/** @throws UsageError where there is no kernel on that backend */
export async function runAssignment(
  file: NotebookFile,
  notebook: Notebook,
  language: LanguageClient,
  { backend, timeout, stop }: RunSettings,
): Promise<RanAssignment> {
  const settings = { backend, timeout, stop, seed: seedOf(notebook), failFast: false }
  try {
    const { cells, device, outputs } = await execute({ ...file, notebook }, language, settings, SILENT)
    return {
      backend: device.backend,
      cells: cells.map((result) => {
        const { cell, number } = result
        const tests = roleOf(cell) === 'test' ? readTestResults(outputs.of(cell.id)) : undefined
        return { index: number - 1, result, ...(tests && { tests }) }
      }),
    }
  } catch (error) {
    if (error instanceof KernelStartError) throw new UsageError(`${file.path}: ${error.message}`)
    throw error
  }
}

/** The tests of a run, by the grade id of their cell. */
export function testsByGradeId({ cells }: RanAssignment): Map<string, readonly SessionTest[]> {
  return new Map(
    cells.flatMap(({ result, tests }) => {
      const id = readNbgrader(result.cell).nbgrader?.grade_id
      return tests && id !== undefined ? [[id, tests] as const] : []
    }),
  )
}

const nothing = () => {}
const SILENT: Watcher = {
  started: nothing,
  cellStarted: nothing,
  cellShows: nothing,
  cellProgress: nothing,
  cellPath: nothing,
  cellFinished: nothing,
}
