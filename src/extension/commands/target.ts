import * as vscode from 'vscode'
import { isGenbook } from '../notebook/cells'

/** What VS Code passes to a command that is pressed in a notebook's toolbar. */
interface ToolbarContext {
  readonly notebookEditor?: { readonly notebookUri?: vscode.Uri }
}

/** The notebook that a command was called for: an address, a toolbar, or the active editor. */
export function targetNotebook(argument: unknown): vscode.NotebookDocument | undefined {
  const uri =
    argument instanceof vscode.Uri
      ? argument
      : (argument as ToolbarContext | undefined)?.notebookEditor?.notebookUri
  const active = vscode.window.activeNotebookEditor?.notebook
  const notebook = uri
    ? vscode.workspace.notebookDocuments.find((open) => open.uri.toString() === uri.toString())
    : active
  return notebook && isGenbook(notebook) ? notebook : undefined
}

/** The cell that a command was called for: by a button of the cell, else the first selected one of the active editor. */
export function targetCell(argument: unknown): vscode.NotebookCell | undefined {
  const given = argument as vscode.NotebookCell | undefined
  if (given?.notebook !== undefined && given.document !== undefined) return given
  const notebook = targetNotebook(undefined)
  const index = notebook && editorOf(notebook)?.selection.start
  return index !== undefined && index < notebook!.cellCount ? notebook!.cellAt(index) : undefined
}

/** The editor that shows a notebook, the active one first. */
export function editorOf(notebook: vscode.NotebookDocument): vscode.NotebookEditor | undefined {
  const active = vscode.window.activeNotebookEditor
  return active?.notebook === notebook
    ? active
    : vscode.window.visibleNotebookEditors.find((editor) => editor.notebook === notebook)
}

/** Registers a command that does something with a notebook, if there is one to do it with. */
export function registerNotebookCommand(
  command: string,
  run: (notebook: vscode.NotebookDocument, ...rest: unknown[]) => unknown,
): vscode.Disposable {
  return vscode.commands.registerCommand(command, (argument: unknown, ...rest: unknown[]) => {
    const notebook = targetNotebook(argument)
    return notebook && run(notebook, ...rest)
  })
}
