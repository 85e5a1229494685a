/** Findings as lines for people, as JSON for programs, and as GitHub's annotations. */
import { linesOf, type Finding } from '../../notebook/grading'
import { SourceLocator } from '../locate'
import type { NotebookFile } from '../notebook'
import { counted } from '../words'

export type FindingsFormat = 'text' | 'json' | 'github'

/** A finding with its place in the notebook's own text, which editors and terminals follow. */
interface Placed {
  readonly finding: Finding
  readonly line: number
  readonly column: number
}

/** Everything that was found about a file, in the form asked for, with a line end after the last line. */
export function showFindings(
  file: NotebookFile,
  findings: readonly Finding[],
  format: FindingsFormat,
): string {
  const placed = place(file, findings)
  switch (format) {
    case 'text':
      return placed.map((each) => `${textLine(file.path, each)}\n`).join('')
    case 'github':
      return placed.map((each) => `${annotation(file.path, each)}\n`).join('')
    case 'json':
      return `${JSON.stringify({ version: 1, file: file.path, findings: placed.map(jsonOf) }, null, 2)}\n`
  }
}

/** `2 errors, 1 warning` */
export function tally(findings: readonly Finding[]): string {
  const count = (severity: Finding['severity']) =>
    findings.filter((each) => each.severity === severity).length
  const parts = [
    ...(count('error') ? [counted(count('error'), 'error')] : []),
    ...(count('warning') ? [counted(count('warning'), 'warning')] : []),
  ]
  return parts.join(', ') || 'Nothing to object to'
}

export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error')
}

function place(file: NotebookFile, findings: readonly Finding[]): Placed[] {
  const locator = new SourceLocator(file.text)
  return findings.map((finding) => {
    const { cell, line = 1 } = finding
    const source = cell === undefined ? undefined : file.notebook.cells[cell]?.source
    if (cell === undefined || source === undefined) return { finding, line: 1, column: 1 }
    const before = linesOf(source).slice(0, line - 1)
    // Line ends of a notebook's text are one unit; what a carriage return shifts stays in the same line.
    const offset = before.reduce((sum, text) => sum + text.length + 1, 0)
    return { finding, ...locator.position(cell, Math.min(offset, source.length)) }
  })
}

function textLine(path: string, { finding, line, column }: Placed): string {
  const { severity, message, rule } = finding
  return `${path}:${line}:${column}: ${severity}: ${oneLine(message)}${where(finding)} [${rule}]`
}

/** GitHub's workflow command for a remark at a place in a file. */
function annotation(path: string, { finding, line, column }: Placed): string {
  const { severity, message, rule } = finding
  const properties = { file: path, line, col: column, title: `genbook ${rule}` }
  const listed = Object.entries(properties).map(([key, value]) => `${key}=${property(String(value))}`)
  return `::${severity} ${listed.join(',')}::${data(message + where(finding))}`
}

function jsonOf({ finding, line, column }: Placed) {
  const { rule, severity, message, cell, cellId, line: cellLine } = finding
  return {
    rule,
    severity,
    message,
    line,
    column,
    ...(cell !== undefined && { cell: cell + 1 }),
    ...(cellId !== undefined && { id: cellId }),
    ...(cellLine !== undefined && { cellLine }),
  }
}

function where({ cell, line }: Finding): string {
  if (cell === undefined) return ''
  return line === undefined ? ` (cell ${cell + 1})` : ` (cell ${cell + 1}, line ${line})`
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ')
}

function data(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
}

function property(text: string): string {
  return data(text).replace(/:/g, '%3A').replace(/,/g, '%2C')
}
