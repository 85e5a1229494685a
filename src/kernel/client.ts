/**
 * The driver's end of a kernel: starts it, runs cells one after another, stops them, and says what became of it.
 *
 * One client is one kernel's life. It knows nothing of workers: a `Transport` carries the messages, so VS Code's view
 * and the command line share this code. A restart is a new client over a new transport.
 */
import type { TaskState } from '../renderers/controls'
import type { Path } from '../tensor'
import type { CompiledCell } from './cell'
import { answerFiles, type NotebookFolder } from './files'
import { LiveQueue, type Clock } from './live'
import type { DebugCommand, DebugEvent, DebugLaunch } from './debug/protocol'
import {
  DEFAULT_LIMITS,
  PROTOCOL_VERSION,
  unreachable,
  type Ask,
  type BackendChoice,
  type CellError,
  type ControlChange,
  type Device,
  type DriverMessage,
  type Flow,
  type KernelMessage,
  type Outcome,
  type OutputEvent,
  type OutputLimits,
  type ReadFiles,
  type ReadWeights,
  type StaleRegion,
  type Status,
  type Summary,
  type ViewForm,
  type ViewResult,
  type WeightsRead,
} from './protocol'

/** Carries messages to one kernel and back. */
export interface Transport {
  post(message: DriverMessage, transfer?: Transferable[]): void
  /** Called once, before the first `post`. */
  onMessage(listener: (message: KernelMessage) => void): void
  /** The kernel is gone and will say nothing more; `reason` is a sentence for people. Not called after `terminate`. */
  onExit(listener: (reason: string) => void): void
  /** Ends the kernel at once, whatever it is doing. */
  terminate(): void
}

export interface StartOptions {
  readonly seed: number
  readonly backend: BackendChoice
  /** The WebAssembly binaries by file name. */
  readonly wasm: Readonly<Record<string, Uint8Array>>
  /** Reads a file of the shipped models' weights. Default: there are none. */
  readonly readWeights?: (file: string) => Promise<Uint8Array>
  /** The notebook's folder, which cells can read. Default: there is none. */
  readonly files?: NotebookFolder
  readonly limits?: OutputLimits
  /** A person is there who can use controls. */
  readonly attended?: boolean
  /** Whether everything is computed by single operations, where it could be done in one go. */
  readonly plain?: boolean
  /** How many threads long computations are shared among. Default: as many as there are processors. */
  readonly threads?: number
  /** Whether products may use subgroups of a GPU that has them. Default: not. */
  readonly subgroups?: boolean
  /** Where threads share memory: the flag that the kernel reads in the middle of a loop. */
  readonly stopFlag?: SharedArrayBuffer
}

export interface ClientOptions {
  /** A kernel that is not ready after this long has failed to start. */
  readonly startMilliseconds?: number
  /** How long a stopped run may take to give way before the kernel is ended and its variables lost. */
  readonly graceMilliseconds?: number
  /** For live pictures that are outdated while they are computed. */
  readonly clock?: Clock
}

/** How a run ended, and what that means for the kernel. */
export type RunOutcome = Outcome & {
  readonly milliseconds: number
  /** The kernel ended with this run: every variable is gone until it is restarted and the cells above are run. */
  readonly restartNeeded: boolean
  /** Its number, and which variables it had to do with; absent where the cell did not begin. */
  readonly run?: number
  readonly flow?: Flow
}

/** What a kernel tells outside of a run's own output. */
export interface KernelEvents {
  status: (status: Status) => void
  /** A callback of a finished cell threw. */
  lateError: (cell: string, error: CellError) => void
  /** A callback of a finished cell showed something. */
  lateOutput: (cell: string, event: OutputEvent) => void
  device: (device: Device, lost: boolean) => void
  /** The statistics of a variable that `summarise` asked for. */
  summary: (summary: Summary) => void
  /** A cell asks the person something, and waits for `answer`; without a listener, it is told that nobody is there. */
  ask: (ask: Ask) => void
  /** A live picture is computed. */
  live: (event: LiveEvent) => void
  /** How far the cell is: the tasks that go on, none when the last has ended. */
  progress: (cell: string, tasks: readonly TaskState[]) => void
  /** Which way a computation of the cell takes. */
  path: (cell: string, path: Path) => void
  /** The kernel is gone: by itself, by `terminate`, or because a run would not stop. Called once. */
  exit: (reason: string) => void
}

/** What becomes of a live picture that is computed anew. */
export type LiveEvent = StaleRegion &
  (
    | { readonly kind: 'started' }
    | { readonly kind: 'output'; readonly event: OutputEvent }
    | { readonly kind: 'finished'; readonly outcome: RunOutcome }
  )

/** The kernel could not be started; the message says why. */
export class KernelStartError extends Error {
  override readonly name = 'KernelStartError'
}

/** A run that is to be stepped through. */
export interface Stepping {
  readonly launch: DebugLaunch
  readonly onEvent: (event: DebugEvent) => void
}

interface Run {
  readonly number: number
  /** What is executed: a cell, or a live picture of one. */
  readonly work:
    | { readonly cell: CompiledCell; readonly count: number; readonly stepping?: Stepping }
    | { readonly region: StaleRegion }
  readonly onEvent: (event: OutputEvent) => void
  readonly resolve: (outcome: RunOutcome) => void
  startedAt: number
}

/** What files of weights and their cards are called: nothing that leads out of their folder. */
const WEIGHT_FILE = /^[a-z0-9]+(-[a-z0-9]+)*\.(safetensors|json)$/

const WAY_ON = 'All its variables are gone. Use "Restart and Run Above" to get them back.'

export class KernelClient {
  /** What the tensors live on; undefined before `start` has resolved. */
  device: Device | undefined
  /** Why the kernel is gone; undefined while it lives. */
  exited: string | undefined

  readonly #transport: Transport
  readonly #startMilliseconds: number
  readonly #graceMilliseconds: number
  readonly #listeners: { [K in keyof KernelEvents]: Set<KernelEvents[K]> } = {
    status: new Set(),
    lateError: new Set(),
    lateOutput: new Set(),
    device: new Set(),
    summary: new Set(),
    ask: new Set(),
    live: new Set(),
    progress: new Set(),
    path: new Set(),
    exit: new Set(),
  }
  readonly #live: LiveQueue
  readonly #queue: Run[] = []
  /** Cell ids by run number, to attribute what finished cells show later. */
  readonly #cells = new Map<number, string>()
  #running: Run | undefined
  #lastRun = 0
  #stopFlag: Int32Array | undefined
  #readWeights: StartOptions['readWeights']
  #files: StartOptions['files']
  readonly #views = new Map<number, (result: ViewResult) => void>()
  #lastView = 0
  #grace: ReturnType<typeof setTimeout> | undefined
  #starting: { resolve: (device: Device) => void; reject: (error: Error) => void } | undefined

  constructor(transport: Transport, options: ClientOptions = {}) {
    this.#transport = transport
    this.#startMilliseconds = options.startMilliseconds ?? 10_000
    this.#graceMilliseconds = options.graceMilliseconds ?? 5_000
    this.#live = new LiveQueue(
      {
        change: (controls) => transport.post({ type: 'change', controls }),
        giveUp: () => this.#giveUp(),
      },
      options.clock,
    )
    transport.onMessage((message) => this.#receive(message))
    transport.onExit((reason) => this.#end(reason))
  }

  /** Whether a run is executing or waiting. */
  get busy(): boolean {
    return this.#running !== undefined
  }

  /**
   * Starts the kernel; call it once, before anything else.
   *
   * @throws KernelStartError (as a rejection) when the kernel refuses, dies, or is not ready in time.
   */
  start(options: StartOptions): Promise<Device> {
    if (this.exited !== undefined) return Promise.reject(new KernelStartError(this.exited))
    if (options.stopFlag) this.#stopFlag = new Int32Array(options.stopFlag)
    this.#readWeights = options.readWeights
    this.#files = options.files
    return new Promise((resolve, reject) => {
      const seconds = this.#startMilliseconds / 1000
      const timer = setTimeout(
        () => this.terminate(`The kernel was not ready within ${seconds} s.`),
        this.#startMilliseconds,
      )
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer)
          this.#starting = undefined
          then(value)
        }
      this.#starting = { resolve: settle(resolve), reject: settle(reject) }
      this.#transport.post({
        type: 'initialize',
        protocol: PROTOCOL_VERSION,
        seed: options.seed,
        backend: options.backend,
        wasm: options.wasm,
        limits: options.limits ?? DEFAULT_LIMITS,
        ...(options.attended && { attended: true }),
        ...(options.plain && { plain: true }),
        ...(options.threads && { threads: options.threads }),
        ...(options.subgroups && { subgroups: true }),
        ...(options.stopFlag && { stopFlag: options.stopFlag }),
      })
    })
  }

  /**
   * Runs a compiled cell after those already waiting. `count` is the execution count that errors name. With `stepping`, the
   * cell must be compiled for it.
   *
   * Never rejects: a kernel that dies, or is gone already, resolves with an error and `restartNeeded`.
   */
  execute(
    cell: CompiledCell,
    count: number,
    onEvent: (event: OutputEvent) => void,
    stepping?: Stepping,
  ): Promise<RunOutcome> {
    return new Promise((resolve) => {
      const work = { cell, count, ...(stepping && { stepping }) }
      const run: Run = { number: ++this.#lastRun, work, onEvent, resolve, startedAt: 0 }
      if (this.exited !== undefined) resolve(lost(this.exited, 0))
      else {
        this.#queue.push(run)
        this.#live.makeWay(cell.id)
        this.#next()
      }
    })
  }

  /**
   * Stops the running cell and drops those that wait; they end as `interrupted`. A run that does not give way within
   * the grace period takes the kernel with it (`restartNeeded`).
   */
  interrupt(): void {
    this.#live.clear()
    for (const waiting of this.#queue.splice(0))
      waiting.resolve({ status: 'interrupted', milliseconds: 0, restartNeeded: false })
    const run = this.#running
    if (!run || this.#grace !== undefined) return
    this.#stop(run)
    const seconds = this.#graceMilliseconds / 1000
    this.#grace = setTimeout(() => {
      const what = 'cell' in run.work ? 'The cell' : 'The computation of the live picture'
      this.terminate(`${what} did not stop within ${seconds} s, so its kernel was ended.`)
    }, this.#graceMilliseconds)
  }

  /** A person moved a control: what reads it is computed anew once no cell runs, the newest values first. */
  change(change: ControlChange): void {
    if (this.exited === undefined && this.device) this.#live.change(change)
  }

  /** Sends a command to the running cell, if it is one that is stepped through. */
  debug(command: DebugCommand): void {
    const run = this.#running
    if (run && steppingOf(run)) this.#transport.post({ type: 'debug', run: run.number, command })
  }

  /** Asks for a fresh `status` event. */
  inspect(): void {
    if (this.exited === undefined) this.#transport.post({ type: 'inspect' })
  }

  /** Asks for the statistics of variables; they come as `summary` events, between runs. */
  summarise(names: readonly string[]): void {
    if (this.exited === undefined) this.#transport.post({ type: 'summarise', names })
  }

  /** A variable's contents, read between runs. Never rejects: what cannot be shown is a result that says why. */
  view(name: string, as: ViewForm): Promise<ViewResult> {
    if (this.exited !== undefined) return Promise.resolve(unseen(this.exited))
    return new Promise((resolve) => {
      const request = ++this.#lastView
      this.#views.set(request, resolve)
      this.#transport.post({ type: 'view', request, name, as })
    })
  }

  /** Answers a cell's question; without `text` the cell gets an error that gives `reason`. */
  answer(question: number, text: string | undefined, reason?: string): void {
    if (this.exited !== undefined) return
    this.#transport.post({
      type: 'answer',
      question,
      ...(text !== undefined && { text }),
      ...(reason !== undefined && { reason }),
    })
  }

  /** Ends the kernel at once; runs in progress end with an error that gives `reason`. */
  terminate(reason = 'The kernel was shut down.'): void {
    if (this.exited !== undefined) return
    this.#transport.terminate()
    this.#end(reason)
  }

  /** Listens to an event until the returned function is called. */
  on<K extends keyof KernelEvents>(event: K, listener: KernelEvents[K]): () => void {
    this.#listeners[event].add(listener)
    return () => void this.#listeners[event].delete(listener)
  }

  #next(): void {
    if (this.#running || this.#starting || this.device === undefined) return
    const run = this.#queue.shift() ?? this.#nextLive()
    if (!run) return
    this.#running = run
    const { number, work } = run
    run.startedAt = Date.now()
    if ('cell' in work) {
      this.#cells.set(number, work.cell.id)
      const { cell, count, stepping } = work
      const debug = stepping && { debug: stepping.launch }
      this.#transport.post({ type: 'execute', run: number, cell, count, ...debug })
    } else {
      const { region, cell, count } = work.region
      this.#cells.set(number, cell)
      this.#tellLive({ ...work.region, kind: 'started' })
      this.#transport.post({ type: 'recompute', run: number, region, count })
    }
  }

  #nextLive(): Run | undefined {
    const region = this.#live.next()
    return (
      region && {
        number: ++this.#lastRun,
        work: { region },
        onEvent: (event) => this.#tellLive({ ...region, kind: 'output', event }),
        resolve: (outcome) => this.#tellLive({ ...region, kind: 'finished', outcome }),
        startedAt: 0,
      }
    )
  }

  #tellLive(event: LiveEvent): void {
    for (const listener of this.#listeners.live) listener(event)
  }

  /** Asks a live picture that is outdated to end. If it does not hear, the next waits, but no variable is lost. */
  #giveUp(): void {
    if (this.#running && 'region' in this.#running.work) this.#stop(this.#running)
  }

  #stop(run: Run): void {
    if (this.#stopFlag) Atomics.store(this.#stopFlag, 0, run.number)
    this.#transport.post({ type: 'interrupt', run: run.number })
  }

  #receive(message: KernelMessage): void {
    if (this.exited !== undefined) return
    switch (message.type) {
      case 'ready':
        this.device = message.device
        this.#starting?.resolve(message.device)
        this.#next()
        break
      case 'startFailed':
        this.terminate(message.reason)
        break
      case 'output':
        if (message.run === this.#running?.number) this.#running.onEvent(message.event)
        else {
          const cell = this.#cells.get(message.run)
          if (cell !== undefined)
            for (const listener of this.#listeners.lateOutput) listener(cell, message.event)
        }
        break
      case 'finished':
        if (message.run !== this.#running?.number) break
        this.#settle({
          ...message.outcome,
          milliseconds: message.milliseconds,
          restartNeeded: false,
          run: message.run,
          ...(message.flow && { flow: message.flow }),
        })
        this.#next()
        break
      case 'progress': {
        const cell = this.#cells.get(message.run)
        if (cell !== undefined) for (const listener of this.#listeners.progress) listener(cell, message.tasks)
        break
      }
      case 'path': {
        const cell = this.#cells.get(message.run)
        if (cell !== undefined) for (const listener of this.#listeners.path) listener(cell, message.path)
        break
      }
      case 'stale':
        this.#live.stale(message.regions)
        this.#next()
        break
      case 'debugged':
        if (message.run === this.#running?.number) steppingOf(this.#running)?.onEvent(message.event)
        break
      case 'lateError':
        for (const listener of this.#listeners.lateError) listener(message.cell, message.error)
        break
      case 'status':
        for (const listener of this.#listeners.status) listener(message)
        break
      case 'device':
        this.device = message.device
        for (const listener of this.#listeners.device) listener(message.device, message.lost)
        break
      case 'summary':
        for (const listener of this.#listeners.summary) listener(message)
        break
      case 'viewed':
        this.#views.get(message.request)?.(message.result)
        this.#views.delete(message.request)
        break
      case 'ask':
        for (const listener of this.#listeners.ask) listener(message)
        if (!this.#listeners.ask.size)
          this.answer(message.question, message.initial, 'there is nobody to ask')
        break
      case 'readWeights':
        void this.#sendWeights(message)
        break
      case 'readFiles':
        void this.#sendFiles(message)
        break
      default:
        unreachable(message)
    }
  }

  /** What a kernel asks for is the wish of a cell that nobody has looked at: it gets weights, and no other file. */
  async #sendWeights({ request, file }: ReadWeights): Promise<void> {
    let answer: Pick<WeightsRead, 'bytes' | 'reason'>
    if (!WEIGHT_FILE.test(file)) answer = { reason: 'this is not the name of a file of weights' }
    else if (!this.#readWeights) answer = { reason: 'this session was started without weights' }
    else
      answer = await this.#readWeights(file).then(
        (bytes) => ({ bytes }),
        (error: unknown) => ({ reason: error instanceof Error ? error.message : String(error) }),
      )
    if (this.exited === undefined) this.#transport.post({ type: 'weightsRead', request, ...answer })
  }

  async #sendFiles({ request, wants, path }: ReadFiles): Promise<void> {
    const answer = await answerFiles(this.#files, wants, path)
    if (this.exited === undefined) this.#transport.post({ type: 'filesRead', request, ...answer })
  }

  #settle(outcome: RunOutcome): void {
    clearTimeout(this.#grace)
    this.#grace = undefined
    const run = this.#running
    this.#running = undefined
    if (run && 'region' in run.work) this.#live.finished()
    run?.resolve(outcome)
  }

  #end(reason: string): void {
    if (this.exited !== undefined) return
    this.exited = reason
    this.#starting?.reject(new KernelStartError(reason))
    const run = this.#running
    if (run) this.#settle(lost(reason, Date.now() - run.startedAt))
    for (const waiting of this.#queue.splice(0)) waiting.resolve(lost(reason, 0))
    for (const resolve of this.#views.values()) resolve(unseen(reason))
    this.#views.clear()
    for (const listener of this.#listeners.exit) listener(reason)
  }
}

function unseen(reason: string): ViewResult {
  return { kind: 'failed', reason: `${reason} The variables of this notebook are gone.` }
}

function steppingOf({ work }: Run): Stepping | undefined {
  return 'cell' in work ? work.stepping : undefined
}

function lost(reason: string, milliseconds: number): RunOutcome {
  const error = { name: 'KernelEnded', message: `${reason} ${WAY_ON}`, frames: [], excerpt: '' }
  return { status: 'error', error, milliseconds, restartNeeded: true }
}
