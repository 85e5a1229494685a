import * as vscode from 'vscode'

/**
 * Makes a file of a picture, where the person says.
 *
 * @param name as it is proposed, beside the notebook
 * @param notebook whose picture it is
 */
export async function savePicture(name: string, base64: string, notebook: vscode.Uri): Promise<void> {
  const folder =
    notebook.scheme === 'untitled'
      ? vscode.workspace.workspaceFolders?.[0]?.uri
      : vscode.Uri.joinPath(notebook, '..')
  const extension = name.slice(name.lastIndexOf('.') + 1)
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save Picture'),
    filters: { [extension.toUpperCase()]: [extension] },
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name) }),
  })
  if (!target) return
  try {
    await vscode.workspace.fs.writeFile(
      target,
      Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)),
    )
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    void vscode.window.showErrorMessage(vscode.l10n.t('The picture could not be saved: {0}', reason))
  }
}
