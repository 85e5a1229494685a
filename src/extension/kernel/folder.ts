import * as vscode from 'vscode'
import type { FolderEntry, NotebookFolder } from '../../kernel/files'

/** The folder that a notebook lies in, through VS Code's file systems, which both of its hosts have. */
export function folderOf(notebook: () => vscode.Uri): NotebookFolder {
  const within = (path: string): vscode.Uri => {
    const uri = notebook()
    if (uri.scheme === 'untitled')
      throw new Error(vscode.l10n.t('the notebook has no folder yet; save it first'))
    return vscode.Uri.joinPath(uri, '..', path)
  }
  return {
    // Copied, because Node's Buffer, which some hosts return, does not survive the way into a webview.
    read: async (path) => new Uint8Array(await vscode.workspace.fs.readFile(within(path))),
    async entries(path) {
      const found = await vscode.workspace.fs.readDirectory(within(path))
      return found.flatMap(([name, type]): FolderEntry[] => {
        if (type & vscode.FileType.File) return [{ name, kind: 'file' }]
        // A linked folder may lead back to where it lies.
        return type === vscode.FileType.Directory ? [{ name, kind: 'folder' }] : []
      })
    },
  }
}
