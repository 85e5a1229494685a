import * as vscode from 'vscode'
import type { RunOutcome, Stepping } from '../../kernel/client'
import type { CompiledCell } from '../../kernel/cell'
import type { DebugCommand } from '../../kernel/debug/protocol'
import { textHash } from '../../kernel/hash'
import type { TaskState } from '../../renderers/controls'
import type {
  CellError,
  ControlChange,
  Device,
  OutputEvent,
  Statistics,
  Variable,
  ViewForm,
  ViewResult,
} from '../../kernel/protocol'
import { syntaxError } from '../../kernel/session/errors'
import type { Checks } from '../language/checks'
import type { Language } from '../language/language'
import { typeNote } from '../language/note'
import { titleOf } from '../notebook/cells'
import type { Identities } from '../notebook/identity'
import { seedOf } from '../notebook/metadata'
import { Owner } from '../owner'
import { settingsFor } from '../settings'
import { RunLog, type RunRecord } from '../stale/runLog'
import { Asking } from './asking'
import { folderOf } from './folder'
import { Kernel, Superseded, type CellProgress, type LateEvent } from './kernel'
import { changeEnded, LateChanges } from './late'
import { LivePictures } from './live'
import { CellRun } from './run'
import { stampRun } from './stamp'
import { startKernel, type KernelPlace } from './start'
import { OutputWriter, type Displays } from './writer'

export interface SessionSurroundings extends KernelPlace {
  readonly controller: vscode.NotebookController
  readonly language: Language
  readonly checks: Checks
  readonly identities: Identities
  /** Of this extension: `publisher.name`. */
  readonly extensionId: string
  /** Of this extension. */
  readonly version: string
}

/** A kernel ended against the person's will. */
export interface Loss {
  readonly reason: string
  /** The cell that ran. */
  readonly cell: string | undefined
}

/** Milliseconds after which a cell is shown as running, whether or not its kernel has begun. */
const SHOWN_AFTER = 20

/** Runs the cells of one notebook, one after another, on a kernel that lives from the first run to a restart. */
export class Session extends Owner {
  /** Names the notebook for the runtime view and the checker, whatever its file is called. */
  readonly id = crypto.randomUUID()
  readonly #surroundings: SessionSurroundings
  readonly #changed = this.own(new vscode.EventEmitter<void>())
  /** The device or the state changed. */
  readonly onDidChange = this.#changed.event
  readonly #variablesChanged = this.own(new vscode.EventEmitter<void>())
  readonly onDidChangeVariables = this.#variablesChanged.event
  readonly #lost = this.own(new vscode.EventEmitter<Loss>())
  readonly onDidLose = this.#lost.event
  readonly #ran = this.own(new vscode.EventEmitter<void>())
  /** A cell has run, or all runs are forgotten with their kernel. */
  readonly onDidRun = this.#ran.event
  /** What the cells' runs on the living kernel had to do with. */
  readonly log = new RunLog()
  readonly #asking = this.own(new Asking())
  #notebook: vscode.NotebookDocument
  readonly #kernel: Kernel
  #queue: CellRun[] = []
  /** Cells whose next run is to be stepped through, by id. */
  readonly #steppings = new Map<string, Stepping>()
  /** The latest runs of cells that were not stepped through, by id. */
  readonly #plain = new Map<string, { readonly source: string; readonly count: number }>()
  #current: CellRun | undefined
  /** While no document shows them: the runs that were going on, some of which may have ended since. */
  #unseen: readonly CellRun[] | undefined
  #count = 0
  readonly #displays: Displays = new Map()
  readonly #writers = new Map<string, OutputWriter>()
  /** Each cell's latest run. */
  readonly #latest = new Map<string, CellRun>()
  readonly #late = new LateChanges((cell, changes, failed) => {
    const writer = this.#writers.get(cell)
    const target = this.#notebook.getCells().find((candidate) => this.#id(candidate) === cell)
    if (!writer || !target || this.#unseen || this.#notebook.isClosed) return
    if (this.#current?.id === cell || this.#pictures.writerOf(cell))
      return changes.forEach((change) => change(writer))
    // A cell that waits to run again will be cleared anyway.
    if (this.#queue.some((run) => run.id === cell)) return
    changeEnded(this.#surroundings.controller, target, writer, changes, failed)
  })

  readonly #pictures: LivePictures
  #progress: readonly TaskState[] = []
  readonly #progressChanged = this.own(new vscode.EventEmitter<void>())
  /** The running cell is further. */
  readonly onDidProgress = this.#progressChanged.event
  /** Cells that have run here, so that their controls work. */
  readonly #lively = new Set<string>()
  readonly #liveChanged = this.own(new vscode.EventEmitter<void>())
  /** Other controls work, or other live pictures are being computed. */
  readonly onDidChangeLive = this.#liveChanged.event

  constructor(surroundings: SessionSurroundings, notebook: vscode.NotebookDocument) {
    super()
    this.#surroundings = surroundings
    this.#notebook = notebook
    this.#pictures = this.own(
      new LivePictures(surroundings.controller, (cell) => {
        const busy = this.#runs().some((run) => run.id === cell)
        const found = this.#notebook.getCells().find((candidate) => this.#id(candidate) === cell)
        if (!found || busy || this.#unseen || this.#notebook.isClosed) return undefined
        return { cell: found, writer: this.#writer(cell) }
      }),
    )
    this.own(this.#pictures.onDidChange(() => this.#liveChanged.fire()))
    this.#kernel = this.own(new Kernel(() => this.#launch()))
    this.own(this.#kernel.onDidChange(() => this.#changed.fire()))
    this.own(this.#kernel.onDidChangeVariables(() => this.#variablesChanged.fire()))
    this.own(this.#kernel.onProgress((progress) => this.#progressed(progress)))
    this.own(this.#kernel.onLive((event) => this.#pictures.happened(event)))
    this.own(this.#kernel.onLate((late) => this.#happenedLate(late)))
    this.own(this.#kernel.onAsk((asked) => void this.#asking.ask(asked, titleOf(this.#notebook))))
    this.own(
      this.#kernel.onDidExit((reason) => {
        this.#count = 0
        this.#forgetRuns()
        this.#fallAsleep()
        this.#lost.fire({ reason, cell: this.#current?.id })
      }),
    )
  }

  get notebook(): vscode.NotebookDocument {
    return this.#notebook
  }

  /** What the tensors live on; undefined while there is no kernel. */
  get device(): Device | undefined {
    return this.#kernel.device
  }

  /** What the cells have declared so far, with values, shapes and what set them, as of the end of the last run. */
  get variables(): readonly Variable[] {
    return this.#kernel.variables
  }

  /** A variable's contents, as soon as no cell runs. Never rejects: what cannot be shown is a result that says why. */
  view(name: string, as: ViewForm): Promise<ViewResult> {
    return this.#kernel.view(name, as)
  }

  /** The statistics of a variable's numbers; undefined where it has none, and where they take longer. */
  statistics(variable: Variable, milliseconds: number): Promise<Statistics | undefined> {
    return this.#kernel.statistics(variable, milliseconds)
  }

  get starting(): boolean {
    return this.#kernel.state === 'starting'
  }

  /** How far the running cell is: its tasks, outermost first. */
  get progress(): readonly TaskState[] {
    return this.#progress
  }

  /** Cells whose controls work, and live pictures that are being computed. */
  get live(): { readonly cells: readonly string[]; readonly computing: readonly string[] } {
    return { cells: [...this.#lively], computing: this.#pictures.computing }
  }

  /** A person moved a control. */
  change(change: ControlChange): void {
    this.#kernel.change(change)
  }

  /** Whether a run has something to show that its document has not got. */
  get hasUnseenRuns(): boolean {
    return (this.#unseen?.length ?? 0) > 0
  }

  /** Runs cells after those that wait already; resolves when all of them have ended. */
  async run(cells: readonly vscode.NotebookCell[]): Promise<void> {
    for (const cell of cells) {
      const id = this.#id(cell)
      if (this.#current?.id === id || this.#queue.some((run) => run.id === id)) continue
      this.#pictures.release(id)
      const execution = this.#surroundings.controller.createNotebookCellExecution(cell)
      this.#queue.push(new CellRun(id, execution, this.#writer(id), this.#steppings.get(id)))
      this.#steppings.delete(id)
    }
    this.#showQueue()
    if (this.#current) return
    for (let run = this.#queue.shift(); run; run = this.#queue.shift()) {
      this.#current = run
      this.#showQueue()
      this.#changed.fire()
      const ok = await this.#execute(run)
      this.#current = undefined
      if (!ok) this.#dropQueue()
    }
    this.#changed.fire()
  }

  /** Has the next run of a cell stepped through; undefined has it not. */
  stepNext(cell: vscode.NotebookCell, stepping: Stepping | undefined): void {
    if (stepping) this.#steppings.set(this.#id(cell), stepping)
    else this.#steppings.delete(this.#id(cell))
  }

  /** The functions of other cells, compiled so that stepping can enter them. */
  async functionsBeside(cell: vscode.NotebookCell): Promise<{ cell: CompiledCell; count: number }[]> {
    const own = this.#id(cell)
    const found = [...this.#plain].map(async ([id, { source, count }]) => {
      const result = id === own ? null : await this.#surroundings.language.functions(id, source)
      return result?.ok ? [{ cell: result.cell, count }] : []
    })
    return (await Promise.all(found)).flat()
  }

  /** Sends a command to the cell that is stepped through, if there is one. */
  debug(command: DebugCommand): void {
    this.#kernel.debug(command)
  }

  /** Whether the cell runs, or waits to. */
  isActive(cell: vscode.NotebookCell): boolean {
    const id = this.#id(cell)
    return this.#current?.id === id || this.#queue.some((run) => run.id === id)
  }

  /** The cell's newest run: the one that waits, or goes on, or was the last. */
  newest(cell: vscode.NotebookCell): CellRun | undefined {
    const id = this.#id(cell)
    return this.#queue.find((run) => run.id === id) ?? this.#latest.get(id)
  }

  /** Stops the running cell, keeping the session if the cell gives way, and forgets those that wait. */
  interrupt(): void {
    this.#dropQueue()
    this.#current?.stop()
    this.#asking.cancel()
    this.#kernel.interrupt()
  }

  /**
   * Ends the kernel with all its variables and starts another.
   *
   * @returns false where another restart, or the notebook's end, came between
   * @throws Error when the kernel cannot be started
   */
  async restart(): Promise<boolean> {
    this.#dropQueue()
    this.#current?.abandon()
    this.#kernel.end(vscode.l10n.t('The notebook was restarted.'))
    this.#displays.clear()
    this.#count = 0
    this.#forgetRuns()
    this.#fallAsleep()
    try {
      await this.#kernel.start()
      return true
    } catch (error) {
      if (error instanceof Superseded) return false
      throw error
    }
  }

  /** The notebook's document is about to make way for another, and must not change any more. */
  detach(): void {
    this.#pictures.release()
    this.#unseen ??= this.#runs()
    for (const run of this.#unseen) run.detach()
  }

  /** The document stays after all. */
  reattach(): void {
    for (const run of this.#unseen ?? []) run.reattach()
    this.#unseen = undefined
  }

  /** Goes on in another document of the same notebook. */
  attach(notebook: vscode.NotebookDocument): void {
    this.#notebook = notebook
    this.#surroundings.view.rename(this.id, titleOf(notebook))
    for (const [id, output] of this.#displays)
      if (!this.#current?.writer.shows(output)) this.#displays.delete(id)
    // Outputs of another document cannot be told apart, so that their controls could change none.
    this.#lively.clear()
    if (this.#current) this.#lively.add(this.#current.id)
    this.#liveChanged.fire()
    const cells = new Map(notebook.getCells().map((cell) => [this.#id(cell), cell]))
    this.detach()
    for (const run of this.#unseen ?? []) {
      const cell = cells.get(run.id)
      if (cell) run.attach(this.#surroundings.controller.createNotebookCellExecution(cell))
    }
    this.#unseen = undefined
  }

  override dispose(): void {
    this.#dropQueue()
    this.#current?.abandon()
    this.#kernel.end(vscode.l10n.t('The notebook was closed.'))
    this.#surroundings.view.forget(this.id)
    super.dispose()
  }

  async #execute(run: CellRun): Promise<boolean> {
    const count = ++this.#count
    const { id, source } = run
    this.#latest.set(id, run)
    // The window draws what it is told before it passes on a message to the kernel: so the kernel comes first, unless the
    // person would have to wait to see that the cell runs.
    const at = Date.now()
    const begin = () => run.start(count, at)
    const overdue = setTimeout(begin, SHOWN_AFTER)
    // A run that does not get as far as to set anything is one all the same: what the cell shows is its own error.
    let record: RunRecord = { cell: id, run: 0, count, hash: textHash(source), milliseconds: 0 }
    try {
      const starting = this.#kernel.start()
      // Should the cell not get as far as awaiting it, a failed start is its own message in the next run.
      starting.catch(() => {})
      const { stepping } = run
      const compiling = this.#surroundings.language.compile(id, source, stepping !== undefined)
      void this.#noteTypes(run)
      const compiled = await untilStopped(run, compiling)
      if (compiled && !compiled.ok) {
        begin()
        run.fail(syntaxError(compiled.errors, source, count))
        return false
      }
      const client = compiled && (await untilStopped(run, starting))
      if (!compiled || !client || run.stopped) {
        begin()
        return this.#interrupted(run)
      }
      this.#lively.add(id)
      this.#liveChanged.fire()
      if (stepping) this.#plain.delete(id)
      else this.#plain.set(id, { source, count })
      const onEvent = (event: OutputEvent) => run.writer.event(event)
      const executing = client.execute(compiled.cell, count, onEvent, stepping)
      begin()
      const outcome = await executing
      this.#asking.cancel(outcome.run)
      if (!outcome.restartNeeded && outcome.run !== undefined && outcome.flow)
        record = {
          ...record,
          run: outcome.run,
          analysis: compiled.cell.analysis,
          flow: outcome.flow,
          milliseconds: outcome.milliseconds,
          ...(this.device && { device: this.device }),
        }
      if (this.device && !this.#unseen) void stampRun(this.#notebook, this.device, this.#surroundings.version)
      return this.#finish(run, outcome)
    } catch (error) {
      begin()
      run.fail(plainError(error))
      return false
    } finally {
      clearTimeout(overdue)
      if (!run.abandoned) this.#note(record)
    }
  }

  #finish(run: CellRun, outcome: RunOutcome): boolean {
    switch (outcome.status) {
      case 'ok':
        run.end(true)
        return true
      case 'interrupted':
        return this.#interrupted(run)
      case 'error':
        run.fail(outcome.error)
        return false
    }
  }

  #interrupted(run: CellRun): false {
    run.fail({
      name: vscode.l10n.t('Stopped'),
      message: vscode.l10n.t('every variable is kept.'),
      frames: [],
      excerpt: '',
    })
    return false
  }

  #launch() {
    const notebook = this.#notebook
    const settings = settingsFor(notebook.uri)
    // The file may be moved while the kernel lives.
    const files = folderOf(() => this.#notebook.uri)
    return startKernel(this.#surroundings, this.id, titleOf(notebook), seedOf(notebook), settings, files)
  }

  #progressed({ cell, tasks }: CellProgress): void {
    this.#progress = tasks
    if (this.#current?.id === cell) this.#current.writer.progress(tasks)
    this.#progressChanged.fire()
  }

  /** There is no session behind any control. */
  #fallAsleep(): void {
    this.#lively.clear()
    this.#progress = []
    this.#progressChanged.fire()
    this.#pictures.forget()
    this.#liveChanged.fire()
  }

  #dropQueue(): void {
    for (const waiting of this.#queue.splice(0)) waiting.end(undefined)
    this.#showQueue()
  }

  /** Tells the runtime view what waits. */
  #showQueue(): void {
    this.#surroundings.view.queue(
      this.id,
      this.#queue.map(({ source }) => headline(source)),
    )
  }

  #note(record: RunRecord): void {
    this.log.add(record)
    this.#ran.fire()
  }

  #forgetRuns(): void {
    this.#plain.clear()
    this.#asking.cancel()
    this.log.clear()
    this.#ran.fire()
  }

  #id(cell: vscode.NotebookCell): string {
    return this.#surroundings.identities.of(cell)
  }

  #runs(): CellRun[] {
    return [...(this.#current ? [this.#current] : []), ...this.#queue]
  }

  #writer(id: string): OutputWriter {
    let writer = this.#writers.get(id)
    if (!writer) this.#writers.set(id, (writer = new OutputWriter(this.#displays)))
    return writer
  }

  /** Puts the checker's objections to the cell above its output, whenever the checker is done. */
  async #noteTypes(run: CellRun): Promise<void> {
    const errors = await this.#surroundings.checks.errorsOf(this.#notebook, run.id)
    const note = typeNote(errors)
    if (note === undefined) return
    // Known at once where the cell was checked before; but its start clears what is above its output.
    await run.whenStarted
    if (this.#current === run) run.writer.note(note)
    else if (this.#latest.get(run.id) === run) this.#late.add(run.id, (writer) => writer.note(note))
  }

  #happenedLate(late: LateEvent): void {
    // In its order with what the same cell shows while it runs again.
    const running = this.#current?.id === late.cell ? this.#current.writer : undefined
    const change = (writer: OutputWriter) =>
      late.kind === 'output' ? writer.event(late.event) : writer.error(late.error)
    if (running) change(running)
    else this.#late.add(late.cell, change, late.kind === 'error')
  }
}

/** The first line of a cell that says something, to know it by. */
function headline(source: string): string {
  const lines = source.split('\n').map((line) => line.trim())
  return (lines.find((line) => line && !/^(?:import\b|\/\/|\/?\*)/.test(line)) ?? lines[0] ?? '').slice(0, 80)
}

/** The promise's value, or undefined when the person stops the run first. */
async function untilStopped<T>(run: CellRun, promise: Promise<T>): Promise<T | undefined> {
  return Promise.race([promise, run.whenStopped.then(() => undefined)])
}

function plainError(error: unknown): CellError {
  const name = error instanceof Error ? error.name : 'Error'
  const message = error instanceof Error ? error.message : String(error)
  return { name, message, frames: [], excerpt: '' }
}
