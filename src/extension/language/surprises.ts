import * as vscode from 'vscode'
import type { Reference, SessionName } from '../../kernel/language/answers'
import { isGenbook } from '../notebook/cells'
import { Owner } from '../owner'
import { nameOf, type LanguageCells } from './cells'
import { rangeOf } from './places'
import { originLine, type Values } from './values'

/** How long after the last change the hints are worked out anew. */
const QUIET_MILLISECONDS = 500
/** Names beyond these go without hints: where so much is out of order, the first ones say so. */
const MOST_NAMES = 20

/**
 * Says, faintly, where a name in a cell stands for a value that the notebook, read from top to bottom, would not give
 * it: one that a later cell has set, or a cell that has been edited since.
 */
export class Surprises extends Owner {
  readonly #cells: LanguageCells
  readonly #values: Values
  readonly #collection = this.own(vscode.languages.createDiagnosticCollection('genbook-session'))
  readonly #timers = new Map<vscode.NotebookDocument, ReturnType<typeof setTimeout>>()
  readonly #running = new Map<vscode.NotebookDocument, AbortController>()
  readonly #shown = new Map<vscode.NotebookDocument, readonly vscode.Uri[]>()

  constructor(cells: LanguageCells, values: Values) {
    super()
    this.#cells = cells
    this.#values = values
    this.own(values.onDidChange((notebook) => this.#schedule(notebook)))
    this.own(
      vscode.workspace.onDidChangeNotebookDocument(({ notebook, contentChanges, cellChanges }) => {
        if (contentChanges.length || cellChanges.some(({ document }) => document)) this.#schedule(notebook)
      }),
    )
    this.own(vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#forget(notebook)))
    this.own(new vscode.Disposable(() => [...this.#timers.keys()].forEach((open) => this.#forget(open))))
  }

  #schedule(notebook: vscode.NotebookDocument): void {
    if (!isGenbook(notebook) || notebook.isClosed) return
    clearTimeout(this.#timers.get(notebook))
    this.#running.get(notebook)?.abort()
    // Most notebooks are read more often than they are run.
    if (!this.#values.all(notebook).length && !this.#shown.get(notebook)?.length) return
    const look = () => void this.#look(notebook).catch(() => this.#show(notebook, new Map()))
    this.#timers.set(notebook, setTimeout(look, QUIET_MILLISECONDS))
  }

  async #look(notebook: vscode.NotebookDocument): Promise<void> {
    const running = new AbortController()
    this.#running.set(notebook, running)
    const { signal } = running
    const client = await this.#cells.service(notebook)
    const names = this.#values.all(notebook).length ? await client.names(nameOf(notebook), signal) : []
    const found = new Map<vscode.TextDocument, vscode.Diagnostic[]>()
    const surprising = (names ?? []).filter((name) => this.#surprised(notebook, name).length > 0)
    for (const name of surprising.slice(0, MOST_NAMES)) {
      const at = { notebook: nameOf(notebook), cell: name.cell, offset: name.start }
      const references = await client.references(at, signal)
      if (references) this.#collect(notebook, name, references, found)
    }
    if (!signal.aborted && !notebook.isClosed) this.#show(notebook, found)
  }

  /** The cells that use a name without getting from the session what the document says. */
  #surprised(notebook: vscode.NotebookDocument, { name, cell, usedBy }: SessionName): string[] {
    const variable = this.#values.find(notebook, name)
    if (!variable) return []
    return usedBy.filter((using) => this.#values.surprise(notebook, variable, cell, using))
  }

  /** One hint for each cell, at its first use of the name. */
  #collect(
    notebook: vscode.NotebookDocument,
    name: SessionName,
    references: readonly Reference[],
    found: Map<vscode.TextDocument, vscode.Diagnostic[]>,
  ): void {
    const variable = this.#values.find(notebook, name.name)
    if (!variable) return
    for (const cell of this.#surprised(notebook, name)) {
      // What a cell only gives a value is not what it gets.
      const uses = references.flatMap(({ place, write }) =>
        'cell' in place && place.cell === cell && !write ? [place] : [],
      )
      const first = uses.sort((a, b) => a.start - b.start)[0]
      const document = this.#cells.document(nameOf(notebook), cell)
      if (!first || !document) continue
      const surprise = this.#values.surprise(notebook, variable, name.cell, cell)
      const hint = new vscode.Diagnostic(
        rangeOf(document, first),
        vscode.l10n.t('The value of {0} in the session: {1}', name.name, originLine(variable, surprise)),
        vscode.DiagnosticSeverity.Hint,
      )
      hint.source = 'genbook-session'
      const hints = found.get(document)
      if (hints) hints.push(hint)
      else found.set(document, [hint])
    }
  }

  #show(
    notebook: vscode.NotebookDocument,
    found: ReadonlyMap<vscode.TextDocument, vscode.Diagnostic[]>,
  ): void {
    for (const uri of this.#shown.get(notebook) ?? []) this.#collection.delete(uri)
    for (const [document, hints] of found) this.#collection.set(document.uri, hints)
    this.#shown.set(
      notebook,
      [...found.keys()].map(({ uri }) => uri),
    )
  }

  #forget(notebook: vscode.NotebookDocument): void {
    clearTimeout(this.#timers.get(notebook))
    this.#timers.delete(notebook)
    this.#running.get(notebook)?.abort()
    this.#running.delete(notebook)
    for (const uri of this.#shown.get(notebook) ?? []) this.#collection.delete(uri)
    this.#shown.delete(notebook)
  }
}
