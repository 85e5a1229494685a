import * as vscode from 'vscode'
import { isGenbook } from '../notebook/cells'
import { Owner } from '../owner'
import { nameOf, type LanguageCells } from './cells'
import type { Checks } from './checks'
import type { Language } from './language'

interface Warmed {
  readonly cells: LanguageCells
  readonly checks: Checks
  readonly language: Language
}

/**
 * Gets TypeScript ready when the first genbook opens: first what checks and colours its cells, while VS Code draws the
 * editor; and when the cells are checked the compiler, so that the first one that runs does not wait for it to load.
 */
export class Warming extends Owner {
  #begun = false

  constructor({ cells, checks, language }: Warmed) {
    super()
    const begin = async (notebook: vscode.NotebookDocument) => {
      if (this.#begun || !isGenbook(notebook)) return
      this.#begun = true
      try {
        await (await cells.service(notebook)).prepare(nameOf(notebook))
      } catch {
        // Whoever asks about a cell is told.
      }
    }
    const checked = checks.onDidCheck(() => {
      checked.dispose()
      // Should this fail, the first cell says so.
      language.warm().catch(() => {})
    })
    this.own(checked)
    this.own(vscode.workspace.onDidOpenNotebookDocument((notebook) => void begin(notebook)))
    for (const notebook of vscode.workspace.notebookDocuments) void begin(notebook)
  }
}
