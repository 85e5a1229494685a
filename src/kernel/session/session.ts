/**
 * A session: executes compiled cells one after another and keeps their variables.
 *
 * It knows no worker and no device: messages leave through `post`, and what cells can reach is handed in. So the same
 * session serves VS Code, the command line and tests.
 */
import { RandomStream, setHost, setStream } from '../../tensor'
import type { CompiledCell } from '../cell'
import { describeVariable } from '../display/describe'
import { display, setScreen } from '../display/screen'
import type {
  Answer,
  CellError,
  Change,
  Execute,
  Flow,
  KernelMessage,
  Outcome,
  OutputLimits,
  Recompute,
  Status,
  Variable,
} from '../protocol'
import { Inspector } from '../inspect/inspector'
import { setAsking } from './asking'
import type { Binding } from '../cell'
import type { Commands } from '../debug/commands'
import { UNWATCHED } from '../debug/frames'
import { collecting, replace, type StandIn } from '../debug/functions'
import type { DebugLaunch } from '../debug/protocol'
import { Stepper } from '../debug/stepper'
import { createConsole } from './console'
import { Controls, Panel, setControlHost, type ControlHost } from './controls'
import { setCurrentInterrupts } from './current'
import { cellError, stackOf } from './errors'
import { evaluate } from './evaluate'
import { Interrupted, Interrupts, nextTurn, type StopSign } from './interrupt'
import { Lineage } from './lineage'
import { RunOutput } from './output'
import { tensorAt } from './provenance'
import { Questions, type Question } from './questions'
import { Paths } from './paths'
import { RunProgress } from './progress'
import { Region } from './region'
import { Run } from './run'
import { RunScreen } from './runScreen'
import { Runtime } from './runtime'
import { Scope, type SessionVariable } from './scope'
import { shapeNote } from './shapes'
import { rawFrames, RunSource } from './stack'
import { createTimers, type Timers } from './timers'

/** A bundled module, as its importer sees it. */
export type ModuleTable = (specifier: string) => Readonly<Record<string, unknown>>

/** Keeps tensors that cells made from piling up; `TensorLedger` is one. */
export interface Ledger {
  /** A cell starts. */
  begin(): void
  /** The cell is over: what it made and cannot be reached from `roots` is disposed of. */
  end(
    roots: Iterable<unknown>,
    isOpaque: (object: object) => boolean,
    options: { readonly uncertain: boolean },
  ): void
  memory(): { readonly tensors: number; readonly bytes: number }
}

export interface SessionOptions {
  readonly seed: number
  readonly limits: OutputLimits
  readonly post: (message: KernelMessage) => void
  /** What `import` finds. */
  readonly modules: ModuleTable
  /** What cells see without importing it, besides `display`, `console` and timers. */
  readonly globals?: Readonly<Record<string, unknown>>
  readonly ledger?: Ledger
  /** Whether a person is there who could use controls. */
  readonly attended?: boolean
  /** Where threads share memory: tells which run is to stop. */
  readonly stopSign?: StopSign
  /** Leaves a device that cannot be read during a pause. @returns what went instead, and the way back; undefined where none does. */
  readonly leaveGpu?: () => Promise<LeftGpu | undefined>
  /** Called when a cell has come to its end, before that is told. */
  readonly onEnd?: () => void
}

/** For as long as a cell is stepped through. */
export interface LeftGpu {
  /** What is computed on meanwhile, in words. */
  readonly device: string
  readonly back: () => Promise<void>
}

/** How long a stopped cell's own code may take to notice before its run is declared over, in milliseconds. */
const DRAIN = 300
/** Runs whose sources are kept for stack traces: closures of older ones lose their lines. */
const MOST_RUNS = 2000

export class Session {
  readonly interrupts: Interrupts
  /** What cells see without importing it. */
  readonly builtins: Readonly<Record<string, unknown>>

  readonly #options: SessionOptions
  readonly #scope: Scope
  readonly #lineage = new Lineage()
  readonly #questions: Questions
  /** Looks at variables for whoever shows them. */
  readonly inspector: Inspector
  readonly #screen: RunScreen
  readonly #runs = new Map<number, Run>()
  readonly #sources = new Map<number, RunSource>()
  readonly #streams = new WeakMap<Run, RandomStream>()
  readonly #runtimes = new WeakMap<Run, Runtime>()
  readonly #stepper: Stepper
  /** The number of the last run that only made functions to be stepped through: far from those of others. */
  #standIns = 1e9
  /** Latest run that the driver asked to stop; one that is still waiting then never starts. */
  #stopUpTo = 0
  /** Closures in which tensors may hide. */
  readonly #opaque = new WeakSet()
  readonly #timers: Timers
  /** The run that ended last. */
  #previous: Run | undefined
  readonly #controls = new Controls()
  readonly #controlHost: ControlHost
  #queue: Promise<void> = Promise.resolve()
  #held: Promise<void> = Promise.resolve()

  constructor(options: SessionOptions) {
    this.#options = options
    this.interrupts = new Interrupts((run) => this.#runs.get(run), options.stopSign)
    this.#screen = new RunScreen(this.interrupts)
    this.interrupts.onEnter = (run) => this.#enter(run)
    this.#stepper = new Stepper({
      post: (run, taken, event) => {
        // What was shown before a pause is seen during it.
        this.#runs.get(run)?.output.flush()
        options.post({ type: 'debugged', run, taken, event })
      },
      variables: () => this.#scope.variables(),
      poll: () => this.interrupts.poll(),
      runtime: (run) => this.#runtimes.get(run)!,
    })
    this.interrupts.onMilestone = (milestone) => this.#stepper.milestone(milestone)
    this.interrupts.isWatching = () => this.#stepper.watching
    const paths = new Paths()
    this.interrupts.onPath = ({ number }, path) => {
      if (paths.isNews(number, path)) options.post({ type: 'path', run: number, path })
    }
    this.#timers = createTimers({
      current: () => this.interrupts.current,
      call: (run, callback) => this.#call(run, callback),
    })
    this.builtins = {
      ...options.globals,
      display,
      console: createConsole(
        (name, text) => this.#screen.write(name, text),
        () => this.interrupts.current ?? this,
      ),
      ...this.#timers.functions,
    }
    this.#scope = new Scope(this.builtins)
    this.#questions = new Questions(options.post)
    this.inspector = new Inspector({
      post: options.post,
      busy: () => this.interrupts.executing !== undefined,
      find: (name) => {
        const variable = this.#scope.find(name)
        return variable && { value: variable.value, version: this.#lineage.of(name)?.version ?? 0 }
      },
      nextTurn,
    })
    this.#controlHost = {
      name: () => {
        const cell = this.#declaring('A control').cell.id
        return `${cell}/${this.#controls.count(cell)}`
      },
      declare: (control) => this.#controls.declare(this.#declaring('A control').cell.id, control),
      panel: (spec) => {
        const run = this.#declaring('A control')
        const panel = run.panel ?? new Panel()
        panel.add(spec, (bundle) => this.#screen.show(bundle, () => bundle))
        run.panel = panel
        return panel
      },
      place: (bundle) => {
        this.#declaring('A control')
        const first = bundle()
        const shown = this.#screen.show(first, () => first)
        return { show: () => shown.change(bundle()) }
      },
      attended: () => options.attended ?? false,
      read: (id) => void this.interrupts.current?.region?.reads.add(id),
      live: (compute) => this.#live(compute),
    }
  }

  /**
   * Executes a cell after those before it; resolves when its `finished` and `status` have been posted. Never rejects.
   *
   * @param sign how to tell that this run is to stop, where threads share no memory.
   * @param commands where the commands come from of a run that is to be stepped through.
   */
  execute(message: Execute, sign?: StopSign, commands?: Commands): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      await this.#held
      await this.#execute(message, sign, commands).catch((thrown: unknown) =>
        this.#giveUp(message.run, thrown),
      )
    })
    return this.#queue
  }

  /** Computes a live picture anew, after what was asked for before, like a cell. Never rejects. */
  recompute(message: Recompute, sign?: StopSign): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      await this.#held
      await this.#recompute(message, sign).catch((thrown: unknown) => this.#giveUp(message.run, thrown))
    })
    return this.#queue
  }

  /** Gives controls the values that a person chose, at once, and says which live pictures that outdates. */
  change({ controls }: Change): void {
    const stale = new Set<Region>()
    for (const { control, value, settled } of controls) {
      for (const region of this.#controls.take(control, value) ?? []) stale.add(region)
      if (settled) this.#controls.settle(control)
    }
    const regions = [...stale].map(({ id, cell, run }) => ({ region: id, cell, count: run.count }))
    this.#options.post({ type: 'stale', regions })
  }

  /** Stops a run: at its next check, or at once where it waits for something. */
  interrupt(run: number): void {
    this.#stopUpTo = Math.max(this.#stopUpTo, run)
    const executing = this.interrupts.executing
    if (executing && executing.number <= run) executing.end(new Interrupted())
  }

  /** The person has answered a cell's question. */
  answer(answer: Answer): void {
    this.#questions.answer(answer)
  }

  /** Ends the executing run, if there is one, with an error that is not its own doing. */
  fail(error: unknown): void {
    this.interrupts.executing?.end(error)
  }

  /** Lets no further cell start, and no tensors be freed, before `done` has resolved: the device is being exchanged. */
  hold(done: Promise<void>): void {
    this.#held = this.#held.then(() => done).catch((error: unknown) => void this.uncaught(error))
  }

  /** Posts what the session holds; while a cell runs, as far as it has come. */
  postStatus(): void {
    const run = this.interrupts.executing
    // A live picture's changes are told as those of whatever runs next.
    if (run && !run.region) this.#lineage.glance(run, this.#scope.variables())
    this.#options.post({
      type: 'status',
      ...(run && { during: run.number }),
      memory: this.#memory(),
      variables: [...this.#scope.variables()]
        .filter(({ kind }) => kind !== 'import')
        .map((variable) => this.#describe(variable)),
      timers: this.#timers.waitingOnce(),
    })
  }

  #describe({ name, value, declaredBy }: SessionVariable): Variable {
    const seen = this.#lineage.of(name)
    const cell = this.#sources.get(declaredBy)?.cell
    const declared = cell?.analysis.declared.find((each) => each.name === name && each.value)
    const declaration = cell && declared && { source: cell.source, start: declared.start }
    return describeVariable(name, value, seen && { ...seen, declaration })
  }

  #memory(): Status['memory'] {
    try {
      return this.#options.ledger?.memory() ?? { tensors: 0, bytes: 0 }
    } catch {
      // While the device is being exchanged there is none to ask.
      return { tensors: 0, bytes: 0 }
    }
  }

  /**
   * Reports an error that nobody caught: of the executing run, or late of the cell whose code threw it.
   *
   * @returns false where it is no cell's.
   */
  uncaught(thrown: unknown): boolean {
    if (thrown instanceof Interrupted) return true
    // The outermost frame is what the event loop called.
    const frame = rawFrames(stackOf(thrown)).at(-1)
    const run = (frame && this.#runs.get(frame.run)) ?? this.interrupts.current
    if (!run) return false
    this.#report(run, thrown)
    return true
  }

  async #execute(message: Execute, sign?: StopSign, commands?: Commands): Promise<void> {
    const { run: number, cell, count, debug } = message
    const run = this.#open(number, cell, count)
    this.#sources.set(number, new RunSource(cell, count))
    this.#streams.set(run, new RandomStream(this.#options.seed, cell.id))
    const left = debug && commands && (await this.#options.leaveGpu?.())
    if (left)
      this.#options.post({
        type: 'debugged',
        run: number,
        taken: 0,
        event: { kind: 'moved', device: left.device },
      })
    await this.#perform(run, sign, async () => {
      this.#controls.forget(cell.id)
      this.#lineage.begin(cell.analysis.used, this.#scope.variables(), this.#previous)
      this.#scope.begin(cell.analysis, number)
      const restore = debug && commands ? this.#standIn(run, debug) : undefined
      if (debug && commands) this.#stepper.begin(run, debug, commands)
      const outcome = await this.#outcome(run, this.#evaluate(run))
      restore?.()
      this.#scope.end()
      const flow = this.#lineage.end(run, this.#scope.variables())
      this.#previous = run
      return { outcome, flow }
    })
    await left?.back()
  }

  /** Has functions of cells that ran plainly stepped through. @returns what takes that back. */
  #standIn({ output }: Run, { functions = [] }: DebugLaunch): () => void {
    const restores = functions.flatMap(({ cell, count }) => {
      const plain = [...this.#runs.values()].findLast((run) => run.cell.id === cell.id && !run.cell.steps)
      if (!plain) return []
      // Errors in these functions have places of their own.
      const run = new Run(++this.#standIns, cell, count, output)
      this.#sources.set(run.number, new RunSource(cell, count))
      const found: StandIn[] = []
      const declared = new Set(cell.analysis.declared.map(({ name }) => name))
      const binding = collecting(declared, (name) => this.#scope.binding(name), found)
      void evaluate(run)(this.#runtime(run, binding))
      return found.map((standIn) => replace(standIn, this.#scope.binding(standIn.name), plain.cell.code))
    })
    return () => restores.forEach((restore) => restore?.())
  }

  async #recompute({ run: number, region: id }: Recompute, sign?: StopSign): Promise<void> {
    const region = this.#controls.region(id)
    if (!region) {
      // Its cell was run again meanwhile.
      this.#options.post({ type: 'finished', run: number, outcome: { status: 'ok' }, milliseconds: 0 })
      this.postStatus()
      return
    }
    const run = this.#open(number, region.run.cell, region.run.count)
    run.region = region
    this.#streams.set(run, this.#streamOf(region))
    await this.#perform(run, sign, async () => {
      const before = region.reads
      region.begin()
      const outcome = await this.#outcome(run, this.#compute(region, run))
      // It may have ended before it read all that it depends on.
      if (outcome.status !== 'ok') for (const control of before) region.reads.add(control)
      if (outcome.status === 'error') {
        const { name, message } = outcome.error
        region.caption(run.output, { used: this.#controls.used(region), error: `${name}: ${message}` })
      }
      return { outcome }
    })
  }

  #open(number: number, cell: CompiledCell, count: number): Run {
    const { post, limits } = this.#options
    const output = new RunOutput(limits, (event) => post({ type: 'output', run: number, event }))
    const progress = new RunProgress((tasks) => post({ type: 'progress', run: number, tasks }))
    const run = new Run(number, cell, count, output, progress)
    this.#remember(run)
    return run
  }

  /** Lets a run begin, do its work unless it was stopped before, and end. */
  async #perform(
    run: Run,
    sign: StopSign | undefined,
    work: () => Promise<{ readonly outcome: Outcome; readonly flow?: Flow }>,
  ): Promise<void> {
    const { post, ledger } = this.#options
    this.interrupts.begin(run, sign)
    const started = performance.now()
    let ended: { readonly outcome: Outcome; readonly flow?: Flow } = { outcome: { status: 'interrupted' } }
    if (run.number > this.#stopUpTo) {
      ledger?.begin()
      ended = await work()
      await this.#held
      this.#freeTensors(run)
    }
    run.progress.end()
    run.output.end()
    run.finished = true
    this.interrupts.finish()
    this.#stepper.finish()
    this.#options.onEnd?.()
    const milliseconds = performance.now() - started
    post({ type: 'finished', run: run.number, milliseconds, ...ended })
    this.postStatus()
    this.inspector.resume()
  }

  /** A cell that broke what the session itself stands on, such as `Math`, must not leave its driver waiting. */
  #giveUp(run: number, thrown: unknown): void {
    this.interrupts.finish()
    const message = `The kernel failed in running this cell, and should be restarted: ${String(thrown)}`
    const error: CellError = { name: 'KernelError', message, frames: [], excerpt: '' }
    this.#options.post({ type: 'finished', run, outcome: { status: 'error', error }, milliseconds: 0 })
  }

  async #outcome(run: Run, running: Promise<void>): Promise<Outcome> {
    try {
      await Promise.race([running, run.ended])
      await Promise.race([this.#settle(run), run.ended])
      return { status: 'ok' }
    } catch (thrown) {
      if (run.stopped) await this.#drain(run, running)
      else await Promise.race([this.#settle(run), run.ended.catch(() => {})])
      if (thrown instanceof Interrupted) return { status: 'interrupted' }
      return { status: 'error', error: this.#error(thrown) }
    }
  }

  /** Gives whoever still runs on behalf of an ended run the chance to notice before another cell starts. */
  async #drain(run: Run, running: Promise<void>): Promise<void> {
    run.drained = false
    const over = running.then(
      () => (run.drained = true),
      () => (run.drained = true),
    )
    let timer: ReturnType<typeof setTimeout> | undefined
    await Promise.race([over, new Promise((resolve) => (timer = setTimeout(resolve, DRAIN)))])
    clearTimeout(timer)
  }

  async #evaluate(run: Run): Promise<void> {
    const execute = evaluate(run)
    const runtime = this.#runtime(run, (name) => this.#scope.binding(name))
    await execute(runtime).catch((error: unknown) => {
      this.#stepper.cellFailed(error)
      throw error
    })
    for (const finish of run.atEnd) {
      this.interrupts.resumed(run.number, undefined)
      await finish()
    }
    for (const region of this.#controls.regionsOf(run.cell.id)) await this.#first(region, run)
  }

  #runtime(run: Run, binding: (name: string) => Binding): Runtime {
    const { steps } = run.cell
    const runtime = new Runtime(this.interrupts, {
      binding,
      module: this.#options.modules,
      show: (value) => this.#screen.showLast(value),
      opaque: (value) => {
        if ((typeof value === 'object' && value !== null) || typeof value === 'function')
          this.#opaque.add(value)
        return value
      },
      begin: (index) => (steps ? this.#stepper.call(run, steps, index) : UNWATCHED),
    })
    this.#runtimes.set(run, runtime)
    return runtime
  }

  /** Computes a live picture for the first time, as the end of its cell. */
  async #first(region: Region, run: Run): Promise<void> {
    const stream = this.#streams.get(run)
    this.interrupts.resumed(run.number, undefined)
    run.region = region
    this.#streams.set(run, this.#streamOf(region))
    this.#enter(run)
    try {
      await this.#compute(region, run)
    } finally {
      run.region = undefined
      if (stream) this.#streams.set(run, stream)
      this.#enter(run)
    }
  }

  /** Shows what a live picture shows, with a caption that says what it was computed with. */
  async #compute(region: Region, run: Run): Promise<void> {
    const value = await region.compute()
    this.interrupts.resumed(run.number, undefined)
    await this.#screen.showLast(value)
    await Promise.all([...run.pending])
    this.interrupts.resumed(run.number, undefined)
    region.end(run.output)
    region.caption(run.output, {
      used: this.#controls.used(region),
      ...(!this.#controls.reaches(region) && {
        hint: 'No control changes this picture: read a value, such as gamma.value, inside of live.',
      }),
    })
  }

  /** The same numbers whenever the picture is computed, until a person asks for others. */
  #streamOf(region: Region): RandomStream {
    const presses = this.#controls.presses(region)
    return new RandomStream(this.#options.seed, presses ? `${region.id}/${presses}` : region.id)
  }

  #live(compute: () => unknown): void {
    const run = this.#declaring('A live picture')
    const { id } = run.cell
    const name = `${id}/live/${this.#controls.regionsOf(id).length}`
    run.panel = undefined
    this.#controls.addRegion(new Region(name, run, compute, () => this.#screen.place(run)))
  }

  /** The run of a cell that declares something which a person can change later. */
  #declaring(what: string): Run {
    const run = this.interrupts.current
    if (!run || run.finished || run.region)
      throw new Error(
        `${what} is declared by a cell while it runs${run?.region ? ', and not inside of live' : ''}.`,
      )
    return run
  }

  /** Waits for pictures whose data is on its way, and for errors that are announced in a later turn. */
  async #settle(run: Run): Promise<void> {
    do {
      await Promise.allSettled([...run.pending])
      // A browser announces a rejection by a task of its own, which it queues behind the first turn.
      await nextTurn()
      await nextTurn()
    } while (run.pending.size > 0 && !run.stopped)
  }

  #freeTensors(run: Run): void {
    const roots = [...[...this.#scope.variables()].map(({ value }) => value), ...this.#controls.held()]
    // A callback that is yet to come, or code that has not noticed its end, may use tensors that nothing else holds.
    const uncertain = this.#timers.waiting() > 0 || !run.drained
    try {
      this.#options.ledger?.end(roots, (object) => this.#opaque.has(object), { uncertain })
    } catch (thrown) {
      // The device of these tensors may be lost, and with it their memory.
      run.output.stream('stderr', `[Tensors could not be freed: ${this.#error(thrown).message}]\n`)
    }
  }

  /** Calls back into a run's code from a timer. */
  #call(run: Run | undefined, callback: () => unknown): void {
    this.interrupts.enter(run)
    try {
      const result = callback()
      // An async callback's failure is known to be this run's, whatever its stack says.
      if (result instanceof Promise) result.catch((thrown: unknown) => this.#reportTo(run, thrown))
    } catch (thrown) {
      this.#reportTo(run, thrown)
    }
  }

  #reportTo(run: Run | undefined, thrown: unknown): void {
    if (thrown instanceof Interrupted) return
    if (run) this.#report(run, thrown)
    else this.uncaught(thrown)
  }

  #report(run: Run, thrown: unknown): void {
    // What is left of a run that was stopped or has failed may stumble over its end.
    if (run.finished && run.stopped) return
    if (run.finished) this.#options.post({ type: 'lateError', cell: run.cell.id, error: this.#error(thrown) })
    else run.end(thrown)
  }

  #error(thrown: unknown): CellError {
    const source = (run: number) => this.#sources.get(run)
    const error = cellError(thrown, source)
    const [frame] = error.frames
    const run = frame && rawFrames(stackOf(thrown))[0]?.run
    if (!frame || run === undefined) return error
    const origin = (name: string) => this.#lineage.of(name)?.origin
    const note = shapeNote(error.message, frame, {
      calls: () => source(run)?.cell.calls ?? [],
      find: (path) => tensorAt(path, { scope: this.#scope, origin, source }),
    })
    return note ? { ...error, message: `${error.message}\n${note}` } : error
  }

  #enter(run: Run): void {
    setHost(this.interrupts)
    setCurrentInterrupts(this.interrupts)
    setScreen(this.#screen)
    setAsking((question) => this.#ask(question))
    setControlHost(this.#controlHost)
    const stream = this.#streams.get(run)
    if (stream) setStream(stream)
  }

  async #ask(question: Question): Promise<string> {
    const run = this.interrupts.current
    if (!run) throw new Error('input needs a running cell.')
    const token = this.interrupts.token()
    return this.interrupts.resumed(token, await this.#questions.ask(run, question))
  }

  #remember(run: Run): void {
    this.#runs.set(run.number, run)
    this.#runs.delete(run.number - MOST_RUNS)
    // Live pictures are computed by closures of their cell's run, however often.
    if (this.#sources.size > MOST_RUNS) this.#sources.delete(this.#sources.keys().next().value!)
  }
}
