import * as vscode from 'vscode'
import { CELLS, type LanguageCells } from '../cells'
import { rangeOf, workspaceEdit } from '../places'

/** Gives a name another, in all cells. */
export class RenameProvider implements vscode.RenameProvider {
  readonly #cells: LanguageCells

  constructor(cells: LanguageCells) {
    this.#cells = cells
  }

  /** @throws Error that says why this cannot be renamed, which VS Code shows */
  async prepareRename(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<{ range: vscode.Range; placeholder: string } | undefined> {
    const offset = document.offsetAt(position)
    const answer = await this.#cells.ask(document, token, (client, cell, signal) =>
      client.prepareRename({ ...cell, offset }, signal),
    )
    if (!answer) return undefined
    if (!answer.ok) throw new Error(answer.reason)
    return { range: rangeOf(document, answer), placeholder: answer.text }
  }

  /** @throws Error that says why the name cannot be given, which VS Code shows */
  async provideRenameEdits(
    document: vscode.TextDocument,
    position: vscode.Position,
    name: string,
    token: vscode.CancellationToken,
  ): Promise<vscode.WorkspaceEdit | undefined> {
    const offset = document.offsetAt(position)
    const answer = await this.#cells.ask(document, token, (client, cell, signal) =>
      client.rename({ ...cell, offset }, name, signal),
    )
    const cell = this.#cells.of(document)
    if (!answer || !cell) return undefined
    if (!answer.ok) throw new Error(answer.reason)
    return workspaceEdit(this.#cells, cell, answer.edits)
  }
}

export function registerRename(cells: LanguageCells): vscode.Disposable {
  return vscode.languages.registerRenameProvider(CELLS, new RenameProvider(cells))
}
