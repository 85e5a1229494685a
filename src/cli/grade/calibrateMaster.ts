/** Runs a master on each backend that there is here, and keeps in it how exact its tests can be. */
import { writeNotebook } from '../../notebook'
import {
  error,
  lineOfTest,
  placeOf,
  readNbgrader,
  withAssignment,
  type Calibration,
  type Finding,
} from '../../notebook/grading'
import { seedOf } from '../executed'
import { UsageError } from '../failure'
import { readNotebook, type NotebookFile } from '../notebook'
import { calibrate, calibrationKey, disagreements, type Disagreement, type Recording } from './calibration'
import { recordMaster } from './record'
import { writeWhole } from './reports/writeWhole'
import { GraderFault } from './runnerProcess'
import { ownProcess } from './sandbox/open'
import { gradedCells, summaryCells } from './structure'
import type { GradeOptions } from './types'

export interface Calibrated {
  readonly calibration: Calibration
  /** Tests that the master does not pass on every backend: errors. */
  readonly findings: readonly Finding[]
  /** Why it was not run on a GPU, in a sentence. */
  readonly withoutGpu?: string
}

type MasterOptions = Omit<GradeOptions, 'sandbox'> & {
  /** In place of the notebook's own. */
  readonly seed?: number
}

/**
 * The master is the instructor's own and runs without a sandbox, as `genbook lint` runs it: on WASM, on plain JavaScript, and on a
 * GPU where there is one.
 *
 * @throws UsageError where it has no tests, or does not run on WASM or plain JavaScript
 */
export async function calibrateMaster(file: NotebookFile, options: MasterOptions): Promise<Calibrated> {
  if (!hasTests(file)) throw new UsageError(`${file.path}: no cell in it is marked as tests.`)
  const recordings = new Map<string, Recording>()
  let withoutGpu: string | undefined
  for (const backend of ['wasm', 'cpu'] as const)
    recordings.set(backend, await record(file, backend, options).catch(broken(file)))
  try {
    recordings.set('webgpu', await record(file, 'webgpu', options))
  } catch (thrown) {
    if (!(thrown instanceof GraderFault || thrown instanceof UsageError)) throw thrown
    withoutGpu = thrown.message
  }
  const key = calibrationKey(file.notebook, options.seed ?? seedOf(file.notebook))
  return {
    calibration: calibrate(key, recordings),
    findings: (await disagreements(recordings)).map((found) => findingOf(file, found)),
    ...(withoutGpu !== undefined && { withoutGpu }),
  }
}

/**
 * Writes a calibration into its master's file.
 *
 * @throws UsageError where the file is another by now, or cannot be written
 */
export async function keepCalibration(file: NotebookFile, calibration: Calibration): Promise<void> {
  if ((await readNotebook(file.path)).text !== file.text)
    throw new UsageError(`${file.path} was changed while it ran, and was not written to: start again.`)
  await writeWhole(file.path, writeNotebook(withAssignment(file.notebook, { calibration }), file)).catch(
    (error: Error) => {
      throw new UsageError(`${file.path}: its tolerances could not be written: ${error.message}`)
    },
  )
}

/** Whether there is anything to calibrate. */
export function hasTests({ notebook }: NotebookFile): boolean {
  return gradedCells(notebook).some(({ kind }) => kind === 'tests')
}

/** `Tolerances were calibrated on wasm and cpu; webgpu was left out: …` */
export function calibratedWords({ calibration, withoutGpu }: Calibrated): string {
  const on = `Tolerances were calibrated on ${listed(calibration.backends)}`
  return withoutGpu === undefined ? `${on}.` : `${on}; webgpu was left out: ${withoutGpu}`
}

/** `wasm`, `wasm and cpu`, `wasm, cpu and webgpu` */
export function listed(backends: readonly string[]): string {
  const last = backends.at(-1) ?? ''
  return backends.length < 2 ? last : `${backends.slice(0, -1).join(', ')} and ${last}`
}

async function record(
  { path, notebook }: NotebookFile,
  backend: 'wasm' | 'cpu' | 'webgpu',
  options: MasterOptions,
): Promise<Recording> {
  const gradeIds = new Map(summaryCells(notebook).map(({ id, gradeId }) => [id, gradeId]))
  const { tests, runner } = await recordMaster(
    `${path} on ${backend}`,
    notebook,
    options.seed ?? seedOf(notebook),
    backend,
    {
      ...options,
      sandbox: ownProcess(),
    },
  )
  await runner.close()
  return new Map([...tests].flatMap(([id, list]) => (list.length ? [[gradeIds.get(id) ?? id, list]] : [])))
}

/** For a person who waits for a release, a fault of the runner is a message like any other. */
function broken({ path }: NotebookFile): (thrown: unknown) => never {
  return (thrown) => {
    throw thrown instanceof GraderFault ? new UsageError(`${path}: ${thrown.message}`) : thrown
  }
}

function findingOf({ notebook }: NotebookFile, found: Disagreement): Finding {
  const { gradeId, test, first, other } = found
  const index = notebook.cells.findIndex((cell) => readNbgrader(cell).nbgrader?.grade_id === gradeId)
  const cell = notebook.cells[index]
  const place = cell ? placeOf(cell, index, lineOfTest(cell.source, test)) : {}
  if ('reason' in found)
    return error(
      'backends-disagree',
      place,
      'In {0}, the test “{1}” passes on {2} and not on {3}: {4}.',
      ...[gradeId, test, first, other, found.reason],
    )
  const [mine, theirs] = found.returned
  return error(
    'backends-disagree',
    place,
    'In {0}, the test “{1}” allows less than backends differ by: {2} gives {3}, and {4} gives {5}.',
    ...[gradeId, test, first, mine, other, theirs],
  )
}
