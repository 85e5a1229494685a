import * as vscode from 'vscode'
import type { Sessions } from '../kernel/sessions'
import { COMMANDS } from '../names'
import type { RuntimeView } from '../runtime/view'
import type { Viewers } from '../viewer/viewers'

/** The buttons of the runtime view do what the commands of the same name do, for the view's notebook. */
export function pressedButtons(view: RuntimeView, sessions: Sessions): vscode.Disposable {
  return view.onDidPress(({ notebook, button }) => {
    const session = sessions.named(notebook)
    if (session) void vscode.commands.executeCommand(COMMANDS[button], session.notebook.uri)
  })
}

/** A variable that is chosen in the runtime view is shown in an editor of its own. */
export function chosenVariables(view: RuntimeView, sessions: Sessions, viewers: Viewers): vscode.Disposable {
  return view.onDidChoose(({ notebook, name }) => {
    const session = sessions.named(notebook)
    if (session) viewers.open(session, name)
  })
}
