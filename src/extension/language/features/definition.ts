import * as vscode from 'vscode'
import type { Definitions } from '../../../kernel/language/answers'
import { CELLS, type LanguageCells } from '../cells'
import { locationOf, rangeOf } from '../places'

/** Where a name, or the type of what it stands for, is declared: in a cell, or in the runtime's declarations. */
export class DefinitionProvider implements vscode.DefinitionProvider, vscode.TypeDefinitionProvider {
  readonly #cells: LanguageCells

  constructor(cells: LanguageCells) {
    this.#cells = cells
  }

  provideDefinition(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.LocationLink[] | undefined> {
    return this.#links(document, position, token, 'definitions')
  }

  provideTypeDefinition(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.LocationLink[] | undefined> {
    return this.#links(document, position, token, 'typeDefinitions')
  }

  async #links(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
    which: 'definitions' | 'typeDefinitions',
  ): Promise<vscode.LocationLink[] | undefined> {
    const offset = document.offsetAt(position)
    const found = await this.#cells.ask<Definitions>(document, token, (client, cell, signal) =>
      client[which]({ ...cell, offset }, signal),
    )
    const notebook = this.#cells.of(document)?.notebook
    if (!found || notebook === undefined) return undefined
    return found.places.flatMap((place) => {
      const target = locationOf(this.#cells, notebook, place)
      if (!target) return []
      const originSelectionRange = rangeOf(document, found.origin)
      return [{ originSelectionRange, targetUri: target.uri, targetRange: target.range }]
    })
  }
}

export function registerDefinition(cells: LanguageCells): vscode.Disposable {
  const provider = new DefinitionProvider(cells)
  return vscode.Disposable.from(
    vscode.languages.registerDefinitionProvider(CELLS, provider),
    vscode.languages.registerTypeDefinitionProvider(CELLS, provider),
  )
}
