import * as vscode from 'vscode'
import { TOKEN_MODIFIERS, TOKEN_TYPES } from '../../../kernel/language/answers'
import { CELLS, type LanguageCells } from '../cells'

const LEGEND = new vscode.SemanticTokensLegend([...TOKEN_TYPES], [...TOKEN_MODIFIERS])

/** Colours names by what they are. */
export class SemanticTokensProvider implements vscode.DocumentSemanticTokensProvider {
  readonly #cells: LanguageCells

  constructor(cells: LanguageCells) {
    this.#cells = cells
  }

  /** @throws CancellationError where there is no answer for the text as it is, which keeps the colours that are there */
  async provideDocumentSemanticTokens(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<vscode.SemanticTokens> {
    const data = await this.#cells.ask(document, token, (client, cell, signal) =>
      client.semanticTokens(cell, signal),
    )
    if (!data) throw new vscode.CancellationError()
    return new vscode.SemanticTokens(Uint32Array.from(data))
  }
}

export function registerSemanticTokens(cells: LanguageCells): vscode.Disposable {
  return vscode.languages.registerDocumentSemanticTokensProvider(
    CELLS,
    new SemanticTokensProvider(cells),
    LEGEND,
  )
}
