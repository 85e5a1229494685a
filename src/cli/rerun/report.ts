/** What a rerun came to, for people and for programs. */
import type { Device } from '../../kernel/protocol'
import type { CellError } from '../../kernel/protocol'
import type { RunStamp } from '../../notebook'
import { counted, deviceName } from '../words'

/**
 * - `same`: the outputs agree
 * - `different`: they do not, or the cell fails now
 * - `not stored`: the file has no run of this cell to compare with
 * - `skipped`: the notebook says not to compare
 */
export type Verdict = 'same' | 'different' | 'not stored' | 'skipped'

export interface CellReport {
  readonly id: string
  /** Among all cells, from 1. */
  readonly number: number
  readonly verdict: Verdict
  readonly differences: readonly string[]
  readonly error?: CellError
}

export interface RerunReport {
  readonly path: string
  readonly device: Device
  /** What the stored outputs were computed on, where the file says. */
  readonly stored?: RunStamp
  readonly cells: readonly CellReport[]
}

/** Several lines, with a line end after the last. */
export function rerunText({ path, device, stored, cells }: RerunReport): string {
  const count = (verdict: Verdict) => cells.filter((cell) => cell.verdict === verdict).length
  const others = (['not stored', 'skipped'] as const)
    .filter((verdict) => count(verdict))
    .map((verdict) => `${count(verdict)} ${verdict === 'skipped' ? 'skipped' : 'with nothing stored'}`)
  const compared = count('same') + count('different')
  const elsewhere = stored && stored.device !== device.name ? ` (the file: ${stored.device})` : ''
  return [
    '',
    path,
    `  device    ${deviceName(device)}${elsewhere}`,
    `  cells     ${[`${count('same')} of ${counted(compared, 'cell')} as stored`, ...others].join(', ')}`,
    ...cells
      .filter(({ verdict }) => verdict === 'different')
      .flatMap(({ number, differences }) => [
        '',
        `  cell ${number}`,
        ...differences.map((each) => `    ${each}`),
      ]),
    '',
  ].join('\n')
}

/** The shape that `--format json` prints; members are added, never changed. */
export function rerunJson({ path, device, stored, cells }: RerunReport, status: number) {
  return {
    version: 1,
    status,
    file: path,
    device: { backend: device.backend, name: device.name, software: device.software },
    ...(stored && { stored }),
    cells: cells.map(({ id, number, verdict, differences }) => ({ id, number, verdict, differences })),
  }
}
