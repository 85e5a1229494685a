import * as vscode from 'vscode'
import type { Device } from '../../kernel/protocol'
import { restamped } from '../notebook/metadata'

/** Notes in the notebook what its outputs were computed with, where that is not what it says already. */
export async function stampRun(
  notebook: vscode.NotebookDocument,
  device: Device,
  version: string,
): Promise<void> {
  const { backend, name, software } = device
  const metadata = restamped(notebook.metadata, { backend, device: name, software, version })
  if (!metadata || notebook.isClosed) return
  const edit = new vscode.WorkspaceEdit()
  edit.set(notebook.uri, [vscode.NotebookEdit.updateNotebookMetadata({ ...metadata })])
  await vscode.workspace.applyEdit(edit)
}
