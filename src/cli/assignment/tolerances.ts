/** Sees to it that a master's tolerances are those of its cells as they are. */
import type { Finding } from '../../notebook/grading'
import { seedOf } from '../executed'
import { calibrationOf } from '../grade/calibration'
import { calibratedWords, calibrateMaster, hasTests, keepCalibration, listed } from '../grade/calibrateMaster'
import { DEFAULT_CELL_TIMEOUT, DEFAULT_MEMORY } from '../grade/limits'
import type { NotebookFile } from '../notebook'

export interface TolerancesOptions {
  readonly calibrate: boolean
  readonly run: boolean
  /** Seconds for one cell. */
  readonly timeout: number
}

export interface Tolerances {
  readonly findings: readonly Finding[]
  /** What was done, and on which backends, in a sentence. */
  readonly note: string
}

/**
 * Runs the master where what it records is missing or of other cells, and writes what was found into it; not where its tests
 * are at odds, so that this is found again next time.
 *
 * @throws UsageError as `calibrateMaster` and `keepCalibration` do
 */
export async function upToDateTolerances(
  file: NotebookFile,
  { calibrate, run, timeout }: TolerancesOptions,
): Promise<Tolerances> {
  const { notebook } = file
  if (!hasTests(file)) return { findings: [], note: 'There are no tests to calibrate.' }
  const kept = calibrationOf(notebook, seedOf(notebook))
  if (kept)
    return {
      findings: [],
      note: `Tolerances are as calibrated on ${listed(kept.backends)}: no cell has changed since.`,
    }
  if (!calibrate || !run)
    return {
      findings: [],
      note: `Tolerances were not calibrated (${calibrate ? '--no-run' : '--no-calibrate'}): tests without one of their own get the usual.`,
    }
  const calibrated = await calibrateMaster(file, {
    timeout,
    cellTimeout: DEFAULT_CELL_TIMEOUT,
    memory: DEFAULT_MEMORY,
  })
  const { findings, calibration } = calibrated
  if (!findings.length) await keepCalibration(file, calibration)
  return { findings, note: calibratedWords(calibrated) }
}
