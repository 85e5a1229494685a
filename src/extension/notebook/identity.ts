import * as vscode from 'vscode'
import { CellIdentities } from '../../notebook/identity'
import { Owner } from '../owner'
import { isGenbook } from './cells'
import { cellType, type CellMetadata } from './convert'

interface Watched {
  readonly identities: CellIdentities<vscode.NotebookCell>
  /** The last metadata of every cell that was ever here, by id. */
  readonly metadata: Map<string, CellMetadata>
}

/** Gives cells back the ids and metadata that VS Code drops on copy, cut, paste and split. */
export class Identities extends Owner {
  readonly #watched = new Map<vscode.NotebookDocument, Watched>()

  constructor() {
    super()
    this.own(vscode.workspace.onDidOpenNotebookDocument((notebook) => this.#update(notebook)))
    this.own(vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#watched.delete(notebook)))
    this.own(
      vscode.workspace.onDidChangeNotebookDocument(({ notebook }) => {
        this.#update(notebook)
      }),
    )
    for (const notebook of vscode.workspace.notebookDocuments) this.#update(notebook)
  }

  /** A cell's id, also in the moment before the editor has it. */
  of(cell: vscode.NotebookCell): string {
    const watched = this.#watched.get(cell.notebook) ?? this.#update(cell.notebook)
    const id = watched?.identities.identityOf(cell) ?? (cell.metadata as CellMetadata).id
    if (id === undefined) throw new Error(`no id for a cell of ${cell.notebook.uri.toString()}`)
    return id
  }

  #update(notebook: vscode.NotebookDocument): Watched | undefined {
    if (!isGenbook(notebook) || notebook.isClosed) return undefined
    const watched = this.#watched.get(notebook) ?? { identities: new CellIdentities(), metadata: new Map() }
    this.#watched.set(notebook, watched)
    const cells = notebook.getCells()
    const edits = watched.identities.update(
      cells.map((cell) => {
        const { id, metadata = {} } = cell.metadata as CellMetadata
        const { kind, document } = cell
        const type = cellType({ kind, languageId: document.languageId })
        return { key: cell, type, text: document.getText(), id, metadata }
      }),
    )
    for (const cell of cells) {
      const metadata = cell.metadata as CellMetadata
      if (metadata.id !== undefined) watched.metadata.set(metadata.id, metadata)
    }
    if (edits.length) void this.#apply(notebook, watched, edits)
    return watched
  }

  async #apply(
    notebook: vscode.NotebookDocument,
    watched: Watched,
    edits: ReturnType<CellIdentities<vscode.NotebookCell>['update']>,
  ): Promise<void> {
    const edit = new vscode.WorkspaceEdit()
    edit.set(
      notebook.uri,
      edits.map(({ key, id, metadata }) => {
        // Attachments and members that nobody knows come back with the id; a copy keeps its own.
        const rest = watched.metadata.get(id) ?? key.metadata
        return vscode.NotebookEdit.updateCellMetadata(key.index, { ...rest, id, metadata })
      }),
    )
    await vscode.workspace.applyEdit(edit)
  }
}
