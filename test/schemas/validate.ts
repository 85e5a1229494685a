/** Whether a file is what Jupyter and nbgrader take, by the schemas beside this file. */
import assert from 'node:assert/strict'
import Ajv from 'ajv'
import nbformat from './nbformat-4.5.json'
import nbgrader from './nbgrader-3.json'

const ajv = new Ajv({ allErrors: true, strict: false })
const validNotebook = ajv.compile(nbformat)
const validCell = ajv.compile(nbgrader)

/** What is wrong with a notebook's JSON: one line each, empty where nothing is. */
export function notebookProblems(json: unknown): string[] {
  const problems = validNotebook(json) ? [] : (validNotebook.errors ?? []).map(words)
  const ids = new Set<unknown>()
  for (const { id } of cellsOf(json)) {
    if (ids.has(id)) problems.push(`two cells have the id ${String(id)}`)
    ids.add(id)
  }
  return problems
}

/** The same of nbgrader's metadata in all its cells. */
export function gradingProblems(json: unknown): string[] {
  const problems: string[] = []
  const ids = new Set<unknown>()
  for (const [index, cell] of cellsOf(json).entries()) {
    const id = cell.metadata?.nbgrader?.grade_id
    if (!validCell(cell)) problems.push(...(validCell.errors ?? []).map((e) => `cell ${index}: ${words(e)}`))
    if (id !== undefined && ids.has(id)) problems.push(`two cells have the grade id ${JSON.stringify(id)}`)
    ids.add(id)
  }
  return problems
}

/** Fails where a text is not a notebook that Jupyter reads and nbgrader takes. */
export function assertNotebook(text: string, label = ''): void {
  const json = JSON.parse(text) as unknown
  assert.deepEqual([...notebookProblems(json), ...gradingProblems(json)], [], label)
}

interface LooseCell {
  readonly id?: unknown
  readonly metadata?: { readonly nbgrader?: { readonly grade_id?: unknown } }
}

function cellsOf(json: unknown): LooseCell[] {
  const { cells } = (json ?? {}) as { cells?: unknown }
  return Array.isArray(cells) ? (cells as LooseCell[]) : []
}

function words({ instancePath, message = '' }: { instancePath: string; message?: string }): string {
  return `${instancePath || 'the notebook'} ${message}`
}
