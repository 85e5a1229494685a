import * as vscode from 'vscode'
import { CELL_LANGUAGE, CONTROLLER_ID, NOTEBOOK_TYPE } from '../names'
import { Owner } from '../owner'

/** Genbook's kernel as VS Code sees it: runs and stops cells of the notebooks that it is selected for. */
export class Controller extends Owner {
  readonly controller: vscode.NotebookController

  constructor() {
    super()
    this.controller = this.own(
      vscode.notebooks.createNotebookController(CONTROLLER_ID, NOTEBOOK_TYPE, 'Genbook'),
    )
    this.controller.supportedLanguages = [CELL_LANGUAGE]
    this.controller.supportsExecutionOrder = true
    this.controller.detail = vscode.l10n.t('TypeScript on WebGPU or WebAssembly, in this window')
  }

  /** Says who runs and stops the cells of a notebook. */
  serve(runner: {
    run(notebook: vscode.NotebookDocument, cells: readonly vscode.NotebookCell[]): Promise<void>
    interrupt(notebook: vscode.NotebookDocument): void
  }): void {
    this.controller.executeHandler = (cells, notebook) => runner.run(notebook, cells)
    this.controller.interruptHandler = (notebook) => runner.interrupt(notebook)
  }
}
