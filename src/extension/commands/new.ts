import * as vscode from 'vscode'
import { newNotebook } from '../../notebook/new'
import { newCellId } from '../../notebook/ids'
import type { Notebook } from '../../notebook/types'
import { COMMANDS, NOTEBOOK_TYPE } from '../names'
import { toEditor } from '../notebook/convert'
import { notebookData } from '../notebook/serializer'

/** New Genbook: an untitled notebook with one cell to start from. */
export function newCommand(): vscode.Disposable {
  return vscode.commands.registerCommand(COMMANDS.new, async () => {
    const notebook = await vscode.workspace.openNotebookDocument(
      NOTEBOOK_TYPE,
      notebookData(toEditor(starter())),
    )
    await vscode.window.showNotebookDocument(notebook)
  })
}

function starter(): Notebook {
  const source = `import { data, plot } from 'genbook'\n\nplot.samples({ data: data.moons({ noise: 0.05 }).draw(1000) })`
  const id = newCellId(() => false)
  return {
    ...newNotebook(),
    cells: [{ cell_type: 'code', id, metadata: {}, source, execution_count: null, outputs: [] }],
  }
}
