import * as vscode from 'vscode'
import { releaseNotebook } from '../../notebook/grading/release'
import { encodeText } from '../../notebook/utf8'
import { writeNotebook } from '../../notebook/write'
import { registerNotebookCommand } from '../commands/target'
import { COMMANDS, FILE_EXTENSION, NOTEBOOK_TYPE, PREVIEW_SCHEME } from '../names'
import { titleOf } from '../notebook/cells'
import { notebookOf } from '../notebook/document'
import { Owner } from '../owner'
import { kindOf } from './assignment'

/**
 * Preview Release: what students will get, beside the master. It cannot be edited, and follows the master while that is
 * edited.
 */
export class ReleasePreview extends Owner implements vscode.FileSystemProvider {
  readonly #changed = this.own(new vscode.EventEmitter<vscode.FileChangeEvent[]>())
  readonly onDidChangeFile = this.#changed.event
  /** The address of the master, by that of its preview, and when it was last edited. */
  readonly #masters = new Map<string, { readonly master: string; changed: number }>()

  constructor() {
    super()
    this.own(vscode.workspace.registerFileSystemProvider(PREVIEW_SCHEME, this, { isReadonly: true }))
    this.own(registerNotebookCommand(COMMANDS.previewRelease, (master) => this.#open(master)))
    this.own(vscode.workspace.onDidChangeNotebookDocument(({ notebook }) => this.#follow(notebook)))
  }

  async #open(master: vscode.NotebookDocument): Promise<void> {
    if (kindOf(master) !== 'master') {
      void vscode.window.showInformationMessage(
        vscode.l10n.t(
          'This notebook is no assignment’s master: mark a cell as a solution, a test or the like first.',
        ),
      )
      return
    }
    const title = titleOf(master).replace(FILE_EXTENSION, '')
    const name = vscode.l10n.t('{0} (released)', title)
    const uri = vscode.Uri.from({
      scheme: PREVIEW_SCHEME,
      path: `/${name}${FILE_EXTENSION}`,
      query: master.uri.toString(),
    })
    this.#masters.set(uri.toString(), { master: master.uri.toString(), changed: Date.now() })
    this.#follow(master)
    // By the command, since a document that an extension opened stays open for minutes after its editor, with its problems.
    await vscode.commands.executeCommand('vscode.openWith', uri, NOTEBOOK_TYPE, vscode.ViewColumn.Beside)
  }

  #follow(master: vscode.NotebookDocument): void {
    if (master.notebookType !== NOTEBOOK_TYPE) return
    const address = master.uri.toString()
    for (const [preview, entry] of this.#masters) {
      if (entry.master !== address) continue
      entry.changed++
      this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri: vscode.Uri.parse(preview) }])
    }
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    const mtime = this.#masters.get(uri.toString())?.changed ?? 0
    const permissions = vscode.FilePermission.Readonly
    return { type: vscode.FileType.File, ctime: 0, mtime, size: this.readFile(uri).length, permissions }
  }

  /** @throws FileSystemError where the master is not open any more */
  readFile(uri: vscode.Uri): Uint8Array {
    const address = uri.query
    const master = vscode.workspace.notebookDocuments.find((open) => open.uri.toString() === address)
    if (!master) throw vscode.FileSystemError.FileNotFound(uri)
    this.#masters.set(uri.toString(), this.#masters.get(uri.toString()) ?? { master: address, changed: 1 })
    return encodeText(writeNotebook(releaseNotebook(notebookOf(master))))
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => {})
  }

  readDirectory(): never {
    throw vscode.FileSystemError.FileNotADirectory()
  }

  createDirectory(): never {
    throw vscode.FileSystemError.NoPermissions()
  }

  writeFile(): never {
    throw vscode.FileSystemError.NoPermissions()
  }

  delete(): never {
    throw vscode.FileSystemError.NoPermissions()
  }

  rename(): never {
    throw vscode.FileSystemError.NoPermissions()
  }
}
