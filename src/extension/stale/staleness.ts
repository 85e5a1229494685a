import * as vscode from 'vscode'
import { textHash } from '../../kernel/hash'
import type { Sessions } from '../kernel/sessions'
import { codeCells, isGenbook } from '../notebook/cells'
import type { Identities } from '../notebook/identity'
import { Owner } from '../owner'
import { staleMarks, type CellNow, type Mark } from './marks'
import { RunLog } from './runLog'

/** How long after a key press the marks are worked out anew. */
const QUIET_MILLISECONDS = 150

/** Set while the active notebook has stale cells, for menus. */
const CONTEXT = 'genbook.hasStaleCells'

const NO_RUNS = new RunLog()

/** Keeps the marks of stale cells up to date, in all open notebooks. */
export class Staleness extends Owner {
  readonly #sessions: Sessions
  readonly #identities: Identities
  readonly #marks = new Map<vscode.NotebookDocument, Map<string, Mark>>()
  readonly #hashes = new WeakMap<vscode.TextDocument, { readonly version: number; readonly hash: string }>()
  readonly #timers = new Map<vscode.NotebookDocument, ReturnType<typeof setTimeout>>()
  readonly #changed = this.own(new vscode.EventEmitter<void>())
  readonly onDidChange = this.#changed.event

  constructor(sessions: Sessions, identities: Identities) {
    super()
    this.#sessions = sessions
    this.#identities = identities
    this.own(sessions.onDidRun(({ notebook }) => this.#update(notebook)))
    this.own(sessions.onDidChange(({ notebook }) => this.#soon(notebook)))
    this.own(vscode.workspace.onDidOpenNotebookDocument((notebook) => this.#soon(notebook)))
    this.own(vscode.workspace.onDidChangeNotebookDocument(({ notebook }) => this.#soon(notebook)))
    this.own(vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#forget(notebook)))
    this.own(vscode.window.onDidChangeActiveNotebookEditor(() => this.#tellMenus()))
    this.own(new vscode.Disposable(() => this.#timers.forEach((timer) => clearTimeout(timer))))
    for (const notebook of vscode.workspace.notebookDocuments) this.#soon(notebook)
  }

  /** The notebook's code cells as marks are worked out from; empty ones are left out. */
  cellsOf(notebook: vscode.NotebookDocument): (CellNow & { readonly cell: vscode.NotebookCell })[] {
    return codeCells(notebook)
      .filter(({ document }) => document.getText().trim())
      .map((cell) => ({
        cell,
        id: this.#identities.of(cell),
        hash: this.#hash(cell.document),
        shows: cell.outputs.length > 0 || cell.executionSummary?.executionOrder !== undefined,
      }))
  }

  /** What there is to say against a cell's outputs; nothing while it runs or waits to. */
  markOf(cell: vscode.NotebookCell): Mark | undefined {
    const mark = this.#marks.get(cell.notebook)?.get(this.#identities.of(cell))
    return mark && !this.#sessions.find(cell.notebook)?.isActive(cell) ? mark : undefined
  }

  /** The marks as of now, whatever was typed last. */
  marks(notebook: vscode.NotebookDocument): ReadonlyMap<string, Mark> {
    this.#update(notebook)
    return this.#marks.get(notebook) ?? new Map<string, Mark>()
  }

  #soon(notebook: vscode.NotebookDocument): void {
    if (!isGenbook(notebook) || this.#timers.has(notebook)) return
    this.#timers.set(
      notebook,
      setTimeout(() => this.#update(notebook), QUIET_MILLISECONDS),
    )
  }

  #update(notebook: vscode.NotebookDocument): void {
    clearTimeout(this.#timers.get(notebook))
    this.#timers.delete(notebook)
    if (notebook.isClosed) return
    const log = this.#sessions.find(notebook)?.log ?? NO_RUNS
    this.#marks.set(notebook, staleMarks(this.cellsOf(notebook), log))
    this.#tellMenus()
    this.#changed.fire()
  }

  #hash(document: vscode.TextDocument): string {
    const known = this.#hashes.get(document)
    if (known?.version === document.version) return known.hash
    const hash = textHash(document.getText())
    this.#hashes.set(document, { version: document.version, hash })
    return hash
  }

  #tellMenus(): void {
    const notebook = vscode.window.activeNotebookEditor?.notebook
    const stale = notebook !== undefined && (this.#marks.get(notebook)?.size ?? 0) > 0
    void vscode.commands.executeCommand('setContext', CONTEXT, stale)
  }

  #forget(notebook: vscode.NotebookDocument): void {
    clearTimeout(this.#timers.get(notebook))
    this.#timers.delete(notebook)
    this.#marks.delete(notebook)
  }
}
