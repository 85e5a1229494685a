/** Tables as text: comma-separated values (RFC 4180), or separated by semicolons, tabs or spaces. */
import { points, type LabelledPoints, type PointSet } from './points'

export interface CsvOptions {
  /** What stands between two fields. Default: whichever of `,` `;` and tab the first line has, else spaces. */
  readonly separator?: string
  /** Whether the first line names the columns. Default: yes, if any of its fields is not a number. */
  readonly header?: boolean
  /** The columns to take, by name or by number from 0. Default: all but the label. */
  readonly columns?: readonly (string | number)[]
  /** The column that holds the class of each row, by name or number; any text is a class. */
  readonly label?: string | number
  /** What to call the set in pictures. */
  readonly name?: string
}

interface Field {
  readonly text: string
  readonly line: number
  readonly column: number
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/**
 * Reads a table of numbers, one point a line.
 *
 * @throws SyntaxError that names the line and the column in it where a field is not a number, a quote is not closed, or
 * a line has too many or too few fields.
 * @throws RangeError for a column that there is not.
 */
export function csv(text: string, options: CsvOptions & { readonly label: string | number }): LabelledPoints
export function csv(text: string, options?: CsvOptions): PointSet
export function csv(
  text: string,
  { separator, header, columns, label, name = 'table' }: CsvOptions = {},
): PointSet {
  // Cells are not type-checked before they run.
  if (typeof (text as unknown) !== 'string')
    throw new TypeError('csv: the first argument must be the text of a table')
  const lines = fieldsOf(text.replace(/^\ufeff/, ''), separator ?? separatorOf(text))
  const first = lines[0]
  if (!first) throw new SyntaxError('csv: the table is empty')
  for (const line of lines)
    if (line.length !== first.length)
      throw at(line.at(-1)!, `the line has ${line.length} fields, but the first has ${first.length}`)
  const named = header ?? first.some(({ text }) => !NUMBER.test(text))
  const names = first.map(({ text }, i) => (named ? text : String(i)))
  const rows = named ? lines.slice(1) : lines
  if (!rows.length) throw new SyntaxError('csv: the table has a header but no rows')

  const find = (column: string | number): number => {
    const index = typeof column === 'number' ? column : names.indexOf(column)
    if (names[index] !== undefined) return index
    throw new RangeError(`csv: there is no column ${JSON.stringify(column)}; there are ${names.join(', ')}`)
  }
  const labelAt = label === undefined ? undefined : find(label)
  const taken = columns?.map(find) ?? [...names.keys()].filter((i) => i !== labelAt)
  const values = rows.map((row) => taken.map((i) => numberOf(row[i]!, names[i]!)))
  return labelAt === undefined
    ? points(values, { name })
    : points(values, { name, labels: rows.map((row) => row[labelAt]!.text) })
}

function numberOf(field: Field, column: string): number {
  if (NUMBER.test(field.text)) return Number(field.text)
  const what = field.text === '' ? 'nothing' : JSON.stringify(field.text)
  throw at(field, `${what} stands where a number is expected, in ${JSON.stringify(column)}`)
}

function separatorOf(text: string): string {
  const line = /^[^\r\n]*/.exec(text.trimStart())![0]
  return [',', ';', '\t'].find((separator) => line.includes(separator)) ?? ' '
}

/** The fields of all lines that are not blank, without the blanks around them. */
function fieldsOf(text: string, separator: string): Field[][] {
  if (separator.length !== 1 || separator === '"')
    throw new RangeError(
      `csv: separator must be one character, such as ',', but is ${JSON.stringify(separator)}`,
    )
  const lines: Field[][] = []
  let [place, line, lineStart] = [0, 1, 0]
  const skip = (blanks: RegExp): void => {
    while (place < text.length && text[place] !== separator && blanks.test(text[place]!)) place++
  }
  let fields: Field[] = []
  while (place <= text.length) {
    // Runs of spaces are one separator.
    if (separator === ' ') while (text[place] === ' ') place++
    else skip(/[ \t]/)
    const start = { line, column: place - lineStart + 1 }
    let value = ''
    if (text[place] === '"') {
      place++
      for (;;) {
        if (place >= text.length) throw at({ text: value, ...start }, 'a quotation mark is not closed')
        if (text[place] === '"' && text[place + 1] !== '"') break
        if (text[place] === '"') place++
        if (text[place] === '\n') [line, lineStart] = [line + 1, place + 1]
        value += text[place++]
      }
      place++
      skip(/[ \t]/)
      if (place < text.length && text[place] !== separator && !/[\r\n]/.test(text[place]!))
        throw at(
          { text: value, line, column: place - lineStart + 1 },
          'text follows a closing quotation mark',
        )
    } else {
      const end = place
      while (place < text.length && text[place] !== separator && !/[\r\n]/.test(text[place]!)) place++
      value = text.slice(end, place).trimEnd()
    }
    const blankEnd = separator === ' ' && value === '' && fields.length > 0
    if (!blankEnd) fields.push({ text: value, ...start })
    if (place < text.length && text[place] === separator) {
      place++
      continue
    }
    if (fields.length > 1 || fields[0]!.text !== '') lines.push(fields)
    fields = []
    if (text[place] === '\r' && text[place + 1] === '\n') place++
    place++
    line++
    lineStart = place
  }
  return lines
}

function at({ line, column }: Field, what: string): SyntaxError {
  return new SyntaxError(`csv: line ${line}, column ${column}: ${what}`)
}
