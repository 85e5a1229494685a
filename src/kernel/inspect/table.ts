/** Some rows of a tensor as texts: its last axis across, all others down. */
import type { ViewResult } from '../protocol'
import type { Source } from './source'

/** Columns that are shown; a browser lays out more only slowly. */
const MOST_COLUMNS = 200
/** Rows of one answer. */
const MOST_ROWS = 500

/** How many rows and columns a tensor of `shape` is laid out in, and the shape that the rows are counted by. */
export function layoutOf(shape: readonly number[]): {
  rows: number
  columns: number
  leading: readonly number[]
} {
  // [n, h, w, 1] reads better as [n, h, w].
  let kept = shape
  while (kept.length > 2 && kept.at(-1) === 1) kept = kept.slice(0, -1)
  const leading = kept.length > 1 ? kept.slice(0, -1) : kept
  const columns = kept.length > 1 ? kept.at(-1)! : 1
  return { rows: leading.reduce((product, n) => product * n, 1), columns, leading }
}

/**
 * @param row the first row, from 0.
 * @param rows how many; fewer come where the tensor ends.
 */
export async function tableOf(source: Source, row: number, rows: number): Promise<ViewResult> {
  const { facts } = source
  const layout = layoutOf(facts.shape)
  const { columns } = layout
  const first = Math.max(0, Math.min(Math.floor(row), layout.rows))
  const last = Math.min(first + Math.min(Math.max(0, Math.floor(rows)), MOST_ROWS), layout.rows)
  const shown = Math.min(columns, MOST_COLUMNS)
  const values = last > first ? await source.read(first * columns, last * columns) : []
  const text = facts.dtype === 'bool' ? (value: unknown) => String(Boolean(value)) : cellText
  return {
    kind: 'table',
    tensor: facts,
    rowCount: layout.rows,
    columns: Array.from({ length: shown }, (_, i) => String(i)),
    row: first,
    rows: Array.from({ length: last - first }, (_, i) => ({
      index: indexOf(first + i, layout.leading),
      cells: Array.from({ length: shown }, (_, j) => text(values[i * columns + j])),
    })),
    more: columns - shown,
  }
}

/** `3, 0` for row 3·n of a tensor of shape [·, n, ·]. */
function indexOf(row: number, leading: readonly number[]): string {
  const index: number[] = []
  for (const n of [...leading].reverse()) {
    index.unshift(row % n)
    row = Math.floor(row / n)
  }
  return index.join(', ')
}

/** Six significant digits, as many as a float32 has for sure. */
function cellText(value: unknown): string {
  if (typeof value !== 'number') return String(value)
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value)
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  return size >= 1e-4 && size < 1e6 ? String(Number(value.toPrecision(6))) : value.toExponential(5)
}
