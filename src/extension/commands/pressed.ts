import * as vscode from 'vscode'
import type { Sessions } from '../kernel/sessions'
import { COMMANDS } from '../names'
import type { RuntimeView } from '../runtime/view'

/** The buttons of the runtime view do what the commands of the same name do, for the view's notebook. */
export function pressedButtons(view: RuntimeView, sessions: Sessions): vscode.Disposable {
  return view.onDidPress(({ notebook, button }) => {
    const session = sessions.named(notebook)
    if (session) void vscode.commands.executeCommand(COMMANDS[button], session.notebook.uri)
  })
}
