import * as vscode from 'vscode'
import type { Finding } from '../../notebook/grading/finding'
import { lintMaster } from '../../notebook/grading/lint'
import { notebookOf } from '../notebook/document'
import { Owner } from '../owner'
import { kindOf } from './assignment'
import { findingText } from './words'

/** How long after the last change a master is looked at. */
const QUIET_MILLISECONDS = 500

/** Keeps what is wrong with open masters in the Problems panel, as far as their text tells. */
export class MasterProblems extends Owner {
  readonly #collection = this.own(vscode.languages.createDiagnosticCollection('genbook-assignment'))
  readonly #timers = new Map<vscode.NotebookDocument, ReturnType<typeof setTimeout>>()

  constructor() {
    super()
    this.own(vscode.workspace.onDidOpenNotebookDocument((notebook) => this.#schedule(notebook)))
    this.own(
      vscode.workspace.onDidChangeNotebookDocument(({ notebook, metadata, contentChanges, cellChanges }) => {
        const edited = cellChanges.some((change) => change.document ?? change.metadata)
        if (metadata || contentChanges.length || edited) this.#schedule(notebook, contentChanges)
      }),
    )
    this.own(vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#forget(notebook)))
    this.own(new vscode.Disposable(() => this.#timers.forEach((timer) => clearTimeout(timer))))
    for (const notebook of vscode.workspace.notebookDocuments) this.#schedule(notebook)
  }

  #schedule(
    notebook: vscode.NotebookDocument,
    changes: readonly vscode.NotebookDocumentContentChange[] = [],
  ): void {
    for (const { removedCells } of changes)
      for (const { document } of removedCells) this.#collection.delete(document.uri)
    clearTimeout(this.#timers.get(notebook))
    const show = () => {
      this.#timers.delete(notebook)
      if (!notebook.isClosed) this.#show(notebook)
    }
    this.#timers.set(notebook, setTimeout(show, QUIET_MILLISECONDS))
  }

  #show(notebook: vscode.NotebookDocument): void {
    // A preview shows what is released, which has no solutions to miss.
    const findings = kindOf(notebook) === 'master' ? lintMaster(notebookOf(notebook)) : []
    for (const cell of notebook.getCells()) {
      // What is wrong with the notebook as a whole stands at its first cell.
      const own = findings.filter((finding) => (finding.cell ?? 0) === cell.index)
      this.#collection.set(
        cell.document.uri,
        own.map((finding) => diagnostic(cell.document, finding)),
      )
    }
  }

  #forget(notebook: vscode.NotebookDocument): void {
    clearTimeout(this.#timers.get(notebook))
    this.#timers.delete(notebook)
    for (const { document } of notebook.getCells()) this.#collection.delete(document.uri)
  }
}

/** A finding at its line of a cell, or at the cell's first. */
export function diagnostic(document: vscode.TextDocument, finding: Finding): vscode.Diagnostic {
  const line = Math.min((finding.line ?? 1) - 1, document.lineCount - 1)
  const severity =
    finding.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning
  const shown = new vscode.Diagnostic(document.lineAt(line).range, findingText(finding), severity)
  shown.source = 'genbook'
  shown.code = finding.rule
  return shown
}
