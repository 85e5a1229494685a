/** A cell's outputs as text for a language model, which reads no pictures and has no use for megabytes. */
import type * as vscode from 'vscode'

/** Characters of one output that are passed on. */
const MOST = 4000

/** In this order of preference; pictures come with a `text/plain` that says what they show. */
const READABLE = [
  'application/vnd.code.notebook.error',
  'application/vnd.code.notebook.stdout',
  'application/vnd.code.notebook.stderr',
  'text/plain',
  'text/markdown',
  'application/json',
]

export function outputText(cell: vscode.NotebookCell): string {
  return cell.outputs.map(({ items }) => itemsText(items)).join('\n')
}

function itemsText(items: readonly vscode.NotebookCellOutputItem[]): string {
  for (const mime of READABLE) {
    const fitting = items.filter((item) => item.mime === mime)
    if (fitting.length) return shortened(fitting.map(itemText).join(''))
  }
  return `[${items.map(({ mime }) => mime).join(', ')}]`
}

function itemText({ mime, data }: vscode.NotebookCellOutputItem): string {
  const text = new TextDecoder().decode(data)
  if (mime !== 'application/vnd.code.notebook.error') return text
  const { name = 'Error', message = '' } = JSON.parse(text) as { name?: string; message?: string }
  return `${name}: ${message}`
}

function shortened(text: string): string {
  return text.length <= MOST ? text : `${text.slice(0, MOST)}\n[… ${text.length - MOST} more characters]`
}
