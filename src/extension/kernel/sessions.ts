import * as vscode from 'vscode'
import { within } from '../deferred'
import { isGenbook } from '../notebook/cells'
import { Owner } from '../owner'
import { Session, type Loss, type SessionSurroundings } from './session'

/** How long a session waits for the document of its renamed notebook. */
const MOVING_MILLISECONDS = 30_000
/** How long VS Code may take to carry out what was asked of it. */
const SETTLING_MILLISECONDS = 100

export interface SessionLoss extends Loss {
  readonly session: Session
}

/**
 * The sessions of open notebooks, by document: two notebooks are separate, two editors of one notebook share.
 *
 * A session ends with its document, except where the document only makes way for another of the same notebook: when it
 * is renamed or moved, and when a new notebook is saved for the first time.
 */
export class Sessions extends Owner {
  readonly #surroundings: SessionSurroundings
  readonly #sessions = new Map<vscode.NotebookDocument, Session>()
  /** Sessions whose notebook is being renamed, by the address it will have. */
  readonly #moving = new Map<string, Session>()
  readonly #changed = this.own(new vscode.EventEmitter<Session>())
  readonly onDidChange = this.#changed.event
  readonly #variablesChanged = this.own(new vscode.EventEmitter<Session>())
  readonly onDidChangeVariables = this.#variablesChanged.event
  readonly #ran = this.own(new vscode.EventEmitter<Session>())
  /** A cell of the session has run, or all runs are forgotten with their kernel. */
  readonly onDidRun = this.#ran.event
  readonly #progressed = this.own(new vscode.EventEmitter<Session>())
  /** The running cell of a session is further. */
  readonly onDidProgress = this.#progressed.event
  readonly #liveChanged = this.own(new vscode.EventEmitter<Session>())
  /** Other controls of a session work, or other live pictures are being computed. */
  readonly onDidChangeLive = this.#liveChanged.event
  readonly #lost = this.own(new vscode.EventEmitter<SessionLoss>())
  readonly onDidLose = this.#lost.event

  constructor(surroundings: SessionSurroundings) {
    super()
    this.#surroundings = surroundings
    this.own(vscode.workspace.onWillRenameFiles((event) => event.waitUntil(this.#expect(event.files))))
    this.own(vscode.workspace.onDidOpenNotebookDocument((notebook) => this.#opened(notebook)))
    this.own(vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#closed(notebook)))
    this.own(new vscode.Disposable(() => this.#sessions.forEach((session) => session.dispose())))
  }

  /** The notebook's session, begun if there is none. */
  of(notebook: vscode.NotebookDocument): Session {
    const session = this.find(notebook) ?? new Session(this.#surroundings, notebook)
    if (!this.#sessions.has(notebook)) {
      this.#sessions.set(notebook, session)
      session.onDidChange(() => this.#changed.fire(session))
      session.onDidChangeVariables(() => this.#variablesChanged.fire(session))
      session.onDidRun(() => this.#ran.fire(session))
      session.onDidProgress(() => this.#progressed.fire(session))
      session.onDidChangeLive(() => this.#liveChanged.fire(session))
      session.onDidLose((loss) => this.#lost.fire({ ...loss, session }))
    }
    return session
  }

  /** The notebook's session, if it has one. */
  find(notebook: vscode.NotebookDocument | undefined): Session | undefined {
    return notebook && this.#sessions.get(notebook)
  }

  /** The session that the runtime view calls `id`. */
  named(id: string): Session | undefined {
    return [...this.#sessions.values()].find((session) => session.id === id)
  }

  /** Nothing may change in a document that is being renamed: it would stay behind, with changes to save. */
  async #expect(
    files: readonly { readonly oldUri: vscode.Uri; readonly newUri: vscode.Uri }[],
  ): Promise<void> {
    for (const { oldUri, newUri } of files)
      for (const [notebook, session] of this.#sessions) {
        const moved = movedUri(notebook.uri, oldUri, newUri)?.toString()
        if (moved === undefined) continue
        this.#moving.set(moved, session)
        session.detach()
        setTimeout(() => this.#giveUp(moved, session), MOVING_MILLISECONDS)
      }
    // What was written before is still on its way.
    if (this.#moving.size) await new Promise((resolve) => setTimeout(resolve, SETTLING_MILLISECONDS))
  }

  /** The renamed notebook did not open: it was not renamed, or has closed. */
  #giveUp(address: string, session: Session): void {
    if (this.#moving.get(address) !== session) return
    this.#moving.delete(address)
    if (session.notebook.isClosed) this.#end(session)
    else session.reattach()
  }

  #opened(notebook: vscode.NotebookDocument): void {
    if (!isGenbook(notebook)) return
    const address = notebook.uri.toString()
    const session = this.#moving.get(address) ?? this.#savedFirst(notebook)
    if (!session) return
    this.#moving.delete(address)
    this.#sessions.delete(session.notebook)
    this.#sessions.set(notebook, session)
    void this.#move(session, notebook)
  }

  /** The session of the new notebook that `notebook` is the first file of: its cells have the same ids. */
  #savedFirst(notebook: vscode.NotebookDocument): Session | undefined {
    if (notebook.isUntitled) return undefined
    const ids = (document: vscode.NotebookDocument) =>
      document
        .getCells()
        .map((cell) => this.#surroundings.identities.of(cell))
        .join()
    return [...this.#sessions.values()].find(
      (session) =>
        session.notebook.isUntitled && notebook.cellCount > 0 && ids(session.notebook) === ids(notebook),
    )
  }

  async #move(session: Session, notebook: vscode.NotebookDocument): Promise<void> {
    session.detach()
    if (session.hasUnseenRuns) await this.#select(notebook)
    if (!notebook.isClosed) session.attach(notebook)
    this.#changed.fire(session)
  }

  /** Makes our kernel that of a notebook, which running its cells requires. */
  async #select(notebook: vscode.NotebookDocument): Promise<void> {
    const { controller } = this.#surroundings
    const selected = new Promise<void>((resolve) => {
      const listener = controller.onDidChangeSelectedNotebooks((change) => {
        if (change.notebook !== notebook || !change.selected) return
        listener.dispose()
        resolve()
      })
    })
    const editor =
      vscode.window.visibleNotebookEditors.find((candidate) => candidate.notebook === notebook) ??
      (await vscode.window.showNotebookDocument(notebook, { preserveFocus: true }))
    await vscode.commands.executeCommand('notebook.selectKernel', {
      notebookEditor: editor,
      id: controller.id,
      extension: this.#surroundings.extensionId,
    })
    await within(MOVING_MILLISECONDS, selected)
  }

  #closed(notebook: vscode.NotebookDocument): void {
    const session = this.#sessions.get(notebook)
    if (!session) return
    if (![...this.#moving.values()].includes(session)) this.#end(session)
  }

  #end(session: Session): void {
    this.#sessions.delete(session.notebook)
    session.dispose()
  }
}

/** Where a file will be when `from`, which is it or a folder around it, becomes `to`. */
function movedUri(file: vscode.Uri, from: vscode.Uri, to: vscode.Uri): vscode.Uri | undefined {
  if (file.scheme !== from.scheme || file.authority !== from.authority) return undefined
  if (file.path === from.path) return to
  if (!file.path.startsWith(`${from.path}/`)) return undefined
  return to.with({ path: to.path + file.path.slice(from.path.length) })
}
