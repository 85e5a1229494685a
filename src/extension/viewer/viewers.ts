import * as vscode from 'vscode'
import { unreachable } from '../../kernel/protocol'
import type { Assets } from '../assets'
import type { Session } from '../kernel/session'
import type { Sessions } from '../kernel/sessions'
import { titleOf } from '../notebook/cells'
import { Owner } from '../owner'
import { viewerPage } from './html'
import type { ViewerMessage, ViewerRequest } from './messages'
import { viewerWords } from './words'

const VIEW_TYPE = 'genbook.variable'

interface Viewer {
  readonly panel: vscode.WebviewPanel
  readonly session: Session
  readonly name: string
  /** The version that the page was told last. */
  version: number | undefined
}

/** Editors that show variables, one for each, which follow the session. */
export class Viewers extends Owner {
  readonly #assets: Assets
  readonly #extension: vscode.Uri
  readonly #viewers = new Map<string, Viewer>()

  /** @param extension the folder that pages may load from. */
  constructor(assets: Assets, extension: vscode.Uri, sessions: Sessions) {
    super()
    this.#assets = assets
    this.#extension = extension
    this.own(sessions.onDidChangeVariables((session) => this.#update(session)))
    this.own(
      new vscode.Disposable(() => [...this.#viewers.values()].forEach(({ panel }) => void panel.dispose())),
    )
  }

  /** Shows a variable beside its notebook, or its editor where there is one already. */
  open(session: Session, name: string): void {
    const key = `${session.id}/${name}`
    const open = this.#viewers.get(key)
    if (open) return open.panel.reveal(undefined, true)
    const title = `${name} – ${titleOf(session.notebook)}`
    const panel = vscode.window.createWebviewPanel(
      VIEW_TYPE,
      title,
      { viewColumn: this.#column(), preserveFocus: true },
      { enableScripts: true, retainContextWhenHidden: true, localResourceRoots: [this.#extension] },
    )
    panel.iconPath = vscode.Uri.joinPath(this.#extension, 'media/runtime.svg')
    const viewer: Viewer = { panel, session, name, version: undefined }
    this.#viewers.set(key, viewer)
    panel.onDidDispose(() => this.#viewers.delete(key))
    panel.webview.onDidReceiveMessage((message: ViewerRequest) => void this.#receive(viewer, message))
    const address = (file: string) => panel.webview.asWebviewUri(this.#assets.uri(file)).toString()
    panel.webview.html = viewerPage(
      { cspSource: panel.webview.cspSource, script: address('viewer.js'), nonce: crypto.randomUUID() },
      { words: viewerWords(), renderer: address('renderer.js') },
    )
  }

  /** Where the other variables are shown; for the first, beside the notebook. */
  #column(): vscode.ViewColumn {
    const columns = [...this.#viewers.values()].map(({ panel }) => panel.viewColumn)
    return columns.findLast((column) => column !== undefined) ?? vscode.ViewColumn.Beside
  }

  async #receive(viewer: Viewer, message: ViewerRequest): Promise<void> {
    switch (message.type) {
      case 'loaded':
        this.#tell(viewer)
        break
      case 'look': {
        const result = await viewer.session.view(viewer.name, message.as)
        this.#post(viewer, { type: 'result', request: message.request, result })
        break
      }
      default:
        unreachable(message)
    }
  }

  #update(session: Session): void {
    for (const viewer of this.#viewers.values()) {
      if (viewer.session !== session) continue
      const version = session.variables.find(({ name }) => name === viewer.name)?.version
      if (version !== viewer.version) this.#tell(viewer)
    }
  }

  #tell(viewer: Viewer): void {
    const variable = viewer.session.variables.find(({ name }) => name === viewer.name)
    viewer.version = variable?.version
    this.#post(viewer, { type: 'variable', variable })
  }

  #post({ panel }: Viewer, message: ViewerMessage): void {
    // A page that was closed meanwhile is told nothing.
    panel.webview.postMessage(message).then(undefined, () => {})
  }
}
