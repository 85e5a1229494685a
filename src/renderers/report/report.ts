/**
 * A notebook as one HTML file that needs nothing else: prose, code, outputs and live figures.
 *
 * The notebook may be hostile. Three walls stand between it and the reader: everything is escaped or read by parsers that
 * let no markup through; HTML outputs sit in frames where nothing runs; and the page's policy lets only our own program
 * run, by its hash, and nothing be fetched from anywhere.
 */
import { text, type ReportCell } from './document'
import { highlight } from './highlight'
import { escapeHtml } from './html'
import { markdownToHtml } from './markdown'
import { outputToHtml, type OutputOptions } from './outputs'
import { htmlPage } from './shell'
import { style } from './style'

export interface Report {
  readonly title: string
  readonly cells: readonly ReportCell[]
  /** What the run was made with, by name, in this order: device, seed, time, versions. */
  readonly stamp?: Readonly<Record<string, string | number>>
  /** The program that draws the figures, of the texts of PROGRAM_FILES; without it they are shown as pictures or text. */
  readonly scripts?: string
}

/** @returns the HTML text of the report. */
export function renderReport({ title, cells, stamp = {}, scripts }: Report): string {
  let figures = 0
  const options: OutputOptions = {
    drawsFigures: scripts !== undefined,
    nextId: () => `figure-${++figures}`,
  }
  const body = cells.map((cell) => cellToHtml(cell, options)).join('\n')
  return htmlPage({
    title,
    style,
    body: `<header><h1>${escapeHtml(title)}</h1>${stampToHtml(stamp)}</header>
<main>
${body}
</main>`,
    program: figures ? scripts : undefined,
  })
}

function stampToHtml(stamp: Readonly<Record<string, string | number>>): string {
  const rows = Object.entries(stamp).map(
    ([name, value]) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(String(value))}</td></tr>`,
  )
  return rows.length ? `<table class="stamp">${rows.join('')}</table>` : ''
}

function cellToHtml(cell: ReportCell, options: OutputOptions): string {
  const source = text(cell.source) ?? ''
  if (cell.cell_type === 'markdown')
    return `<section class="cell prose">${markdownToHtml(source, cell.attachments)}</section>`
  if (cell.cell_type !== 'code') return `<section class="cell"><pre>${escapeHtml(source)}</pre></section>`
  const outputs = (cell.outputs ?? []).map(
    (output) => `<div class="output">${outputToHtml(output, options)}</div>`,
  )
  const count = Number.isInteger(cell.execution_count) ? `[${cell.execution_count}]` : ''
  const code = `<div class="source"><span class="count">${count}</span><pre><code>${highlight(source)}</code></pre></div>`
  return `<section class="cell">${source.trim() ? code : ''}${outputs.join('')}</section>`
}
