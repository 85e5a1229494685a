import * as vscode from 'vscode'
import type { Sessions } from '../kernel/sessions'
import { codeCells } from '../notebook/cells'

/** Whether cells may run: VS Code asks the person itself where the workspace is not trusted, but only for its own buttons. */
export function mayRun(): boolean {
  if (vscode.workspace.isTrusted) return true
  void vscode.window.showWarningMessage(vscode.l10n.t('Cells run only in a trusted workspace.'))
  return false
}

/** Restarts a notebook's kernel, saying why where that fails; false then. */
export async function restart(sessions: Sessions, notebook: vscode.NotebookDocument): Promise<boolean> {
  if (!mayRun()) return false
  try {
    return await sessions.of(notebook).restart()
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error))
    return false
  }
}

/** The code cells above a place in the notebook. */
export function cellsAbove(notebook: vscode.NotebookDocument, index: number): vscode.NotebookCell[] {
  return codeCells(notebook).filter((cell) => cell.index < index)
}

/** Runs cells as VS Code's own buttons do. */
export async function runCells(cells: readonly vscode.NotebookCell[]): Promise<void> {
  const [first, last] = [cells[0], cells.at(-1)]
  if (!first || !last) return
  // Through VS Code, which selects our kernel for a notebook that has none yet and asks for trust.
  await vscode.commands.executeCommand('notebook.cell.execute', {
    ranges: cells.map(({ index }) => ({ start: index, end: index + 1 })),
    document: first.notebook.uri,
  })
}
