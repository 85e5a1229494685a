import * as vscode from 'vscode'
import { COMMANDS } from '../names'
import { Owner } from '../owner'
import type { Sessions, SessionLoss } from './sessions'

/** Tells the person when a kernel ended with all its variables, and offers the way back. */
export class LossNotices extends Owner {
  constructor(sessions: Sessions) {
    super()
    this.own(sessions.onDidLose((loss) => void this.#tell(loss)))
  }

  async #tell({ session, reason, cell }: SessionLoss): Promise<void> {
    const above = vscode.l10n.t('Restart and Run Above')
    const choice = await vscode.window.showErrorMessage(
      vscode.l10n.t('{0} The variables of this notebook are gone.', reason),
      above,
    )
    if (choice === above)
      await vscode.commands.executeCommand(COMMANDS.restartAndRunAbove, session.notebook.uri, cell)
  }
}
