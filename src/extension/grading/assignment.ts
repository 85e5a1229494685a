/** What an open notebook is in the life of an assignment. */
import type * as vscode from 'vscode'
import { isObject, own, type JsonObject } from '../../notebook/json'
import { assignmentOf, type AssignmentMetadata } from '../../notebook/grading/assignment'
import { readNbgrader } from '../../notebook/grading/metadata'
import { roleOf, type Role } from '../../notebook/grading/roles'
import { isGenbook } from '../notebook/cells'
import type { CellMetadata, DocumentMetadata } from '../notebook/convert'

/** `master`: an instructor's, with marked cells. `released`: a student's. */
export type AssignmentKind = 'master' | 'released'

/** Metadata objects are new whenever they change, and a released notebook's is as large as its text. */
const read = new WeakMap<object, AssignmentMetadata>()

/** What a notebook says about itself as an assignment. */
export function aboutOf(notebook: vscode.NotebookDocument): AssignmentMetadata {
  let about = read.get(notebook.metadata)
  if (!about) {
    const { metadata = {} } = notebook.metadata as DocumentMetadata
    read.set(notebook.metadata, (about = assignmentOf({ metadata })))
  }
  return about
}

export function kindOf(notebook: vscode.NotebookDocument): AssignmentKind | undefined {
  if (!isGenbook(notebook)) return undefined
  if (aboutOf(notebook).released) return 'released'
  const { metadata = {} } = notebook.metadata as DocumentMetadata
  const genbook = own(metadata, 'genbook')
  if (isObject(genbook) && own(genbook, 'grading') !== undefined) return 'master'
  return notebook.getCells().some((cell) => roleOfCell(cell) !== 'plain') ? 'master' : undefined
}

/** nbformat's metadata of a cell. */
export function metadataOf(cell: vscode.NotebookCell): JsonObject {
  return (cell.metadata as CellMetadata).metadata ?? {}
}

export function roleOfCell(cell: vscode.NotebookCell): Role {
  return roleOf({ metadata: metadataOf(cell) })
}

/** What a cell is called in an assignment: its grade id, else its number. */
export function nameOfCell(cell: vscode.NotebookCell): string {
  return readNbgrader({ metadata: metadataOf(cell) }).nbgrader?.grade_id ?? String(cell.index + 1)
}
