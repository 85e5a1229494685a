import * as vscode from 'vscode'
import type { Released, ReleasedCell } from '../../notebook/grading/assignment'
import { changedCells, vanishedCells } from '../../notebook/grading/restore'
import { CODE, MARKDOWN_LANGUAGE, MARKUP, RAW_LANGUAGE, type CellMetadata } from '../notebook/convert'
import { notebookOf } from '../notebook/document'
import { CELL_LANGUAGE } from '../names'

/** Brings vanished cells back to their places, and puts locked ones right that were changed, in one edit. */
export async function restore(document: vscode.NotebookDocument, released: Released): Promise<void> {
  const { cells } = notebookOf(document)
  const edit = new vscode.WorkspaceEdit()
  for (const { index, cell } of changedCells(released, cells)) {
    const text = document.cellAt(index).document
    edit.replace(text.uri, new vscode.Range(0, 0, text.lineCount, 0), cell.source)
  }
  // From the last on, so that the places of the others stay.
  const inserted = Map.groupBy(vanishedCells(released, cells), ({ index }) => index)
  const edits = [...inserted]
    .toSorted(([a], [b]) => b - a)
    .map(([index, lost]) =>
      vscode.NotebookEdit.insertCells(
        index,
        lost.map(({ cell }) => cellData(cell)),
      ),
    )
  edit.set(document.uri, edits)
  await vscode.workspace.applyEdit(edit)
}

function cellData({ id, cell_type, source, metadata, attachments }: ReleasedCell): vscode.NotebookCellData {
  const language = { code: CELL_LANGUAGE, markdown: MARKDOWN_LANGUAGE, raw: RAW_LANGUAGE }[cell_type]
  const data = new vscode.NotebookCellData(cell_type === 'markdown' ? MARKUP : CODE, source, language)
  const about: CellMetadata = { id, metadata, ...(attachments && { attachments }) }
  data.metadata = { ...about }
  return data
}
