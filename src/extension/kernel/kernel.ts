import * as vscode from 'vscode'
import type { TaskState } from '../../renderers/controls'
import type { KernelClient, LiveEvent } from '../../kernel/client'
import type { DebugCommand } from '../../kernel/debug/protocol'
import type {
  Ask,
  CellError,
  ControlChange,
  Device,
  OutputEvent,
  Statistics,
  Summary,
  Variable,
  ViewForm,
  ViewResult,
} from '../../kernel/protocol'
import { deferred, within } from '../deferred'
import { Owner } from '../owner'

/** What finished cells do later. */
export type LateEvent =
  | { readonly kind: 'output'; readonly cell: string; readonly event: OutputEvent }
  | { readonly kind: 'error'; readonly cell: string; readonly error: CellError }

/** A cell asks the person something; without a text, it is told that they would not say. */
export interface Asked {
  readonly ask: Ask
  readonly answer: (text: string | undefined) => void
}

/** The tasks of a running cell that go on; none when the last has ended. */
export interface CellProgress {
  readonly cell: string
  readonly tasks: readonly TaskState[]
}

/** A kernel that was being started is not wanted any more. */
export class Superseded extends Error {
  constructor() {
    super(vscode.l10n.t('The notebook was restarted or closed.'))
  }
}

/** A notebook's kernel: there is none, it is being started, or it lives; and then there may be another. */
export class Kernel extends Owner {
  readonly #launch: () => Promise<KernelClient>
  #client: KernelClient | undefined
  #starting: Promise<KernelClient> | undefined
  #device: Device | undefined
  #variables: readonly Variable[] = []
  readonly #changed = this.own(new vscode.EventEmitter<void>())
  /** The device or the state changed. */
  readonly onDidChange = this.#changed.event
  readonly #summaries = new Map<string, Summary>()
  readonly #summarised = this.own(new vscode.EventEmitter<Summary>())
  readonly #variablesChanged = this.own(new vscode.EventEmitter<void>())
  /** A cell has run, or the kernel has ended: variables may be others. */
  readonly onDidChangeVariables = this.#variablesChanged.event
  readonly #asked = this.own(new vscode.EventEmitter<Asked>())
  readonly onAsk = this.#asked.event
  readonly #exit = this.own(new vscode.EventEmitter<string>())
  /** The kernel ended against the person's will, for the reason given. */
  readonly onDidExit = this.#exit.event
  readonly #late = this.own(new vscode.EventEmitter<LateEvent>())
  readonly onLate = this.#late.event
  readonly #live = this.own(new vscode.EventEmitter<LiveEvent>())
  readonly #progress = this.own(new vscode.EventEmitter<CellProgress>())
  /** How far a cell is. */
  readonly onProgress = this.#progress.event
  /** A live picture is computed. */
  readonly onLive = this.#live.event

  /** @param launch starts a kernel, with the settings of the moment */
  constructor(launch: () => Promise<KernelClient>) {
    super()
    this.#launch = launch
  }

  /** What the tensors live on; undefined while there is no kernel. */
  get device(): Device | undefined {
    return this.#device
  }

  /** What the session held when it last told: after every run. */
  get variables(): readonly Variable[] {
    return this.#variables
  }

  get state(): 'none' | 'starting' | 'ready' {
    if (this.#client) return 'ready'
    return this.#starting ? 'starting' : 'none'
  }

  /**
   * The kernel, started if there is none.
   *
   * @throws Superseded when it is ended before it has started, Error when it cannot be started
   */
  start(): Promise<KernelClient> {
    if (this.#client) return Promise.resolve(this.#client)
    if (this.#starting) return this.#starting
    const starting = this.#launch().then(
      (client) => {
        if (this.#starting !== starting) {
          client.terminate()
          throw new Superseded()
        }
        this.#starting = undefined
        this.#adopt(client)
        return client
      },
      (error: unknown) => {
        if (this.#starting !== starting) throw new Superseded()
        this.#starting = undefined
        this.#changed.fire()
        throw error
      },
    )
    this.#starting = starting
    this.#changed.fire()
    return starting
  }

  /** A variable's contents, as soon as no cell runs. */
  view(name: string, as: ViewForm): Promise<ViewResult> {
    if (this.#client) return this.#client.view(name, as)
    const reason = vscode.l10n.t('The notebook has no running session, so its variables are gone.')
    return Promise.resolve({ kind: 'failed', reason })
  }

  /** Hands over what a person did with a control, if the kernel lives. */
  change(change: ControlChange): void {
    this.#client?.change(change)
  }

  /**
   * The statistics of a variable's numbers, which the kernel computes between runs.
   *
   * @returns undefined where it has none, and where they take longer
   */
  async statistics({ name, version }: Variable, milliseconds: number): Promise<Statistics | undefined> {
    const known = this.#summaries.get(name)
    if (known?.version === version) return known.statistics
    const client = this.#client
    if (!client) return undefined
    const came = deferred<Statistics | undefined>()
    const listener = this.#summarised.event((summary) => {
      if (summary.name === name) came.resolve(summary.statistics)
    })
    try {
      client.summarise([name])
      return await within(milliseconds, came.promise)
    } finally {
      listener.dispose()
    }
  }

  /** Sends a command to the cell that is stepped through, if there is one. */
  debug(command: DebugCommand): void {
    this.#client?.debug(command)
  }

  /** Stops what the kernel is running, if it lives. */
  interrupt(): void {
    this.#client?.interrupt()
  }

  /** Ends the kernel with all its variables. */
  end(reason: string): void {
    const client = this.#client
    this.#forget()
    client?.terminate(reason)
    this.#changed.fire()
  }

  #adopt(client: KernelClient): void {
    this.#client = client
    this.#device = client.device
    client.on('device', (device) => {
      this.#device = device
      this.#changed.fire()
    })
    client.on('status', ({ variables, during }) => {
      // What a cell is about to change again interests the runtime view alone.
      if (this.#client !== client || during !== undefined) return
      this.#variables = variables
      this.#variablesChanged.fire()
    })
    client.on('summary', (summary) => {
      if (this.#client !== client) return
      this.#summaries.set(summary.name, summary)
      this.#summarised.fire(summary)
    })
    client.on('ask', (ask) => {
      this.#asked.fire({ ask, answer: (text) => client.answer(ask.question, text) })
    })
    client.on('lateOutput', (cell, event) => this.#late.fire({ kind: 'output', cell, event }))
    client.on('progress', (cell, tasks) => this.#client === client && this.#progress.fire({ cell, tasks }))
    client.on('live', (event) => this.#client === client && this.#live.fire(event))
    client.on('lateError', (cell, error) => this.#late.fire({ kind: 'error', cell, error }))
    client.on('exit', (reason) => {
      if (this.#client !== client) return
      this.#forget()
      this.#changed.fire()
      this.#exit.fire(reason)
    })
    this.#changed.fire()
  }

  #forget(): void {
    this.#client = undefined
    this.#starting = undefined
    this.#device = undefined
    this.#variables = []
    this.#summaries.clear()
    this.#variablesChanged.fire()
  }
}
