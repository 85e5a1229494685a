import * as vscode from 'vscode'
import { NOTEBOOK_TYPE } from '../names'
import { Owner } from '../owner'
import type { GenbookSerializer, Unreadable } from './serializer'

/** When a file is no notebook, says where it is wrong and offers to open it as text there. */
export class OpenAsText extends Owner {
  constructor(serializer: GenbookSerializer) {
    super()
    this.own(serializer.onDidFail((failure) => void this.#offer(failure)))
  }

  async #offer({ content, error }: Unreadable): Promise<void> {
    const open = vscode.l10n.t('Open as Text')
    const choice = await vscode.window.showErrorMessage(
      vscode.l10n.t('This genbook cannot be read: {0}. The file was not changed.', error.message),
      open,
    )
    if (choice !== open) return
    const uri = await findTab(content)
    if (!uri) return
    const place = new vscode.Position(error.line - 1, error.column - 1)
    await vscode.window.showTextDocument(uri, { selection: new vscode.Range(place, place), preview: false })
  }
}

/** VS Code does not say which file it could not open; it is the one in a tab whose bytes are these. */
async function findTab(content: Uint8Array): Promise<vscode.Uri | undefined> {
  const active = vscode.window.tabGroups.activeTabGroup.activeTab
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs)
  for (const tab of [...(active ? [active] : []), ...tabs]) {
    const { input } = tab
    if (!(input instanceof vscode.TabInputNotebook) || input.notebookType !== NOTEBOOK_TYPE) continue
    const bytes = await vscode.workspace.fs.readFile(input.uri).then(
      (read) => read,
      () => undefined,
    )
    if (bytes && sameBytes(bytes, content)) return input.uri
  }
  return undefined
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
