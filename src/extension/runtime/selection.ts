import * as vscode from 'vscode'
import type { Sessions } from '../kernel/sessions'
import { Owner } from '../owner'
import type { RuntimeView } from './view'

/** Keeps the active editor's notebook first in the runtime view. */
export class Selection extends Owner {
  constructor(view: RuntimeView, sessions: Sessions) {
    super()
    let selected: string | undefined
    const update = () => {
      const session = sessions.find(vscode.window.activeNotebookEditor?.notebook)
      if (!session || session.id === selected) return
      selected = session.id
      view.select(selected)
    }
    this.own(vscode.window.onDidChangeActiveNotebookEditor(update))
    this.own(sessions.onDidChange(update))
  }
}
