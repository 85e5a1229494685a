import * as vscode from 'vscode'
import { unreachable } from '../../kernel/protocol'
import type { Sessions } from '../kernel/sessions'
import { COMMANDS, NOTEBOOK_TYPE } from '../names'
import type { Identities } from '../notebook/identity'
import { Owner } from '../owner'
import type { Mark } from './marks'
import type { Staleness } from './staleness'

/** Below a cell: whether its outputs still hold and, if not, why; how long it took, and on what. */
export class CellStatus extends Owner implements vscode.NotebookCellStatusBarItemProvider {
  readonly #staleness: Staleness
  readonly #sessions: Sessions
  readonly #identities: Identities
  readonly #changed = this.own(new vscode.EventEmitter<void>())
  readonly onDidChangeCellStatusBarItems = this.#changed.event

  constructor(staleness: Staleness, sessions: Sessions, identities: Identities) {
    super()
    this.#staleness = staleness
    this.#sessions = sessions
    this.#identities = identities
    this.own(staleness.onDidChange(() => this.#changed.fire()))
    this.own(vscode.notebooks.registerNotebookCellStatusBarItemProvider(NOTEBOOK_TYPE, this))
  }

  provideCellStatusBarItems(cell: vscode.NotebookCell): vscode.NotebookCellStatusBarItem[] {
    if (cell.kind !== vscode.NotebookCellKind.Code) return []
    const mark = this.#staleness.markOf(cell)
    return [...(mark ? [this.#staleItem(cell.notebook, mark)] : []), ...this.#runItem(cell)]
  }

  #staleItem(notebook: vscode.NotebookDocument, mark: Mark): vscode.NotebookCellStatusBarItem {
    const { text, tooltip } = this.#words(notebook, mark)
    const item = new vscode.NotebookCellStatusBarItem(
      `$(history) ${text}`,
      vscode.NotebookCellStatusBarAlignment.Left,
    )
    item.tooltip = `${tooltip} ${vscode.l10n.t('Click to run the stale cells.')}`
    const title = vscode.l10n.t('Run Stale Cells')
    item.command = { command: COMMANDS.runStale, title, arguments: [notebook.uri] }
    item.accessibilityInformation = { label: `${text}. ${tooltip}`, role: 'button' }
    item.priority = 10
    return item
  }

  #words(notebook: vscode.NotebookDocument, mark: Mark): { text: string; tooltip: string } {
    const { t } = vscode.l10n
    switch (mark.kind) {
      case 'edited':
        return { text: t('stale: edited since it ran'), tooltip: t('The output is that of an earlier text.') }
      case 'changed':
        return {
          text: t('stale: uses `{0}`, changed by {1}', mark.name, this.#nameOf(notebook, mark.cell)),
          tooltip: t('`{0}` was set anew since this cell ran.', mark.name),
        }
      case 'follows':
        return {
          text: t('stale: uses `{0}` of {1}, which is stale', mark.name, this.#nameOf(notebook, mark.cell)),
          tooltip: t('When that cell runs again, `{0}` may be another.', mark.name),
        }
      case 'restarted':
        return {
          text: t('before the restart'),
          tooltip: t(
            'The cell ran before the session was restarted: its output stands, its variables are gone.',
          ),
        }
      case 'reopened':
        return {
          text: t('from an earlier session'),
          tooltip: t('The output was read from the file: no cell of this session has made it.'),
        }
      default:
        return unreachable(mark)
    }
  }

  /** As the editor numbers it: `cell [3]`. */
  #nameOf(notebook: vscode.NotebookDocument, id: string): string {
    const count = this.#sessions.find(notebook)?.log.latest(id)?.count
    return count === undefined ? vscode.l10n.t('another cell') : vscode.l10n.t('cell [{0}]', count)
  }

  #runItem(cell: vscode.NotebookCell): vscode.NotebookCellStatusBarItem[] {
    const session = this.#sessions.find(cell.notebook)
    const run = session?.isActive(cell) ? undefined : session?.log.latest(this.#identities.of(cell))
    if (!run?.device) return []
    const { name, backend } = run.device
    const text = vscode.l10n.t('{0} on {1}', duration(run.milliseconds), name)
    const item = new vscode.NotebookCellStatusBarItem(text, vscode.NotebookCellStatusBarAlignment.Right)
    item.tooltip = vscode.l10n.t(
      'The last run took {0}; its tensors were on {1} ({2}).',
      duration(run.milliseconds),
      name,
      backend,
    )
    item.priority = 10
    return [item]
  }
}

/** `43 ms`, `1.24 s`, `3 min 20 s`. */
function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(2)} s`
  const seconds = Math.round(milliseconds / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
