import * as vscode from 'vscode'
import type { Stopped } from '../../kernel/debug/protocol'
import { mayRun, runCells } from '../commands/run'
import type { Session } from '../kernel/session'
import type { Sessions } from '../kernel/sessions'
import type { Language } from '../language/language'
import { COMMANDS, DEBUG_TYPE, NOTEBOOK_TYPE } from '../names'
import { codeCells, isGenbook } from '../notebook/cells'
import type { Identities } from '../notebook/identity'
import { Owner } from '../owner'
import { CellDebugAdapter, type Debuggee } from './adapter'

/** What a debug session is started with. */
interface CellConfiguration extends vscode.DebugConfiguration {
  readonly notebook?: string
  /** The address of the cell's document. */
  readonly cell?: string
  readonly stopOnEntry?: boolean
}

interface Parts {
  readonly sessions: Sessions
  readonly identities: Identities
  readonly language: Language
}

/** The context key that holds the addresses of the cells that are being stepped through. */
const CONTEXT = 'genbook.steppedCells'

/** Run by Line, Debug Cell and F5: cells are stepped through with VS Code's own debugger. */
export class Debugging
  extends Owner
  implements
    vscode.DebugAdapterDescriptorFactory,
    vscode.DebugConfigurationProvider,
    vscode.NotebookCellStatusBarItemProvider
{
  readonly #parts: Parts
  /** Where cells that are stepped through are paused, by the address of the cell that was started. */
  readonly #paused = new Map<string, Stopped | undefined>()
  readonly #changed = this.own(new vscode.EventEmitter<void>())
  readonly onDidChangeCellStatusBarItems = this.#changed.event

  constructor(parts: Parts) {
    super()
    this.#parts = parts
    this.own(vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, this))
    this.own(vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, this))
    this.own(vscode.notebooks.registerNotebookCellStatusBarItemProvider(NOTEBOOK_TYPE, this))
    const command = (name: string, run: (argument: unknown) => unknown) =>
      this.own(vscode.commands.registerCommand(name, run))
    command(COMMANDS.runByLine, (argument) => this.#start(argument, true))
    command(COMMANDS.debugCell, (argument) => this.#start(argument, false))
    command(COMMANDS.runNextLine, () => vscode.commands.executeCommand('workbench.action.debug.stepOver'))
    command(COMMANDS.continueToNextStep, () => {
      const session = vscode.debug.activeDebugSession
      return session?.type === DEBUG_TYPE ? session.customRequest('continueToNextStep') : undefined
    })
  }

  /** F5 in a notebook, or an entry of launch.json: the selected cell. */
  resolveDebugConfiguration(
    _folder: vscode.WorkspaceFolder | undefined,
    given: CellConfiguration,
  ): CellConfiguration | undefined {
    if (given.cell !== undefined) return given
    const cell = cellOf(undefined)
    if (cell) return configurationFor(cell, given.stopOnEntry ?? false)
    void vscode.window.showInformationMessage(vscode.l10n.t('Select a code cell of a genbook to debug it.'))
    return undefined
  }

  createDebugAdapterDescriptor(debugSession: vscode.DebugSession): vscode.DebugAdapterDescriptor {
    const { cell: address = '', stopOnEntry = true } = debugSession.configuration as CellConfiguration
    const cell = cellAt(address)
    if (!cell) throw new Error(vscode.l10n.t('The cell to debug is not open any more.'))
    return new vscode.DebugAdapterInlineImplementation(
      new CellDebugAdapter(this.#debuggee(cell, stopOnEntry)),
    )
  }

  provideCellStatusBarItems(cell: vscode.NotebookCell): vscode.NotebookCellStatusBarItem | undefined {
    const id = this.#parts.identities.of(cell)
    for (const [address, stopped] of this.#paused) {
      const frame = stopped?.frames[0]
      if (frame ? frame.cell !== id : address !== cell.document.uri.toString()) continue
      const text = frame
        ? (frame.milestone ?? vscode.l10n.t('paused at line {0}', frame.line))
        : vscode.l10n.t('running under the debugger')
      const item = new vscode.NotebookCellStatusBarItem(
        `$(${frame ? 'debug-pause' : 'debug-alt-small'}) ${text}`,
        vscode.NotebookCellStatusBarAlignment.Left,
      )
      item.tooltip = vscode.l10n.t('F10 runs the next line; Stop ends the cell and keeps its variables.')
      item.priority = 20
      return item
    }
    return undefined
  }

  async #start(argument: unknown, stopOnEntry: boolean): Promise<void> {
    const cell = cellOf(argument)
    if (!cell || !mayRun()) return
    const session = this.#parts.sessions.of(cell.notebook)
    if (session.isActive(cell)) {
      void vscode.window.showInformationMessage(vscode.l10n.t('The cell is running already: stop it first.'))
      return
    }
    await vscode.debug.startDebugging(
      vscode.workspace.getWorkspaceFolder(cell.notebook.uri),
      configurationFor(cell, stopOnEntry),
      { suppressSaveBeforeStart: true },
    )
  }

  #debuggee(cell: vscode.NotebookCell, stopOnEntry: boolean): Debuggee {
    const { sessions, identities, language } = this.#parts
    const address = cell.document.uri.toString()
    const session = sessions.of(cell.notebook)
    const cells = () => codeCells(session.notebook)
    return {
      run: async (onEvent, breakpoints, uncaught) => {
        this.#show(address, undefined)
        const functions = await session.functionsBeside(cell)
        const launch = { stopOnEntry, uncaught, breakpoints: Object.fromEntries(breakpoints), functions }
        await runToEnd(session, cell, { launch, onEvent })
      },
      command: (command) => session.debug(command),
      stop: () => {
        if (this.#paused.has(address)) session.interrupt()
      },
      cellAt: (uri) =>
        cells().find(({ document }) => document.uri.toString() === vscode.Uri.parse(uri).toString()),
      cellNamed: (id) => cells().find((each) => identities.of(each) === id),
      idOf: (each) => identities.of(each),
      compile: (id, source) => language.compile(id, source, true),
      expression: (source, locals) => language.expression(source, locals),
      shown: (stopped) => this.#show(address, stopped),
      ended: () => {
        this.#paused.delete(address)
        this.#showChanges()
      },
    }
  }

  #show(address: string, stopped: Stopped | undefined): void {
    this.#paused.set(address, stopped)
    this.#showChanges()
  }

  #showChanges(): void {
    this.#changed.fire()
    const addresses = [...this.#paused.keys()].map((address) => vscode.Uri.parse(address))
    void vscode.commands.executeCommand('setContext', CONTEXT, addresses)
  }
}

/** Runs a cell as VS Code's own button does, stepping through it. */
async function runToEnd(
  session: Session,
  cell: vscode.NotebookCell,
  stepping: NonNullable<Parameters<Session['stepNext']>[1]>,
): Promise<void> {
  const before = session.newest(cell)
  session.stepNext(cell, stepping)
  try {
    await runCells([cell])
    // VS Code may come back from its command before the run has ended, or before it has begun.
    const run = session.newest(cell)
    if (run !== before) await run?.whenEnded
  } finally {
    session.stepNext(cell, undefined)
  }
}

function configurationFor(cell: vscode.NotebookCell, stopOnEntry: boolean): CellConfiguration {
  return {
    type: DEBUG_TYPE,
    request: 'launch',
    name: stopOnEntry ? vscode.l10n.t('Run by Line') : vscode.l10n.t('Debug Cell'),
    cell: cell.document.uri.toString(),
    stopOnEntry,
    internalConsoleOptions: 'neverOpen',
  }
}

/** The code cell that a command was called for, or the selected one. */
function cellOf(argument: unknown): vscode.NotebookCell | undefined {
  const editor = vscode.window.activeNotebookEditor
  const given = argument as Partial<vscode.NotebookCell> | undefined
  const cell =
    given?.document && given.notebook
      ? (given as vscode.NotebookCell)
      : editor && editor.notebook.cellCount > 0
        ? editor.notebook.cellAt(editor.selection.start)
        : undefined
  return cell && isGenbook(cell.notebook) && codeCells(cell.notebook).includes(cell) ? cell : undefined
}

function cellAt(address: string): vscode.NotebookCell | undefined {
  return vscode.workspace.notebookDocuments
    .flatMap((notebook) => (isGenbook(notebook) ? codeCells(notebook) : []))
    .find(({ document }) => document.uri.toString() === address)
}
