import * as vscode from 'vscode'
import { totalPoints } from '../../notebook/grading/roles'
import { COMMANDS } from '../names'
import { Owner } from '../owner'
import { kindOf, metadataOf } from './assignment'
import { earnedIn } from './earned'
import { pointsText } from './words'

/** Menus of a notebook depend on what kind of assignment it is. */
const CONTEXT = 'genbook.assignment'

/** What the active assignment is worth: for an instructor in all, for a student also what is earned so far. */
export class TotalPoints extends Owner {
  readonly #item = this.own(
    vscode.window.createStatusBarItem('genbook.points', vscode.StatusBarAlignment.Right, 91),
  )

  constructor() {
    super()
    this.#item.name = vscode.l10n.t('Genbook Points')
    this.own(vscode.window.onDidChangeActiveNotebookEditor(() => this.#update()))
    this.own(
      vscode.workspace.onDidChangeNotebookDocument(({ notebook }) => {
        if (notebook === vscode.window.activeNotebookEditor?.notebook) this.#update()
      }),
    )
    this.#update()
  }

  #update(): void {
    const notebook = vscode.window.activeNotebookEditor?.notebook
    const kind = notebook && kindOf(notebook)
    void vscode.commands.executeCommand('setContext', CONTEXT, kind)
    if (!notebook || !kind) {
      this.#item.hide()
      return
    }
    const cells = notebook.getCells()
    const total = totalPoints(cells.map((cell) => ({ metadata: metadataOf(cell) })))
    const { text, tooltip, command, title } = kind === 'master' ? inAll(total) : soFar(total, cells)
    this.#item.text = `$(mortar-board) ${text}`
    this.#item.tooltip = tooltip
    this.#item.command = { command, title, arguments: [notebook.uri] }
    this.#item.accessibilityInformation = { label: `${text}. ${tooltip}` }
    this.#item.show()
  }
}

function inAll(total: number) {
  return {
    text: pointsText(total),
    tooltip: vscode.l10n.t('What the assignment is worth. Click to see what students will get.'),
    command: COMMANDS.previewRelease,
    title: vscode.l10n.t('Preview Release'),
  }
}

function soFar(total: number, cells: readonly vscode.NotebookCell[]) {
  const earned = cells.reduce((sum, cell) => sum + (earnedIn(cell)?.points ?? 0), 0)
  return {
    text: vscode.l10n.t('{0} of {1}', Number(earned.toFixed(2)), pointsText(total)),
    tooltip: vscode.l10n.t(
      'Earned so far in the tests that you see. The others, and what a person grades, come later. Click to check your work before you hand it in.',
    ),
    command: COMMANDS.checkHandIn,
    title: vscode.l10n.t('Check Before Handing In'),
  }
}
