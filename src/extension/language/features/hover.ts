import * as vscode from 'vscode'
import type { Hover } from '../../../kernel/language/answers'
import type { LanguageClient } from '../../../kernel/language/client'
import { readingsOf, symbolNamed } from '../../../renderers/symbols'
import { CELLS, notebookOf, type KnownCell, type LanguageCells } from '../cells'
import { lesson } from '../lesson'
import { codeBlock, rangeOf } from '../places'
import { symbolText } from '../symbolText'
import { originLine, statisticsLine, valueLine, type Values } from '../values'

/** What a name is: its type and documentation, its value in the session, its letter in the lectures. */
export class HoverProvider implements vscode.HoverProvider {
  readonly #cells: LanguageCells
  readonly #values: Values

  constructor(cells: LanguageCells, values: Values) {
    this.#cells = cells
    this.#values = values
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const offset = document.offsetAt(position)
    const answer = await this.#cells.ask(document, token, async (client, cell, signal) => {
      const [hover, page] = await Promise.all([
        client.hover({ ...cell, offset }, signal),
        pageOf(client, cell, offset, signal),
      ])
      return hover && { hover, page }
    })
    const notebook = notebookOf(document)
    const cell = this.#cells.of(document)
    if (!answer || !notebook || !cell) return undefined
    const { hover, page } = answer
    const value = await this.#value(notebook, hover, cell.cell)
    if (token.isCancellationRequested) return undefined
    const symbol = symbolNamed(document.getText(rangeOf(document, hover)))
    const parts = [
      codeBlock(hover.code) + (hover.documentation && `\n${hover.documentation}`),
      ...(page ? [page] : []),
      ...(value ? [value] : []),
      ...(symbol ? [symbolText(symbol, readingsOf(symbol), [])] : []),
    ]
    return new vscode.Hover(
      parts.map((part) => new vscode.MarkdownString(part, true)),
      rangeOf(document, hover),
    )
  }

  async #value(
    notebook: vscode.NotebookDocument,
    { name }: Hover,
    using: string,
  ): Promise<string | undefined> {
    const variable = name && this.#values.find(notebook, name.name)
    if (!variable) return undefined
    const statistics = await this.#values.statistics(notebook, variable)
    const surprise = this.#values.surprise(notebook, variable, name.cell, using)
    const origin = originLine(variable, surprise)
    return [
      `${vscode.l10n.t('In the session:')} ${valueLine(variable)}`,
      statistics ? statisticsLine(statistics) : '',
      surprise ? `$(history) **${origin}**` : origin,
    ]
      .filter(Boolean)
      .join('  \n')
  }
}

/** The formula at the head of the runtime's source that declares what stands at `offset`. */
async function pageOf(
  client: LanguageClient,
  cell: KnownCell,
  offset: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const found = await client.definitions({ ...cell, offset }, signal)
  const place = found?.places[0]
  if (!place || !('file' in place) || !place.file.startsWith('/node_modules/genbook/models/'))
    return undefined
  const text = await client.declarationFile(place.file, signal)
  return text ? lesson(text, place.start.line) : undefined
}

export function registerHover(cells: LanguageCells, values: Values): vscode.Disposable {
  return vscode.languages.registerHoverProvider(CELLS, new HoverProvider(cells, values))
}
