import * as vscode from 'vscode'
import { CELLS, type LanguageCells } from '../cells'
import { rangeOf } from '../places'

/** The uses of the name at the cursor in the same cell, those that give it a value in another colour. */
export class HighlightProvider implements vscode.DocumentHighlightProvider {
  readonly #cells: LanguageCells

  constructor(cells: LanguageCells) {
    this.#cells = cells
  }

  async provideDocumentHighlights(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.DocumentHighlight[] | undefined> {
    const offset = document.offsetAt(position)
    const found = await this.#cells.ask(document, token, (client, cell, signal) =>
      client.highlights({ ...cell, offset }, signal),
    )
    const { Read, Write } = vscode.DocumentHighlightKind
    return found?.map((use) => new vscode.DocumentHighlight(rangeOf(document, use), use.write ? Write : Read))
  }
}

export function registerHighlights(cells: LanguageCells): vscode.Disposable {
  return vscode.languages.registerDocumentHighlightProvider(CELLS, new HighlightProvider(cells))
}
