/** Arrays of records as tables. */
import type { MimeBundle } from '../protocol'
import { escapeHtml } from '../../renderers/report/html'
import { previewLine } from './preview'

const MOST_ROWS = 200
const MOST_COLUMNS = 40
const WIDEST = 60
/** Significant digits of a number in a table: more are noise to a reader. */
const DIGITS = 6

type Row = Readonly<Record<string, unknown>>

/** Whether `value` is an array of one or more plain records with keys, which reads best as a table. */
export function isRecords(value: unknown): value is readonly Row[] {
  if (!Array.isArray(value) || value.length === 0) return false
  const first = value.slice(0, MOST_ROWS) as unknown[]
  return first.every(isRecord) && first.some((row) => Object.keys(row).length > 0)
}

function isRecord(value: unknown): value is Row {
  if (typeof value !== 'object' || value === null) return false
  try {
    const prototype: unknown = Object.getPrototypeOf(value)
    return prototype === Object.prototype || prototype === null
  } catch {
    return false
  }
}

/**
 * A table of `rows`: `text/html`, and aligned `text/plain`. Numbers that are not whole are shown to six significant
 * digits.
 *
 * @param columns which keys to show, in order; by default all that occur.
 * @throws TypeError if the rows are not records, or the columns not keys.
 */
export function tableBundle(rows: readonly Row[], columns?: readonly string[]): MimeBundle {
  const given: unknown = rows
  if (!Array.isArray(given) || !given.every((row) => typeof row === 'object' && row !== null))
    throw new TypeError('display.table shows an array of records, such as [{ step: 1, loss: 0.5 }].')
  const chosen: unknown = columns
  if (chosen !== undefined && !(Array.isArray(chosen) && chosen.every((name) => typeof name === 'string')))
    throw new TypeError("display.table takes its columns as an array of keys, such as ['step', 'loss'].")
  const shown = rows.slice(0, MOST_ROWS)
  const keys = [...(columns ?? new Set(shown.flatMap((row) => Object.keys(row))))]
  const names = keys.slice(0, MOST_COLUMNS)
  const cells = shown.map((row) => names.map((name) => cell(row, name)))
  const notes = [
    ...(rows.length > shown.length ? [`${count(rows.length - shown.length)} more rows`] : []),
    ...(keys.length > names.length ? [`${count(keys.length - names.length)} more columns`] : []),
  ]
  const note = notes.length ? `… ${notes.join(' and ')}` : ''
  return { 'text/html': html(names, cells, note), 'text/plain': plain(names, cells, note) }
}

interface Cell {
  readonly text: string
  readonly number: boolean
}

function cell(row: Row, name: string): Cell {
  const own = Object.getOwnPropertyDescriptor(row, name)
  const value: unknown = own && 'value' in own ? own.value : own ? '[Getter]' : undefined
  if (value === undefined) return { text: '', number: false }
  const text = typeof value === 'string' ? value : previewLine(rounded(value), WIDEST)
  return {
    text: text.length > 500 ? `${text.slice(0, 500)}…` : text,
    number: typeof value === 'number' || typeof value === 'bigint',
  }
}

/** A number to {@link DIGITS} significant digits; whole numbers, which count something, as they are. */
function rounded(value: unknown): unknown {
  return typeof value === 'number' && Number.isFinite(value) && !Number.isInteger(value)
    ? Number(value.toPrecision(DIGITS))
    : value
}

function html(names: readonly string[], cells: readonly Cell[][], note: string): string {
  const right = ' style="text-align:right"'
  const head = names
    .map((name, at) => `<th${cells.some((row) => row[at]!.number) ? right : ''}>${escapeHtml(name)}</th>`)
    .join('')
  const body = cells.map(
    (row) =>
      `<tr>${row.map(({ text, number }) => `<td${number ? right : ''}>${escapeHtml(text)}</td>`).join('')}</tr>`,
  )
  const table = `<table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`
  return note ? `${table}<p>${escapeHtml(note)}</p>` : table
}

function plain(names: readonly string[], cells: readonly Cell[][], note: string): string {
  const short = (text: string) => {
    const line = text.replace(/\s+/g, ' ')
    return line.length > WIDEST ? `${line.slice(0, WIDEST - 1)}…` : line
  }
  const widths = names.map((name, at) =>
    Math.max(short(name).length, ...cells.map((row) => short(row[at]!.text).length)),
  )
  const line = (texts: readonly string[], numbers: readonly boolean[]) =>
    texts
      .map((text, at) => (numbers[at] ? short(text).padStart(widths[at]!) : short(text).padEnd(widths[at]!)))
      .join('  ')
      .trimEnd()
  const numeric = names.map((_, at) => cells.some((row) => row[at]!.number))
  const rows = cells.map((row) =>
    line(
      row.map((each) => each.text),
      row.map((each) => each.number),
    ),
  )
  return [
    line(names, numeric),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...rows,
    ...(note ? [note] : []),
  ].join('\n')
}

const count = (n: number) => n.toLocaleString('en-US')
