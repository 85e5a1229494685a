import type * as vscode from 'vscode'
import type { Sessions } from '../kernel/sessions'
import { COMMANDS } from '../names'
import { restart } from './run'
import { registerNotebookCommand } from './target'

/** Restart: ends the notebook's kernel with all its variables and starts another. */
export function restartCommand(sessions: Sessions): vscode.Disposable {
  return registerNotebookCommand(COMMANDS.restart, (notebook) => restart(sessions, notebook))
}
