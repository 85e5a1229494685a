/**
 * The page of the runtime view: holds one worker per kernel, passes messages between it and the extension, and shows
 * what it sees pass. Nothing here waits for an animation frame, which a hidden page never gets.
 */
import type { Transport } from '../../kernel/client'
import { webTransport } from '../../kernel/client.web'
import { unreachable, type KernelMessage } from '../../kernel/protocol'
import { element } from '../../renderers/controls/elements'
import { registerControls } from './controls'
import { grouped, once, type Grouped } from './later'
import type { Button, PageMessage, ViewMessage, Words } from './messages'
import { NotebookPanel } from './panel'
import { afterDriver, afterKernel, ended, opened, type NotebookState } from './state'

declare function acquireVsCodeApi(): { postMessage(message: ViewMessage): void }

/** Drawing takes the processor from the cell that the message was about; a cell that ends at once is not worth it. */
const DRAW_AFTER = 60

interface Shown {
  state: NotebookState
  readonly panel: NotebookPanel
  /** Shows the state, soon. */
  readonly draw: () => void
}

const vscode = acquireVsCodeApi()
const main = document.querySelector('main')!
const notebooks = new Map<string, Shown>()
interface Running {
  readonly notebook: string
  readonly transport: Transport
  /** What it said and the extension has not been told yet. */
  readonly said: Grouped<KernelMessage>
}

const kernels = new Map<number, Running>()
let script = ''
let words: Words | undefined

function receive(message: PageMessage): void {
  switch (message.type) {
    case 'load':
      script = message.script
      words = message.words
      empty(words)
      break
    case 'open':
      open(message.kernel, message.notebook, message.title)
      break
    case 'driver': {
      const kernel = kernels.get(message.kernel)
      if (!kernel) break
      kernel.transport.post(message.message)
      update(kernel.notebook, (state) => afterDriver(state, message.message, Date.now()))
      break
    }
    case 'close':
      close(message.kernel, message.reason ?? '')
      break
    case 'rename':
      update(message.notebook, (state) => ({ ...state, title: message.title }))
      break
    case 'forget':
      notebooks.get(message.notebook)?.panel.remove()
      notebooks.delete(message.notebook)
      if (words) empty(words)
      break
    case 'queue':
      update(message.notebook, (state) => ({ ...state, waiting: message.waiting }))
      break
    case 'select':
      select(message.notebook)
      break
    default:
      unreachable(message)
  }
}

function open(kernel: number, notebook: string, title: string): void {
  const transport = webTransport(script)
  const said = grouped<KernelMessage>((messages) => vscode.postMessage({ type: 'kernel', kernel, messages }))
  kernels.set(kernel, { notebook, transport, said })
  transport.onMessage((message) => {
    said.add(message)
    update(notebook, (state) => afterKernel(state, message, Date.now()))
  })
  transport.onExit((reason) => {
    kernels.delete(kernel)
    said.flush()
    said.close()
    vscode.postMessage({ type: 'exit', kernel, reason })
    update(notebook, (state) => ended(state, reason))
  })
  if (!notebooks.has(notebook)) add(notebook, title)
  update(notebook, () => opened(title))
}

function close(kernel: number, reason: string): void {
  const closed = kernels.get(kernel)
  if (!closed) return
  kernels.delete(kernel)
  closed.transport.terminate()
  closed.said.close()
  update(closed.notebook, (state) => ended(state, reason))
}

function add(notebook: string, title: string): void {
  const press = (button: Button) => vscode.postMessage({ type: 'press', notebook, button })
  const panel = new NotebookPanel(words!, press, {
    open: (name) => vscode.postMessage({ type: 'show', notebook, name }),
    summarise: (names) => kernelOf(notebook)?.transport.post({ type: 'summarise', names }),
    inspect: () => kernelOf(notebook)?.transport.post({ type: 'inspect' }),
  })
  document.querySelector('.empty')?.remove()
  const shown: Shown = { state: opened(title), panel, draw: once(DRAW_AFTER, () => panel.show(shown.state)) }
  notebooks.set(notebook, shown)
  main.append(panel.element)
  if (notebooks.size === 1) panel.element.open = true
}

/** The notebook's kernel, if it lives. */
function kernelOf(notebook: string): Running | undefined {
  return [...kernels.values()].find((kernel) => kernel.notebook === notebook)
}

function update(notebook: string, next: (state: NotebookState) => NotebookState): void {
  const shown = notebooks.get(notebook)
  if (!shown) return
  const state = next(shown.state)
  if (state === shown.state) return
  shown.state = state
  shown.draw()
}

/** Opens the details of the active editor's notebook, puts them first and closes the others. */
function select(notebook: string | undefined): void {
  const selected = notebook === undefined ? undefined : notebooks.get(notebook)
  if (!selected) return
  for (const { panel } of notebooks.values()) panel.element.open = panel === selected.panel
  if (main.firstElementChild !== selected.panel.element) main.prepend(selected.panel.element)
}

/** What the page says while no notebook has a session. */
function empty({ empty }: Words): void {
  if (notebooks.size) return
  main.replaceChildren(
    element('div', { className: 'empty' }, ...empty.map((sentence) => element('p', {}, sentence))),
  )
}

registerControls()
window.addEventListener('message', (event: MessageEvent<PageMessage>) => receive(event.data))
vscode.postMessage({ type: 'loaded' })
