import * as vscode from 'vscode'
import type { LanguageClient, InCell } from '../../kernel/language/client'
import type { CellText } from '../../kernel/language/protocol'
import { CELL_LANGUAGE, NOTEBOOK_TYPE } from '../names'
import { codeCells, isGenbook } from '../notebook/cells'
import type { Identities } from '../notebook/identity'
import { Owner } from '../owner'
import type { Language } from './language'

/** The documents that language features serve. */
export const CELLS: vscode.DocumentFilter = { language: CELL_LANGUAGE, notebookType: NOTEBOOK_TYPE }

/** A cell as VS Code and as the language service know it. */
export interface KnownCell extends InCell {
  readonly document: vscode.TextDocument
}

/**
 * Keeps the language service in step with the open notebooks, and asks it about cells.
 *
 * The service is told of the cells just before it is asked, so there is no moment in which it could lag behind. Telling
 * it costs little where nothing changed.
 */
export class LanguageCells extends Owner {
  readonly #language: Language
  readonly #identities: Identities
  readonly #texts = new WeakMap<vscode.TextDocument, { readonly version: number; readonly text: string }>()

  constructor(language: Language, identities: Identities) {
    super()
    this.#language = language
    this.#identities = identities
    this.own(
      vscode.workspace.onDidCloseNotebookDocument((notebook) => {
        if (isGenbook(notebook)) language.close(nameOf(notebook)).catch(() => {})
      }),
    )
  }

  /** The cell whose text a document is; undefined for documents that are no genbook's cell, or not any more. */
  of(document: vscode.TextDocument): KnownCell | undefined {
    if (document.languageId !== CELL_LANGUAGE) return undefined
    const notebook = notebookOf(document)
    const cell = notebook?.getCells().find((candidate) => candidate.document === document)
    if (!notebook || !cell) return undefined
    return { notebook: nameOf(notebook), cell: this.#identities.of(cell), document }
  }

  /** The document of a notebook's cell, by the names that the service knows them by. */
  document(notebook: string, cell: string): vscode.TextDocument | undefined {
    const open = vscode.workspace.notebookDocuments.find((candidate) => nameOf(candidate) === notebook)
    return open?.getCells().find((candidate) => this.#identities.of(candidate) === cell)?.document
  }

  /** The service, told of the notebook's cells as they are now. */
  async service(notebook: vscode.NotebookDocument): Promise<LanguageClient> {
    const client = await this.#language.service()
    if (!notebook.isClosed) client.update(nameOf(notebook), this.#cellTexts(notebook))
    return client
  }

  /**
   * Asks the service about a cell.
   *
   * @returns undefined where there is no answer, where nobody wants it any more, and where it came too late, because the
   *   cell has changed
   * @throws LanguageError where the service did not answer
   */
  async ask<T>(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
    question: (client: LanguageClient, cell: KnownCell, signal: AbortSignal) => Promise<T | null | undefined>,
  ): Promise<T | undefined> {
    const { version } = document
    const notebook = notebookOf(document)
    const cell = this.of(document)
    if (!notebook || !cell) return undefined
    const client = await this.service(notebook)
    const over = () => token.isCancellationRequested || document.version !== version || document.isClosed
    if (over()) return undefined
    const abort = new AbortController()
    const listener = token.onCancellationRequested(() => abort.abort())
    try {
      const answer = await question(client, cell, abort.signal)
      return over() ? undefined : (answer ?? undefined)
    } finally {
      listener.dispose()
    }
  }

  #cellTexts(notebook: vscode.NotebookDocument): CellText[] {
    return codeCells(notebook).map((cell) => ({
      id: this.#identities.of(cell),
      source: this.#text(cell.document),
    }))
  }

  #text(document: vscode.TextDocument): string {
    const known = this.#texts.get(document)
    if (known?.version === document.version) return known.text
    const text = document.getText()
    this.#texts.set(document, { version: document.version, text })
    return text
  }
}

/** The notebook that a cell's document belongs to. */
export function notebookOf(document: vscode.TextDocument): vscode.NotebookDocument | undefined {
  return vscode.workspace.notebookDocuments.find(
    (notebook) => isGenbook(notebook) && notebook.getCells().some((cell) => cell.document === document),
  )
}

/** What the service calls a notebook. */
export function nameOf(notebook: vscode.NotebookDocument): string {
  return notebook.uri.toString()
}
