import * as vscode from 'vscode'
import { COMMANDS, FILE_EXTENSION } from '../names'
import type { Identities } from '../notebook/identity'
import { Owner } from '../owner'
import { targetCell } from './target'

/**
 * Links to cells: `vscode://genbook.genbook/cell?notebook=…&cell=…`.
 *
 * A notebook inside the workspace is named by its path there, so that a link works for everybody who has the same folder
 * open; another by its whole address. Opening a link shows a cell and runs nothing. The link is one for VS Code on the desktop also
 * where it was copied in a browser, which knows no lasting links.
 */
export class CellLinks extends Owner implements vscode.UriHandler {
  readonly #identities: Identities
  readonly #extensionId: string

  constructor(identities: Identities, extensionId: string) {
    super()
    this.#identities = identities
    this.#extensionId = extensionId
    this.own(vscode.window.registerUriHandler(this))
    this.own(vscode.commands.registerCommand(COMMANDS.copyCellLink, (argument) => this.#copy(argument)))
  }

  /** Opens the notebook that a link names and shows the cell; says why where it cannot. */
  async handleUri(link: vscode.Uri): Promise<void> {
    const query = new URLSearchParams(link.query)
    const [name, cell] = [query.get('notebook'), query.get('cell')]
    if (link.path !== '/cell' || name === null || cell === null) {
      void vscode.window.showErrorMessage(
        vscode.l10n.t('This link names no cell of a genbook: {0}', link.toString()),
      )
      return
    }
    try {
      await this.#show(await find(name), cell)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      void vscode.window.showErrorMessage(vscode.l10n.t('The linked notebook was not opened: {0}', reason))
    }
  }

  async #show(uri: vscode.Uri, id: string): Promise<void> {
    const notebook = await vscode.workspace.openNotebookDocument(uri)
    const cell = notebook.getCells().find((candidate) => this.#identities.of(candidate) === id)
    if (!cell) {
      await vscode.window.showNotebookDocument(notebook)
      void vscode.window.showWarningMessage(vscode.l10n.t('The notebook has no cell “{0}” any more.', id))
      return
    }
    const range = new vscode.NotebookRange(cell.index, cell.index + 1)
    const editor = await vscode.window.showNotebookDocument(notebook, { selections: [range] })
    editor.revealRange(range, vscode.NotebookEditorRevealType.InCenter)
  }

  async #copy(argument: unknown): Promise<void> {
    const cell = targetCell(argument)
    if (!cell) return
    if (cell.notebook.isUntitled) {
      void vscode.window.showWarningMessage(
        vscode.l10n.t('Save the notebook first: a link needs a file to lead to.'),
      )
      return
    }
    const query = new URLSearchParams({
      notebook: nameOf(cell.notebook.uri),
      cell: this.#identities.of(cell),
    })
    const link = vscode.Uri.from({
      scheme: vscode.env.uriScheme,
      authority: this.#extensionId,
      path: '/cell',
      query: query.toString(),
    })
    await vscode.env.clipboard.writeText(link.toString())
    vscode.window.setStatusBarMessage(vscode.l10n.t('Link to the cell copied'), 3000)
  }
}

/** The path in the workspace, or the whole address of a file outside. */
function nameOf(uri: vscode.Uri): string {
  return vscode.workspace.getWorkspaceFolder(uri)
    ? vscode.workspace.asRelativePath(uri, false)
    : uri.toString()
}

/** @throws Error where no folder of the workspace has such a file, or the name is that of another kind of file. */
async function find(name: string): Promise<vscode.Uri> {
  if (!name.endsWith(FILE_EXTENSION))
    throw new Error(vscode.l10n.t('{0} is no {1} file.', name, FILE_EXTENSION))
  if (/^[\w+.-]+:\//.test(name)) return vscode.Uri.parse(name, true)
  for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
    const file = vscode.Uri.joinPath(uri, name)
    const exists = await vscode.workspace.fs.stat(file).then(
      () => true,
      () => false,
    )
    if (exists) return file
  }
  throw new Error(vscode.l10n.t('no folder that is open here has {0}.', name))
}
