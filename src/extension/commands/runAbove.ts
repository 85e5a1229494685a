import type * as vscode from 'vscode'
import { COMMANDS } from '../names'
import { cellsAbove, mayRun, runCells } from './run'
import { editorOf, registerNotebookCommand } from './target'

/** Run Above: every code cell above the selected one. */
export function runAboveCommand(): vscode.Disposable {
  return registerNotebookCommand(COMMANDS.runAbove, async (notebook) => {
    const index = editorOf(notebook)?.selection.start ?? 0
    if (mayRun()) await runCells(cellsAbove(notebook, index))
  })
}
