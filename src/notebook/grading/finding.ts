/** What is wrong, or worth knowing, about an assignment: said by lint, by release, by hand-in and by taking answers. */
import type { Cell } from '../types'

/** Something found in a notebook. */
export interface Finding {
  /** Stable name in kebab case, for programs and for switching one off. */
  readonly rule: string
  /** An error stops a release; a warning does not. */
  readonly severity: 'error' | 'warning'
  /** For people, in English. */
  readonly message: string
  /** The message with `{0}`, `{1}` … in place of `args`, for translations. */
  readonly template: string
  readonly args: readonly (string | number)[]
  /** Index of the cell among all cells, from 0; absent where the notebook as a whole is meant. */
  readonly cell?: number
  /** Its id. */
  readonly cellId?: string
  /** Line in the cell's source, from 1. */
  readonly line?: number
}

/** Where a finding stands. */
export interface Place {
  readonly cell?: number
  readonly cellId?: string
  readonly line?: number
}

/** The place of a cell, and of a line in it where one is named (from 1). */
export function placeOf(cell: Pick<Cell, 'id'>, index: number, line?: number): Place {
  return { cell: index, cellId: cell.id, ...(line !== undefined && { line }) }
}

export function error(
  rule: string,
  place: Place,
  template: string,
  ...args: readonly (string | number)[]
): Finding {
  return { rule, severity: 'error', message: fill(template, args), template, args, ...place }
}

export function warning(
  rule: string,
  place: Place,
  template: string,
  ...args: readonly (string | number)[]
): Finding {
  return { ...error(rule, place, template, ...args), severity: 'warning' }
}

function fill(template: string, args: readonly (string | number)[]): string {
  return template.replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole))
}
