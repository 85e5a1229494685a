import * as vscode from 'vscode'
import type { JsonObject } from '../../notebook/json'
import {
  fits,
  freshGradeId,
  hasPoints,
  pointsOf,
  ROLES,
  withPoints,
  withRole,
  type Role,
} from '../../notebook/grading/roles'
import { COMMANDS } from '../names'
import { cellType } from '../notebook/convert'
import type { Identities } from '../notebook/identity'
import { targetCell } from '../commands/target'
import { kindOf, metadataOf, nameOfCell, roleOfCell } from './assignment'
import { wordsOf } from './words'

interface RoleItem extends vscode.QuickPickItem {
  readonly role: Role
}

/** Mark Cell: says what a cell of an assignment is for. Asks, unless the role is given. */
export function markCommand(identities: Identities): vscode.Disposable {
  return vscode.commands.registerCommand(COMMANDS.markCell, async (argument: unknown, given?: Role) => {
    const cell = targetCell(argument)
    if (!cell || refuse(cell)) return
    const role = given ?? (await pickRole(cell))
    if (role === undefined || role === roleOfCell(cell)) return
    const others = cell.notebook.getCells().map((other) => ({ metadata: metadataOf(other) }))
    const gradeId = freshGradeId({ id: identities.of(cell) }, others)
    await setMetadata(cell, withRole(metadataOf(cell), role, gradeId))
  })
}

/** Set Points: what a cell that is graded is worth. */
export function pointsCommand(): vscode.Disposable {
  return vscode.commands.registerCommand(COMMANDS.setPoints, async (argument: unknown) => {
    const cell = targetCell(argument)
    if (!cell || refuse(cell)) return
    if (!hasPoints(roleOfCell(cell))) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t(
          'Only tests, manual answers and tasks have points. Mark the cell as one of them first.',
        ),
      )
      return
    }
    const text = await vscode.window.showInputBox({
      title: vscode.l10n.t('Points of “{0}”', nameOfCell(cell)),
      value: String(pointsOf({ metadata: metadataOf(cell) })),
      validateInput: (input) =>
        readPoints(input) === undefined
          ? vscode.l10n.t('A number that is not negative, such as 2 or 0.5')
          : undefined,
    })
    const points = text === undefined ? undefined : readPoints(text)
    if (points !== undefined) await setMetadata(cell, withPoints(metadataOf(cell), points))
  })
}

/** In a released assignment the marks are the instructor's. */
function refuse(cell: vscode.NotebookCell): boolean {
  if (kindOf(cell.notebook) !== 'released') return false
  void vscode.window.showInformationMessage(
    vscode.l10n.t(
      'This notebook was released as an assignment: what its cells are for is decided in the instructor’s master.',
    ),
  )
  return true
}

async function pickRole(cell: vscode.NotebookCell): Promise<Role | undefined> {
  const { kind, document } = cell
  const type = cellType({ kind, languageId: document.languageId })
  const now = roleOfCell(cell)
  const items = ROLES.filter((role) => fits(role, type)).map((role): RoleItem => {
    const { icon, label, detail } = wordsOf(role)
    return {
      role,
      label: `${icon} ${label}`,
      detail,
      ...(role === now && { description: vscode.l10n.t('as it is now') }),
    }
  })
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder: vscode.l10n.t('What is this cell for in the assignment?'),
    matchOnDetail: true,
  })
  return picked?.role
}

function readPoints(text: string): number | undefined {
  const value = Number(text.trim().replace(',', '.'))
  return text.trim() && Number.isFinite(value) && value >= 0 ? value : undefined
}

async function setMetadata(cell: vscode.NotebookCell, metadata: JsonObject): Promise<void> {
  const edit = new vscode.WorkspaceEdit()
  edit.set(cell.notebook.uri, [
    vscode.NotebookEdit.updateCellMetadata(cell.index, { ...cell.metadata, metadata }),
  ])
  await vscode.workspace.applyEdit(edit)
}
