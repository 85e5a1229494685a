import type * as vscode from 'vscode'
import type { Notebook } from '../../notebook/types'
import { fromEditor } from './convert'

/** An open document, as it is now, as nbformat sees it. */
export function notebookOf(document: vscode.NotebookDocument): Notebook {
  return fromEditor({
    metadata: document.metadata,
    cells: document.getCells().map((cell) => ({
      kind: cell.kind,
      value: cell.document.getText(),
      languageId: cell.document.languageId,
      metadata: cell.metadata,
      outputs: cell.outputs,
      executionSummary: cell.executionSummary,
    })),
  })
}
