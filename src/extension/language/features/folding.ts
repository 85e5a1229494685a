import * as vscode from 'vscode'
import type { FoldingRange } from '../../../kernel/language/answers'
import { CELLS, type LanguageCells } from '../cells'

const KINDS: Readonly<Record<FoldingRange['kind'], vscode.FoldingRangeKind | undefined>> = {
  code: undefined,
  comment: vscode.FoldingRangeKind.Comment,
  imports: vscode.FoldingRangeKind.Imports,
  region: vscode.FoldingRangeKind.Region,
}

/** What can be folded away. */
export class FoldingProvider implements vscode.FoldingRangeProvider {
  readonly #cells: LanguageCells

  constructor(cells: LanguageCells) {
    this.#cells = cells
  }

  async provideFoldingRanges(
    document: vscode.TextDocument,
    _context: vscode.FoldingContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.FoldingRange[] | undefined> {
    const found = await this.#cells.ask(document, token, (client, cell, signal) =>
      client.foldingRanges(cell, signal),
    )
    return found?.map(({ start, end, kind }) => {
      const last = document.positionAt(end)
      // The line of a closing bracket stays in sight.
      const closing = /^[}\])`]/.test(document.lineAt(last.line).text.slice(Math.max(0, last.character - 1)))
      const line = document.positionAt(start).line
      const until = kind === 'code' && closing ? Math.max(line, last.line - 1) : last.line
      return new vscode.FoldingRange(line, until, KINDS[kind])
    })
  }
}

export function registerFolding(cells: LanguageCells): vscode.Disposable {
  return vscode.languages.registerFoldingRangeProvider(CELLS, new FoldingProvider(cells))
}
