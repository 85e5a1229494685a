import * as vscode from 'vscode'
import type { Diagnostic } from '../../kernel/language/answers'
import { codeCells, isGenbook } from '../notebook/cells'
import type { Identities } from '../notebook/identity'
import { Owner } from '../owner'
import { nameOf, type LanguageCells } from './cells'
import { locationOf, rangeOf } from './places'

/** How long after the last key press the checker is asked. */
const QUIET_MILLISECONDS = 300
/** How long after a notebook has been read: until then its editor is drawn, which is what the person waits for. */
const OPENED_MILLISECONDS = 500

/** A notebook whose cells are checked whenever they change. */
interface Watched {
  timer?: ReturnType<typeof setTimeout>
  check?: AbortController
  /** Documents with something in the Problems panel. */
  readonly shown: Set<vscode.TextDocument>
}

/** Keeps the Problems panel up to date while a person types, and answers for single cells. */
export class Checks extends Owner {
  readonly #cells: LanguageCells
  readonly #identities: Identities
  readonly #collection = this.own(vscode.languages.createDiagnosticCollection('genbook'))
  readonly #watched = new Map<vscode.NotebookDocument, Watched>()
  readonly #checked = this.own(new vscode.EventEmitter<vscode.NotebookDocument>())
  /** All cells of a notebook have been checked, or the checker gave up. */
  readonly onDidCheck = this.#checked.event

  constructor(cells: LanguageCells, identities: Identities) {
    super()
    this.#cells = cells
    this.#identities = identities
    this.own(
      vscode.workspace.onDidOpenNotebookDocument((notebook) => this.#schedule(notebook, OPENED_MILLISECONDS)),
    )
    this.own(
      vscode.workspace.onDidChangeNotebookDocument(({ notebook, contentChanges, cellChanges }) => {
        for (const { removedCells } of contentChanges)
          for (const { document } of removedCells) this.#clear(notebook, document)
        if (contentChanges.length || cellChanges.some(({ document }) => document)) this.#schedule(notebook)
      }),
    )
    this.own(vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#forget(notebook)))
    this.own(new vscode.Disposable(() => [...this.#watched.keys()].forEach((open) => this.#forget(open))))
    for (const notebook of vscode.workspace.notebookDocuments) this.#schedule(notebook, OPENED_MILLISECONDS)
  }

  /** What the checker objects to in one cell, as it reads now; nothing where the checker gives up. */
  async errorsOf(notebook: vscode.NotebookDocument, cell: string): Promise<readonly Diagnostic[]> {
    try {
      const client = await this.#cells.service(notebook)
      const found = await client.diagnose({ notebook: nameOf(notebook), cell })
      return found?.filter(({ category }) => category === 'error') ?? []
    } catch {
      return []
    }
  }

  #schedule(notebook: vscode.NotebookDocument, wait = QUIET_MILLISECONDS): void {
    if (!isGenbook(notebook) || notebook.isClosed) return
    const watched = this.#watched.get(notebook) ?? { shown: new Set() }
    this.#watched.set(notebook, watched)
    clearTimeout(watched.timer)
    // What is being found speaks of texts that are gone.
    watched.check?.abort()
    watched.timer = setTimeout(() => void this.#check(notebook, watched), wait)
  }

  async #check(notebook: vscode.NotebookDocument, watched: Watched): Promise<void> {
    const { signal } = (watched.check = new AbortController())
    const code = codeCells(notebook)
    const documents = new Map(code.map((cell) => [this.#identities.of(cell), cell.document]))
    for (const document of watched.shown)
      if (!code.some((cell) => cell.document === document)) this.#clear(notebook, document)
    try {
      const client = await this.#cells.service(notebook)
      if (signal.aborted || notebook.isClosed) return
      const show = (cell: string, found: readonly Diagnostic[]) => {
        const document = documents.get(cell)
        if (document && !signal.aborted) this.#show(notebook, watched, document, found)
      }
      await client.diagnoseEach(nameOf(notebook), show, { first: this.#inSight(notebook), signal })
    } catch {
      // A checker that gave up (on hostile or enormous cells, or a machine that was too busy) knows nothing; the next
      // edit asks again.
      if (!signal.aborted) for (const document of documents.values()) this.#clear(notebook, document)
    }
    if (!signal.aborted) this.#checked.fire(notebook)
  }

  /** The cells that a person looks at, those being edited first. */
  #inSight(notebook: vscode.NotebookDocument): string[] {
    const editors = vscode.window.visibleNotebookEditors.filter((editor) => editor.notebook === notebook)
    const ranges = editors.flatMap(({ selections, visibleRanges }) => [...selections, ...visibleRanges])
    const cells = new Set(ranges.flatMap((range) => notebook.getCells(range)))
    return [...cells].map((cell) => this.#identities.of(cell))
  }

  #show(
    notebook: vscode.NotebookDocument,
    watched: Watched,
    document: vscode.TextDocument,
    found: readonly Diagnostic[],
  ): void {
    if (!found.length) return this.#clear(notebook, document)
    watched.shown.add(document)
    this.#collection.set(
      document.uri,
      found.map((diagnostic) => this.#diagnostic(notebook, document, diagnostic)),
    )
  }

  #diagnostic(
    notebook: vscode.NotebookDocument,
    document: vscode.TextDocument,
    { start, end, message, code, category, unnecessary, deprecated, related }: Diagnostic,
  ): vscode.Diagnostic {
    const shown = new vscode.Diagnostic(rangeOf(document, { start, end }), message, severityOf(category))
    shown.source = 'genbook'
    if (code) shown.code = code
    shown.tags = [
      ...(unnecessary ? [vscode.DiagnosticTag.Unnecessary] : []),
      ...(deprecated ? [vscode.DiagnosticTag.Deprecated] : []),
    ]
    shown.relatedInformation = related?.flatMap(({ message, place }) => {
      const location = locationOf(this.#cells, nameOf(notebook), place)
      return location ? [new vscode.DiagnosticRelatedInformation(location, message)] : []
    })
    return shown
  }

  #clear(notebook: vscode.NotebookDocument, document: vscode.TextDocument): void {
    this.#watched.get(notebook)?.shown.delete(document)
    this.#collection.delete(document.uri)
  }

  #forget(notebook: vscode.NotebookDocument): void {
    const watched = this.#watched.get(notebook)
    if (!watched) return
    clearTimeout(watched.timer)
    watched.check?.abort()
    this.#watched.delete(notebook)
    for (const document of watched.shown) this.#collection.delete(document.uri)
  }
}

function severityOf(category: Diagnostic['category']): vscode.DiagnosticSeverity {
  switch (category) {
    case 'error':
      return vscode.DiagnosticSeverity.Error
    case 'warning':
      return vscode.DiagnosticSeverity.Warning
    case 'suggestion':
      return vscode.DiagnosticSeverity.Hint
  }
}
