import * as vscode from 'vscode'
import { normalSource } from '../../notebook/lines'
import { isLocked, roleOf } from '../../notebook/grading/roles'
import { CELL_LANGUAGE } from '../names'
import type { Identities } from '../notebook/identity'
import { Owner } from '../owner'
import { aboutOf } from './assignment'
import { textChange } from './textChange'

/** What a person put into a locked cell while the message about it stands. */
interface Undone {
  text: string
}

/**
 * Undoes what is done to the text of a released assignment's locked cells, and says why. VS Code cannot make single
 * cells read-only, so their text is put back; what was typed or pasted is offered in a cell of the person's own.
 */
export class Locks extends Owner {
  readonly #identities: Identities
  readonly #undone = new Map<string, Undone>()
  readonly #busy = new Set<string>()

  constructor(identities: Identities) {
    super()
    this.#identities = identities
    this.own(
      vscode.workspace.onDidChangeNotebookDocument(({ notebook, cellChanges }) => {
        if (!cellChanges.some(({ document }) => document)) return
        const locked = lockedSources(notebook)
        if (!locked) return
        for (const { cell, document } of cellChanges) {
          const source = document && locked.get(this.#identities.of(cell))
          if (source !== undefined) void this.#putBack(cell, source)
        }
      }),
    )
  }

  /** Puts the text back; what is typed meanwhile makes the editor refuse the edit, and is then undone with the rest. */
  async #putBack(cell: vscode.NotebookCell, source: string): Promise<void> {
    const { document } = cell
    const key = document.uri.toString()
    if (this.#busy.has(key)) return
    this.#busy.add(key)
    try {
      for (;;) {
        const now = document.getText()
        // The editor decides about line ends.
        const wanted = source.replace(/\n/g, document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n')
        const change = textChange(now, wanted)
        if (!change || cell.notebook.isClosed) return
        const { version } = document
        const edit = new vscode.WorkspaceEdit()
        const range = new vscode.Range(document.positionAt(change.start), document.positionAt(change.end))
        edit.replace(document.uri, range, change.text)
        if (await vscode.workspace.applyEdit(edit)) this.#tell(cell, now.slice(change.start, change.end))
        else if (document.version === version) return
      }
    } finally {
      this.#busy.delete(key)
    }
  }

  /** One message for a cell at a time, however much is typed. */
  #tell(cell: vscode.NotebookCell, lost: string): void {
    const key = cell.document.uri.toString()
    const standing = this.#undone.get(key)
    if (standing) {
      standing.text += lost
      return
    }
    const undone: Undone = { text: lost }
    this.#undone.set(key, undone)
    void this.#offer(cell, undone).finally(() => this.#undone.delete(key))
  }

  async #offer(cell: vscode.NotebookCell, undone: Undone): Promise<void> {
    const keep = vscode.l10n.t('Put My Text into a New Cell')
    const choice = await vscode.window.showWarningMessage(
      vscode.l10n.t(
        'This cell is locked: it belongs to the assignment, and grading uses the instructor’s own. Your change was undone.',
      ),
      keep,
    )
    if (choice !== keep || cell.notebook.isClosed) return
    const code = cell.kind === vscode.NotebookCellKind.Code
    const data = new vscode.NotebookCellData(cell.kind, undone.text, code ? CELL_LANGUAGE : 'markdown')
    const edit = new vscode.WorkspaceEdit()
    edit.set(cell.notebook.uri, [vscode.NotebookEdit.insertCells(cell.index + 1, [data])])
    await vscode.workspace.applyEdit(edit)
  }
}

/** The text of every locked cell of a released assignment, by its id. */
function lockedSources(notebook: vscode.NotebookDocument): Map<string, string> | undefined {
  const { released } = aboutOf(notebook)
  return (
    released &&
    new Map(
      released.cells
        .filter((cell) => isLocked(roleOf(cell)))
        .map(({ id, source }) => [id, normalSource(source)]),
    )
  )
}
