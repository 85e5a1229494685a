import * as vscode from 'vscode'
import { CELLS, type LanguageCells } from '../cells'
import { rangeOf } from '../places'

/** What "Expand Selection" selects, from the word at the cursor to the whole cell. */
export class SelectionRangeProvider implements vscode.SelectionRangeProvider {
  readonly #cells: LanguageCells

  constructor(cells: LanguageCells) {
    this.#cells = cells
  }

  async provideSelectionRanges(
    document: vscode.TextDocument,
    positions: readonly vscode.Position[],
    token: vscode.CancellationToken,
  ): Promise<vscode.SelectionRange[] | undefined> {
    const offsets = positions.map((position) => document.offsetAt(position))
    const found = await this.#cells.ask(document, token, (client, cell, signal) =>
      client.selectionRanges(cell, offsets, signal),
    )
    return found?.map((spans, index) => {
      const outwards = [...spans].reverse()
      const outer = outwards.reduce<vscode.SelectionRange | undefined>(
        (parent, span) => new vscode.SelectionRange(rangeOf(document, span), parent),
        undefined,
      )
      const here = positions[index]!
      return outer ?? new vscode.SelectionRange(new vscode.Range(here, here))
    })
  }
}

export function registerSelectionRanges(cells: LanguageCells): vscode.Disposable {
  return vscode.languages.registerSelectionRangeProvider(CELLS, new SelectionRangeProvider(cells))
}
