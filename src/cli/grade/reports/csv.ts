/** Comma-separated values as RFC 4180 has them, that no spreadsheet program takes for formulas. */
import { printable } from './printable'

/** A number is written as it is; a text is guarded; nothing is an empty field. */
export type Field = string | number | undefined

// What spreadsheet programs begin a formula with, after anything that they trim away. Some take the full-width forms, too.
const formula = /^[\s'"]*[=+\-@＝＋－＠]/

/** A text that a spreadsheet program shows and does not compute: an apostrophe makes it one. */
export function guarded(text: string): string {
  const shown = printable(text)
  return formula.test(shown) || /^[\t\n]/.test(shown) ? `'${shown}` : shown
}

/**
 * Rows as CSV, each with as many fields as the head, each line with CR LF after it.
 *
 * @param bom begin with a byte order mark, by which Excel knows UTF-8
 */
export function writeCsv(
  head: readonly string[],
  rows: readonly (readonly Field[])[],
  { bom = false }: { readonly bom?: boolean } = {},
): string {
  const lines = [head, ...rows].map((row) => `${row.map(fieldText).join(',')}\r\n`)
  return `${bom ? '\ufeff' : ''}${lines.join('')}`
}

function fieldText(field: Field): string {
  if (field === undefined) return ''
  if (typeof field === 'number') return String(field)
  const text = guarded(field).replace(/\n/g, '\r\n')
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A CSV text that breaks RFC 4180, with the line. */
export class CsvError extends Error {
  override readonly name = 'CsvError'
}

/**
 * Rows of CSV, empty lines left out. Any line ends, with or without a byte order mark; separated by commas, or by
 * semicolons where the first line has those and no commas (as spreadsheet programs save in many countries).
 *
 * @throws CsvError where a quoted field does not end, or text follows its end
 */
export function readCsv(text: string): { readonly line: number; readonly fields: readonly string[] }[] {
  const source = text.replace(/^\ufeff/, '')
  const first = source.slice(0, source.search(/[\r\n]|$/))
  const separator = first.includes(';') && !first.includes(',') ? ';' : ','
  const rows: { line: number; fields: string[] }[] = []
  let at = 0
  let line = 1
  while (at < source.length) {
    const row = { line, fields: [] as string[] }
    for (;;) {
      row.fields.push(source[at] === '"' ? quoted() : plain())
      if (source[at] !== separator) break
      at++
    }
    if (at < source.length) {
      at += source.startsWith('\r\n', at) ? 2 : 1
      line++
    }
    if (row.fields.length > 1 || row.fields[0] !== '') rows.push(row)
  }
  return rows

  function plain(): string {
    const start = at
    while (at < source.length && source[at] !== separator && source[at] !== '\n' && source[at] !== '\r') at++
    return source.slice(start, at)
  }

  function quoted(): string {
    const opened = line
    let value = ''
    for (at++; ; at++) {
      const character = source[at]
      if (character === undefined) throw new CsvError(`line ${opened}: a quoted field never ends.`)
      if (character !== '"') {
        if (character === '\n' || (character === '\r' && source[at + 1] !== '\n')) line++
        value += character
      } else if (source[at + 1] === '"') {
        value += '"'
        at++
      } else break
    }
    at++
    if (at < source.length && ![separator, '\n', '\r'].includes(source[at]!))
      throw new CsvError(
        `line ${line}: text follows the end of a quoted field; double the quotes inside fields.`,
      )
    return value
  }
}
