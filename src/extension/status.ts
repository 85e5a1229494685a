import * as vscode from 'vscode'
import type { Device } from '../kernel/protocol'
import type { Sessions } from './kernel/sessions'
import { RUNTIME_VIEW } from './names'
import { isGenbook } from './notebook/cells'
import { Owner } from './owner'
import { settingsFor } from './settings'

/** Shows what the tensors of the active notebook live on. */
export class DeviceStatus extends Owner {
  readonly #sessions: Sessions
  readonly #item = this.own(
    vscode.window.createStatusBarItem('genbook.device', vscode.StatusBarAlignment.Right, 90),
  )

  constructor(sessions: Sessions) {
    super()
    this.#sessions = sessions
    this.#item.name = vscode.l10n.t('Genbook Device')
    this.#item.command = {
      command: `${RUNTIME_VIEW}.focus`,
      title: vscode.l10n.t('Show the runtime view'),
    }
    this.own(vscode.window.onDidChangeActiveNotebookEditor(() => this.#update()))
    this.own(sessions.onDidChange(() => this.#update()))
    this.#update()
  }

  #update(): void {
    const notebook = vscode.window.activeNotebookEditor?.notebook
    if (!notebook || !isGenbook(notebook)) {
      this.#item.hide()
      return
    }
    const session = this.#sessions.find(notebook)
    const { text, tooltip } = session?.starting
      ? {
          text: vscode.l10n.t('Genbook: starting'),
          tooltip: vscode.l10n.t('The notebook’s kernel is starting.'),
        }
      : session?.device
        ? describe(session.device)
        : {
            text: vscode.l10n.t('Genbook: not started'),
            tooltip: vscode.l10n.t(
              'No cell has run yet. Device to be used: {0}.',
              settingsFor(notebook.uri).backend,
            ),
          }
    this.#item.text = `$(${session?.starting ? 'loading~spin' : 'chip'}) ${text}`
    this.#item.tooltip = tooltip
    this.#item.accessibilityInformation = {
      label: vscode.l10n.t('Genbook device: {0}. {1}', text, tooltip),
    }
    this.#item.show()
  }
}

function describe({ backend, name, software, reason = '' }: Device): { text: string; tooltip: string } {
  const text = backend === 'webgpu' ? `WebGPU: ${name}` : name
  const what = {
    webgpu: software
      ? vscode.l10n.t('Tensors live on a GPU that the processor emulates, which is slow.')
      : vscode.l10n.t('Tensors live on the GPU.'),
    wasm: vscode.l10n.t('Tensors live in WebAssembly, on the processor.'),
    cpu: vscode.l10n.t('Tensors live in plain JavaScript, on the processor, which is slow.'),
  }[backend]
  return { text, tooltip: [what, reason].filter(Boolean).join(' ') }
}
