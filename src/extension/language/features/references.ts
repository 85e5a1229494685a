import * as vscode from 'vscode'
import { CELLS, type LanguageCells } from '../cells'
import { locationOf } from '../places'

/** Every use of a name, in all cells. */
export class ReferenceProvider implements vscode.ReferenceProvider {
  readonly #cells: LanguageCells

  constructor(cells: LanguageCells) {
    this.#cells = cells
  }

  async provideReferences(
    document: vscode.TextDocument,
    position: vscode.Position,
    { includeDeclaration }: vscode.ReferenceContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.Location[] | undefined> {
    const offset = document.offsetAt(position)
    const found = await this.#cells.ask(document, token, (client, cell, signal) =>
      client.references({ ...cell, offset }, signal),
    )
    const notebook = this.#cells.of(document)?.notebook
    if (notebook === undefined) return undefined
    return found
      ?.filter(({ declaration }) => includeDeclaration || !declaration)
      .flatMap(({ place }) => locationOf(this.#cells, notebook, place) ?? [])
  }
}

export function registerReferences(cells: LanguageCells): vscode.Disposable {
  return vscode.languages.registerReferenceProvider(CELLS, new ReferenceProvider(cells))
}
