import type * as vscode from 'vscode'
import type { Sessions } from '../kernel/sessions'
import { COMMANDS } from '../names'
import { codeCells } from '../notebook/cells'
import { restart, runCells } from './run'
import { registerNotebookCommand } from './target'

/** Restart and Run All: what the file says, from a clean start. */
export function restartAndRunAllCommand(sessions: Sessions): vscode.Disposable {
  return registerNotebookCommand(COMMANDS.restartAndRunAll, async (notebook) => {
    if (await restart(sessions, notebook)) await runCells(codeCells(notebook))
  })
}
