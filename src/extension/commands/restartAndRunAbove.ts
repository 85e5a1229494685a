import type * as vscode from 'vscode'
import type { Sessions } from '../kernel/sessions'
import { COMMANDS } from '../names'
import type { Identities } from '../notebook/identity'
import { cellsAbove, restart, runCells } from './run'
import { editorOf, registerNotebookCommand } from './target'

/** Restart and Run Above: gets variables back up to a cell, which is named by its id or selected. */
export function restartAndRunAboveCommand(sessions: Sessions, identities: Identities): vscode.Disposable {
  return registerNotebookCommand(COMMANDS.restartAndRunAbove, async (notebook, id) => {
    const named = notebook.getCells().find((cell) => identities.of(cell) === id)
    const index = named?.index ?? editorOf(notebook)?.selection.start ?? 0
    if (await restart(sessions, notebook)) await runCells(cellsAbove(notebook, index))
  })
}
