import * as vscode from 'vscode'
import type { Transport } from '../../kernel/client'
import { unreachable, type DriverMessage, type KernelMessage } from '../../kernel/protocol'
import type { Assets } from '../assets'
import { deferred, within } from '../deferred'
import { RUNTIME_VIEW } from '../names'
import { Owner } from '../owner'
import { runtimePage } from './html'
import type { Button, PageMessage, ViewMessage } from './messages'
import { runtimeWords } from './words'

/** How long the page may take until its script runs. */
const PAGE_MILLISECONDS = 10_000
/** How long it may take until the view is shown once more, in case that it was hidden. Divides the above. */
const SHOW_MILLISECONDS = 2_000

interface Wire {
  onMessage: (message: KernelMessage) => void
  onExit: (reason: string) => void
}

/**
 * The runtime view: a page, shared by all notebooks, whose workers run the cells.
 *
 * VS Code creates the page when the view is first shown and destroys it when the view is closed or moved to another
 * container; kernels live and die with it.
 */
export class RuntimeView extends Owner implements vscode.WebviewViewProvider {
  readonly #assets: Assets
  readonly #extension: vscode.Uri
  readonly #press = this.own(new vscode.EventEmitter<{ notebook: string; button: Button }>())
  /** A button of a notebook was pressed in the view. */
  readonly onDidPress = this.#press.event
  readonly #show = this.own(new vscode.EventEmitter<{ notebook: string; name: string }>())
  /** A variable was chosen in the view, to be looked at. */
  readonly onDidChoose = this.#show.event
  #view: vscode.WebviewView | undefined
  /** Settled with the view once its page's script runs. */
  #loaded = deferred<vscode.WebviewView>()
  /** Whether the page's script runs. */
  #running = false
  readonly #wires = new Map<number, Wire>()
  #lastKernel = 0
  #selected: string | undefined
  /** What waits, by notebook: told again to a page that hears of the notebook later. */
  readonly #queues = new Map<string, readonly string[]>()

  constructor(assets: Assets, extension: vscode.Uri) {
    super()
    this.#assets = assets
    this.#extension = extension
    this.own(
      vscode.window.registerWebviewViewProvider(RUNTIME_VIEW, this, {
        webviewOptions: { retainContextWhenHidden: true },
      }),
    )
  }

  /** Called by VS Code whenever it has made a new, empty page; the one before, if any, is gone. */
  resolveWebviewView(view: vscode.WebviewView): void {
    if (this.#view) this.#lost(this.#view)
    this.#view = view
    view.webview.options = { enableScripts: true, localResourceRoots: [this.#extension] }
    view.webview.onDidReceiveMessage((message: ViewMessage) => this.#receive(view, message))
    view.onDidDispose(() => this.#lost(view))
    this.#write(view)
  }

  /**
   * Starts a worker for a notebook, showing the view first where it was never shown.
   *
   * @param notebook names the notebook in the page for as long as it is open
   * @param title what the person calls it
   * @throws Error when the view cannot be shown, after a second attempt
   */
  async connect(notebook: string, title: string): Promise<Transport> {
    const view = await this.#ready()
    const kernel = ++this.#lastKernel
    const post = (message: PageMessage) => void view.webview.postMessage(message)
    const wire: Wire = { onMessage: () => {}, onExit: () => {} }
    this.#wires.set(kernel, wire)
    post({ type: 'open', notebook, kernel, title })
    post({ type: 'queue', notebook, waiting: this.#queues.get(notebook) ?? [] })
    if (this.#selected !== undefined) post({ type: 'select', notebook: this.#selected })
    return {
      post: (message: DriverMessage) => post({ type: 'driver', kernel, message }),
      onMessage: (listener) => void (wire.onMessage = listener),
      onExit: (listener) => void (wire.onExit = listener),
      terminate: () => {
        this.#wires.delete(kernel)
        post({ type: 'close', kernel })
      },
    }
  }

  rename(notebook: string, title: string): void {
    this.#post({ type: 'rename', notebook, title })
  }

  forget(notebook: string): void {
    this.#queues.delete(notebook)
    this.#post({ type: 'forget', notebook })
  }

  /** Says which cells of a notebook wait, by their first lines. */
  queue(notebook: string, waiting: readonly string[]): void {
    // Most runs leave nothing waiting, and each message takes the window's time from the cell.
    if (!waiting.length && !this.#queues.get(notebook)?.length) return
    this.#queues.set(notebook, waiting)
    this.#post({ type: 'queue', notebook, waiting })
  }

  /** Shows the details of `notebook` first. */
  select(notebook: string | undefined): void {
    this.#selected = notebook
    this.#post({ type: 'select', notebook })
  }

  #post(message: PageMessage): void {
    void this.#view?.webview.postMessage(message)
  }

  async #ready(): Promise<vscode.WebviewView> {
    if (this.#view && this.#running) return this.#view
    for (let waited = 0; waited < 2 * PAGE_MILLISECONDS; waited += SHOW_MILLISECONDS) {
      // A page that is hidden before its script runs does not go on loading, and a view that is hidden while VS Code makes
      // it says `visible` all the same: so it is shown again and again, whatever it says, and once written anew.
      await vscode.commands.executeCommand(`${RUNTIME_VIEW}.focus`, { preserveFocus: true })
      if (waited === PAGE_MILLISECONDS && this.#view) this.#write(this.#view)
      const view = await within(SHOW_MILLISECONDS, this.#loaded.promise)
      if (view) return view
    }
    throw new Error(
      vscode.l10n.t(
        'The runtime view did not start within {0} s. Show the panel “Genbook” and run the cell again; if that does not help, reload the window.',
        (2 * PAGE_MILLISECONDS) / 1000,
      ),
    )
  }

  #write(view: vscode.WebviewView): void {
    const { webview } = view
    webview.html = runtimePage({
      cspSource: webview.cspSource,
      script: webview.asWebviewUri(this.#assets.uri('runtime.js')).toString(),
      nonce: crypto.randomUUID(),
    })
  }

  async #load(view: vscode.WebviewView): Promise<void> {
    // A page that loads a second time has lost the workers of its first life.
    this.#exitAll(vscode.l10n.t('The runtime view was reloaded.'))
    const script = await this.#assets.text('kernel.js')
    if (this.#view !== view) return
    this.#post({ type: 'load', script, words: runtimeWords() })
    this.#running = true
    this.#loaded.resolve(view)
  }

  #receive(view: vscode.WebviewView, message: ViewMessage): void {
    if (view !== this.#view) return
    switch (message.type) {
      case 'loaded':
        void this.#load(view)
        break
      case 'kernel':
        for (const said of message.messages) this.#wires.get(message.kernel)?.onMessage(said)
        break
      case 'exit': {
        const wire = this.#wires.get(message.kernel)
        this.#wires.delete(message.kernel)
        wire?.onExit(message.reason)
        break
      }
      case 'press':
        this.#press.fire(message)
        break
      case 'show':
        this.#show.fire(message)
        break
      default:
        unreachable(message)
    }
  }

  #lost(view: vscode.WebviewView): void {
    if (view !== this.#view) return
    this.#view = undefined
    this.#running = false
    this.#loaded = deferred()
    this.#exitAll(vscode.l10n.t('The runtime view was closed or moved, which ended its kernels.'))
  }

  #exitAll(reason: string): void {
    const wires = [...this.#wires.values()]
    this.#wires.clear()
    for (const wire of wires) wire.onExit(reason)
  }
}
