import * as vscode from 'vscode'
import type { DocumentSymbol } from '../../../kernel/language/answers'
import { CELLS, type LanguageCells } from '../cells'
import { rangeOf, symbolKind } from '../places'

/** What a cell declares: for the outline, "Go to Symbol" and the breadcrumbs. */
export class SymbolProvider implements vscode.DocumentSymbolProvider {
  readonly #cells: LanguageCells

  constructor(cells: LanguageCells) {
    this.#cells = cells
  }

  async provideDocumentSymbols(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<vscode.DocumentSymbol[] | undefined> {
    const found = await this.#cells.ask(document, token, (client, cell, signal) =>
      client.symbols(cell, signal),
    )
    return found?.map((symbol) => documentSymbol(document, symbol))
  }
}

function documentSymbol(document: vscode.TextDocument, symbol: DocumentSymbol): vscode.DocumentSymbol {
  const { name, kind, selection, children } = symbol
  const result = new vscode.DocumentSymbol(
    // VS Code takes no empty names.
    name || '…',
    '',
    symbolKind(kind),
    rangeOf(document, symbol),
    rangeOf(document, selection),
  )
  result.children = children.map((child) => documentSymbol(document, child))
  return result
}

export function registerSymbols(cells: LanguageCells): vscode.Disposable {
  return vscode.languages.registerDocumentSymbolProvider(CELLS, new SymbolProvider(cells))
}
