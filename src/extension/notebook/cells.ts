import type * as vscode from 'vscode'
import { CELL_LANGUAGE, NOTEBOOK_TYPE } from '../names'

export function isGenbook(notebook: vscode.NotebookDocument): boolean {
  return notebook.notebookType === NOTEBOOK_TYPE
}

/** The cells that a kernel can run, in document order; raw cells are not among them. */
export function codeCells(notebook: vscode.NotebookDocument): vscode.NotebookCell[] {
  return notebook.getCells().filter((cell) => cell.document.languageId === CELL_LANGUAGE)
}

/** What a person calls the notebook: the last part of its path. */
export function titleOf({ uri }: vscode.NotebookDocument): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1)
}
