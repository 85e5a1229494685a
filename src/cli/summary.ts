/** What a run came to, for people and for programs. */
import type { CellError } from '../kernel/protocol'
import type { CellResult, CellStatus, SessionResult } from './session'
import { deviceName, seconds } from './words'

export interface FileResult {
  readonly path: string
  readonly seed: number
  readonly result: SessionResult
  /** Where the executed notebook and the report were written. */
  readonly target?: { readonly notebook: string; readonly html?: string }
}

/** Several lines, with a line end after the last. */
export function summary({ path, result, target }: FileResult): string {
  const { cells, device, ended } = result
  const failures = cells.filter(({ error }) => error)
  const rows: [string, string][] = [
    ['device', deviceName(device)],
    ['cells', tally(cells)],
    ['time', seconds(result.milliseconds)],
    ...(target ? [['notebook', target.notebook] as [string, string]] : []),
    ...(target?.html ? [['report', target.html] as [string, string]] : []),
  ]
  return [
    '',
    path,
    ...rows.map(([name, value]) => `  ${name.padEnd(9)} ${value}`),
    ...failures.flatMap(describeFailure),
    ...(ended ? ['', `  ${ended}`] : []),
    '',
  ].join('\n')
}

function tally(cells: readonly CellResult[]): string {
  const count = (status: CellStatus) => cells.filter((cell) => cell.status === status).length
  const others = (['error', 'interrupted', 'not run'] as const)
    .filter((status) => count(status))
    .map((status) => `${count(status)} ${status === 'error' ? 'failed' : status}`)
  return [`${count('ok')} of ${cells.length} ok`, ...others].join(', ')
}

function describeFailure({ number, error }: CellResult): string[] {
  const { name, message, frames, excerpt } = error!
  const place = frames[0] ? `, line ${frames[0].line}, column ${frames[0].column}` : ''
  return [
    '',
    `  cell ${number}${place}: ${name}: ${message}`.trimEnd(),
    ...excerpt
      .split('\n')
      .filter(Boolean)
      .map((line) => `    ${line}`),
  ]
}

/** The shape that `--json` prints; members are added, never changed. */
export interface JsonResult {
  readonly status: number
  readonly files: readonly {
    readonly file: string
    readonly seed: number
    readonly device: { readonly backend: string; readonly name: string; readonly software: boolean }
    readonly milliseconds: number
    readonly counts: Readonly<Record<'ok' | 'error' | 'interrupted' | 'notRun', number>>
    readonly cells: readonly {
      readonly id: string
      /** Among all cells of the notebook, from 1. */
      readonly number: number
      readonly status: CellStatus
      readonly milliseconds: number
      readonly error?: CellError
    }[]
    readonly notebook?: string
    readonly html?: string
    readonly ended?: string
  }[]
}

export function jsonResult(results: readonly FileResult[], status: number): JsonResult {
  return {
    status,
    files: results.map(({ path, seed, result, target }) => {
      const { device, cells, milliseconds, ended } = result
      const count = (wanted: CellStatus) => cells.filter((cell) => cell.status === wanted).length
      return {
        file: path,
        seed,
        device: { backend: device.backend, name: device.name, software: device.software },
        milliseconds: Math.round(milliseconds),
        counts: {
          ok: count('ok'),
          error: count('error'),
          interrupted: count('interrupted'),
          notRun: count('not run'),
        },
        cells: cells.map(({ cell, number, status, milliseconds, error }) => ({
          id: cell.id,
          number,
          status,
          milliseconds: Math.round(milliseconds),
          ...(error && { error }),
        })),
        ...target,
        ...(ended && { ended }),
      }
    }),
  }
}
