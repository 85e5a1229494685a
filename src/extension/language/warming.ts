import * as vscode from 'vscode'
import { isGenbook } from '../notebook/cells'
import { Owner } from '../owner'
import type { Language } from './language'

/** Gets the compiler ready when the first genbook opens, so that its first cell does not wait for TypeScript to load. */
export class Warming extends Owner {
  constructor(language: Language) {
    super()
    let warm = false
    const consider = (notebook: vscode.NotebookDocument) => {
      if (warm || !isGenbook(notebook)) return
      warm = true
      // Should this fail, the first cell says so.
      language.warm().catch(() => {})
    }
    this.own(vscode.workspace.onDidOpenNotebookDocument(consider))
    vscode.workspace.notebookDocuments.forEach(consider)
  }
}
