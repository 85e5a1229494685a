import type * as vscode from 'vscode'
import type { Sessions } from '../kernel/sessions'
import { COMMANDS } from '../names'
import { registerNotebookCommand } from './target'

/** Interrupt: stops the running cell and keeps the variables. */
export function interruptCommand(sessions: Sessions): vscode.Disposable {
  return registerNotebookCommand(COMMANDS.interrupt, (notebook) => sessions.find(notebook)?.interrupt())
}
