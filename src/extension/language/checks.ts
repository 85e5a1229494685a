import * as vscode from 'vscode'
import type { CellDiagnostic } from '../../kernel/cell'
import { codeCells, isGenbook } from '../notebook/cells'
import type { Identities } from '../notebook/identity'
import { Owner } from '../owner'
import type { Language } from './language'

/** How long after the last key press the checker is asked. */
const QUIET_MILLISECONDS = 300
/** How long after a notebook has been read: until then its editor is drawn, which is what the person waits for. */
const OPENED_MILLISECONDS = 1000

interface Check {
  /** Names the texts that were checked. */
  readonly version: string
  readonly result: Promise<readonly CellDiagnostic[]>
}

/** Keeps the editor's squiggles up to date, and answers for single cells. */
export class Checks extends Owner {
  readonly #language: Language
  readonly #identities: Identities
  readonly #collection = this.own(vscode.languages.createDiagnosticCollection('genbook'))
  readonly #latest = new Map<vscode.NotebookDocument, Check>()
  readonly #timers = new Map<vscode.NotebookDocument, ReturnType<typeof setTimeout>>()

  constructor(language: Language, identities: Identities) {
    super()
    this.#language = language
    this.#identities = identities
    this.own(
      vscode.workspace.onDidOpenNotebookDocument((notebook) => this.#schedule(notebook, OPENED_MILLISECONDS)),
    )
    this.own(
      vscode.workspace.onDidChangeNotebookDocument(({ notebook, contentChanges, cellChanges }) => {
        if (contentChanges.length || cellChanges.some(({ document }) => document)) this.#schedule(notebook)
      }),
    )
    this.own(vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#forget(notebook)))
    this.own(new vscode.Disposable(() => this.#timers.forEach((timer) => clearTimeout(timer))))
    for (const notebook of vscode.workspace.notebookDocuments) this.#schedule(notebook)
  }

  /** What the checker objects to in one cell, as it reads now; nothing where the checker gives up. */
  async errorsOf(notebook: vscode.NotebookDocument, cell: string): Promise<readonly CellDiagnostic[]> {
    const found = await this.#check(notebook).catch(() => [])
    return found.filter((diagnostic) => diagnostic.cell === cell && diagnostic.category === 'error')
  }

  #schedule(notebook: vscode.NotebookDocument, wait = QUIET_MILLISECONDS): void {
    if (!isGenbook(notebook)) return
    clearTimeout(this.#timers.get(notebook))
    const check = () => void this.#check(notebook).catch(() => [])
    this.#timers.set(notebook, setTimeout(check, wait))
  }

  #check(notebook: vscode.NotebookDocument): Promise<readonly CellDiagnostic[]> {
    const cells = codeCells(notebook)
    const version = cells.map(({ document }) => `${document.uri.fragment}@${document.version}`).join()
    const latest = this.#latest.get(notebook)
    if (latest?.version === version) return latest.result
    const texts = cells.map((cell) => ({ id: this.#identities.of(cell), source: cell.document.getText() }))
    const result = this.#language.check(notebook.uri.toString(), texts)
    const check = { version, result }
    this.#latest.set(notebook, check)
    const show = (found: readonly CellDiagnostic[]) => {
      if (this.#latest.get(notebook) === check) this.#show(cells, found)
    }
    // A checker that gave up (on hostile or enormous cells, or a machine that was too busy) may be asked again.
    result.then(show, () => {
      show([])
      if (this.#latest.get(notebook) === check) this.#latest.delete(notebook)
    })
    return result
  }

  #show(cells: readonly vscode.NotebookCell[], found: readonly CellDiagnostic[]): void {
    for (const cell of cells) {
      const { document } = cell
      const id = this.#identities.of(cell)
      const shown = found.filter((diagnostic) => diagnostic.cell === id)
      this.#collection.set(
        document.uri,
        shown.map((diagnostic) => editorDiagnostic(document, diagnostic)),
      )
    }
  }

  #forget(notebook: vscode.NotebookDocument): void {
    if (!isGenbook(notebook)) return
    clearTimeout(this.#timers.get(notebook))
    this.#timers.delete(notebook)
    this.#latest.delete(notebook)
    for (const cell of notebook.getCells()) this.#collection.delete(cell.document.uri)
    this.#language.close(notebook.uri.toString()).catch(() => {})
  }
}

function editorDiagnostic(document: vscode.TextDocument, diagnostic: CellDiagnostic): vscode.Diagnostic {
  const range = new vscode.Range(document.positionAt(diagnostic.start), document.positionAt(diagnostic.end))
  const severity =
    diagnostic.category === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning
  const shown = new vscode.Diagnostic(range, diagnostic.message, severity)
  shown.source = 'genbook'
  if (diagnostic.code) shown.code = diagnostic.code
  return shown
}
