import * as vscode from 'vscode'
import { taskText } from '../renderers/controls'
import type { Sessions } from './kernel/sessions'
import { RUNTIME_VIEW } from './names'
import { Owner } from './owner'

/** Shows how far the running cell of the active notebook is, in the status bar beside the device. */
export class ProgressStatus extends Owner {
  readonly #sessions: Sessions
  readonly #item = this.own(
    vscode.window.createStatusBarItem('genbook.progress', vscode.StatusBarAlignment.Right, 89),
  )

  constructor(sessions: Sessions) {
    super()
    this.#sessions = sessions
    this.#item.name = vscode.l10n.t('Genbook Progress')
    this.#item.command = { command: `${RUNTIME_VIEW}.focus`, title: vscode.l10n.t('Show the runtime view') }
    this.own(vscode.window.onDidChangeActiveNotebookEditor(() => this.#update()))
    this.own(sessions.onDidProgress(() => this.#update()))
  }

  #update(): void {
    const tasks = this.#sessions.find(vscode.window.activeNotebookEditor?.notebook)?.progress ?? []
    const [outermost] = tasks
    if (!outermost) {
      this.#item.hide()
      return
    }
    this.#item.text = `$(sync~spin) ${taskText(outermost)}`
    this.#item.tooltip = tasks.map(taskText).join('\n')
    // Read out once: a screen reader would otherwise speak at every step.
    this.#item.accessibilityInformation = { label: outermost.label, role: 'status' }
    this.#item.show()
  }
}
