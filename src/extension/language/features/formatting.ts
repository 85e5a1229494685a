import * as vscode from 'vscode'
import type { Span } from '../../../kernel/language/answers'
import type { FormatSettings } from '../../../kernel/language/settings'
import { CELLS, type LanguageCells } from '../cells'
import { spanOf, textEdits } from '../places'

/** Formats cells: whole, in part, and while a person types. */
export class FormattingProvider
  implements
    vscode.DocumentFormattingEditProvider,
    vscode.DocumentRangeFormattingEditProvider,
    vscode.OnTypeFormattingEditProvider
{
  readonly #cells: LanguageCells

  constructor(cells: LanguageCells) {
    this.#cells = cells
  }

  provideDocumentFormattingEdits(
    document: vscode.TextDocument,
    options: vscode.FormattingOptions,
    token: vscode.CancellationToken,
  ): Promise<vscode.TextEdit[] | undefined> {
    return this.#format(document, { start: 0, end: document.getText().length }, options, token)
  }

  provideDocumentRangeFormattingEdits(
    document: vscode.TextDocument,
    range: vscode.Range,
    options: vscode.FormattingOptions,
    token: vscode.CancellationToken,
  ): Promise<vscode.TextEdit[] | undefined> {
    return this.#format(document, spanOf(document, range), options, token)
  }

  async provideOnTypeFormattingEdits(
    document: vscode.TextDocument,
    position: vscode.Position,
    typed: string,
    options: vscode.FormattingOptions,
    token: vscode.CancellationToken,
  ): Promise<vscode.TextEdit[] | undefined> {
    const offset = document.offsetAt(position)
    const edits = await this.#cells.ask(document, token, (client, cell, signal) =>
      client.formatTyped({ ...cell, offset }, typed, settings(options), signal),
    )
    return edits && textEdits(document, edits)
  }

  async #format(
    document: vscode.TextDocument,
    span: Span,
    options: vscode.FormattingOptions,
    token: vscode.CancellationToken,
  ): Promise<vscode.TextEdit[] | undefined> {
    const edits = await this.#cells.ask(document, token, (client, cell, signal) =>
      client.format({ ...cell, ...span }, settings(options), signal),
    )
    return edits && textEdits(document, edits)
  }
}

function settings({ tabSize, insertSpaces }: vscode.FormattingOptions): FormatSettings {
  return { tabSize, insertSpaces }
}

export function registerFormatting(cells: LanguageCells): vscode.Disposable {
  const provider = new FormattingProvider(cells)
  return vscode.Disposable.from(
    vscode.languages.registerDocumentFormattingEditProvider(CELLS, provider),
    vscode.languages.registerDocumentRangeFormattingEditProvider(CELLS, provider),
    vscode.languages.registerOnTypeFormattingEditProvider(CELLS, provider, ';', '}', '\n'),
  )
}
