import * as vscode from 'vscode'
import { hasPoints, isLocked, pointsOf, type Role } from '../../notebook/grading/roles'
import { COMMANDS, NOTEBOOK_TYPE } from '../names'
import { Owner } from '../owner'
import { kindOf, metadataOf, roleOfCell } from './assignment'
import { earnedIn } from './earned'
import { pointsText, wordsOf } from './words'

type Item = vscode.NotebookCellStatusBarItem

/** Below a cell of an assignment: what it is for, what it is worth, and what its tests have earned. */
export class MarkItems extends Owner implements vscode.NotebookCellStatusBarItemProvider {
  readonly #changed = this.own(new vscode.EventEmitter<void>())
  readonly onDidChangeCellStatusBarItems = this.#changed.event

  constructor() {
    super()
    this.own(vscode.notebooks.registerNotebookCellStatusBarItemProvider(NOTEBOOK_TYPE, this))
    this.own(
      vscode.workspace.onDidChangeNotebookDocument(({ notebook, metadata, cellChanges }) => {
        if (!kindOf(notebook)) return
        if (metadata || cellChanges.some((change) => change.metadata ?? change.outputs)) this.#changed.fire()
      }),
    )
  }

  provideCellStatusBarItems(cell: vscode.NotebookCell): Item[] {
    const role = roleOfCell(cell)
    switch (kindOf(cell.notebook)) {
      case 'master':
        return masterItems(cell, role)
      case 'released':
        return releasedItems(cell, role)
      case undefined:
        return []
    }
  }
}

function masterItems(cell: vscode.NotebookCell, role: Role): Item[] {
  const { icon, label, detail } = wordsOf(role)
  const mark = item(role === 'plain' ? `$(tag) ${vscode.l10n.t('Mark')}` : `${icon} ${label}`, 20)
  mark.tooltip = vscode.l10n.t('{0}. Click to mark the cell as something else.', detail)
  mark.command = { command: COMMANDS.markCell, title: vscode.l10n.t('Mark Cell'), arguments: [cell] }
  if (!hasPoints(role)) return [mark]
  const points = item(pointsText(pointsOf({ metadata: metadataOf(cell) })), 19)
  points.tooltip = vscode.l10n.t('What the cell is worth. Click to change it.')
  points.command = { command: COMMANDS.setPoints, title: vscode.l10n.t('Set Points'), arguments: [cell] }
  return [mark, points]
}

function releasedItems(cell: vscode.NotebookCell, role: Role): Item[] {
  if (role === 'plain') return []
  const { icon, label } = wordsOf(role)
  const what = item(`${isLocked(role) ? '$(lock)' : icon} ${released(role) ?? label}`, 20)
  what.tooltip = isLocked(role)
    ? vscode.l10n.t(
        'This cell belongs to the assignment, and grading uses the instructor’s own. Changes to it are undone.',
      )
    : vscode.l10n.t('Your answer: this is what is graded.')
  return [what, ...pointItems(cell, role)]
}

function released(role: Role): string | undefined {
  return role === 'solution' || role === 'manual' ? vscode.l10n.t('Your answer') : undefined
}

function pointItems(cell: vscode.NotebookCell, role: Role): Item[] {
  const worth = pointsOf({ metadata: metadataOf(cell) })
  if (!hasPoints(role)) return []
  const earned = earnedIn(cell)
  if (!earned) {
    const points = item(pointsText(worth), 19)
    points.tooltip =
      role === 'test'
        ? vscode.l10n.t('Run the cell to see what you have of them.')
        : vscode.l10n.t('A person grades this.')
    return [points]
  }
  const { passed, tests, points, of } = earned
  const all = passed === tests
  const text =
    points === undefined
      ? vscode.l10n.t('{0} of {1} tests', passed, tests)
      : vscode.l10n.t('{0} of {1}', Number(points.toFixed(2)), pointsText(of))
  const shown = item(`$(${all ? 'pass' : 'circle-slash'}) ${text}`, 19)
  const hidden = worth - of
  shown.tooltip =
    points !== undefined && hidden > 1e-9
      ? vscode.l10n.t(
          'Of the tests that you see. Tests for {0} more run only when your work is graded.',
          pointsText(hidden),
        )
      : vscode.l10n.t('Of the tests that you see.')
  return [shown]
}

function item(text: string, priority: number): Item {
  const made = new vscode.NotebookCellStatusBarItem(text, vscode.NotebookCellStatusBarAlignment.Right)
  made.priority = priority
  return made
}
