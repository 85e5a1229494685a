/**
 * Steps through cells.
 *
 * A pause keeps the thread waiting, in the middle of whatever synchronous code there is, and reads commands meanwhile. So
 * nothing else happens during a pause, no timer and no promise, and what a cell computes does not depend on being paused.
 */
import type { Milestone } from '../../tensor'
import type { CallFrame, CellRuntime, Stop, StepTable } from '../cell'
import { plainMessage } from '../session/scope.message'
import { Interrupted } from '../session/interrupt'
import type { Run } from '../session/run'
import type { SessionVariable } from '../session/scope'
import type { Commands } from './commands'
import { Frame, UNWATCHED, withCallers, type Watcher } from './frames'
import { isReached, type Goal } from './goals'
import { Inspector } from './inspect'
import type { DebugCommand, DebugEvent, DebugLaunch, Going, Stopped } from './protocol'
import { Passing, type Passed } from './passing'
import { levels, report, type Level } from './report'

/** What a stepper asks of its session. */
export interface StepperServices {
  readonly post: (run: number, taken: number, event: DebugEvent) => void
  readonly variables: () => Iterable<SessionVariable>
  /** Throws when the run is to stop. */
  readonly poll: () => void
  /** What evaluated expressions are given. */
  readonly runtime: (run: Run) => CellRuntime
}

/** How long a paused thread waits for a command before it looks whether the run is to stop, in milliseconds. */
const WAIT = 20
/** How often a cell that runs looks for commands, in milliseconds. */
const LOOK_EVERY = 100
/** Stops between two looks at the clock. */
const STOPS = 32

/** A run that is stepped through. */
interface Active {
  readonly run: Run
  readonly commands: Commands
  launch: DebugLaunch
  readonly passing: Passing
  goal: Goal
  /** Pause at the next stop, whatever the goal. */
  pausing: boolean
  taken: number
  root: Frame | undefined
  current: Frame | undefined
  /** What was thrown last where it paused or was caught, so that each error is told once on its way out. */
  told: unknown
  lastLook: number
  stops: number
}

export class Stepper implements Watcher {
  readonly #services: StepperServices
  #active: Active | undefined
  /** While expressions are evaluated, the functions that they call are not stepped through. */
  #evaluating = false

  constructor(services: StepperServices) {
    this.#services = services
  }

  /** A run that is to be stepped through begins. */
  begin(run: Run, launch: DebugLaunch, commands: Commands): void {
    this.#active = {
      ...{ run, launch, commands, passing: new Passing() },
      goal: { going: launch.stopOnEntry ? 'in' : 'continue', frame: undefined },
      ...{ pausing: false, taken: 0, root: undefined, current: undefined, told: undefined },
      ...{ lastLook: performance.now(), stops: 0 },
    }
  }

  /** The run is over. */
  finish(): void {
    this.#active = undefined
  }

  /** Whether a run is stepped through, whose milestones matter one by one. */
  get watching(): boolean {
    return this.#active !== undefined && !this.#evaluating
  }

  /** A function of a cell, compiled to be stepped through, begins. */
  call(run: Run, table: StepTable, index: number): CallFrame {
    const active = this.#active
    if (!active || this.#evaluating) return UNWATCHED
    const frame = new Frame(this, run, table, index, active.current ?? active.root)
    if (index === 0 && run === active.run) active.root = frame
    active.current = frame
    return frame
  }

  /** The cell itself has failed. Pauses where the error has not been told yet. */
  cellFailed(error: unknown): void {
    const root = this.#active?.root
    if (root) this.failed(root, error)
  }

  /** A loop of the runtime has come to something that may be worth a pause. */
  milestone(make: () => Milestone): void {
    const active = this.#active
    if (!active || this.#evaluating) return
    this.#look(active)
    if (active.pausing || active.goal.going === 'step') this.#pause(active, 'milestone', make())
  }

  // ------------------------------------------------------------------------------------------------- what frames tell

  reached(frame: Frame, before: Stop | undefined): void {
    const active = this.#active
    if (!active || this.#evaluating) return
    active.current = frame
    if (--active.stops < 0) {
      active.stops = STOPS
      this.#look(active)
    }
    // A breakpoint is passed, and counted, whatever else would pause here.
    const passed = this.#passed(active, frame)
    if (passed?.kind === 'log') {
      const { run, stop } = frame
      this.#post(active, { kind: 'logged', text: passed.text, cell: run.cell.id, line: stop!.line })
    }
    const reason = this.#reason(active, frame, before, passed)
    if (reason) this.#pause(active, reason, undefined, passed?.text)
  }

  failed(frame: Frame, error: unknown): void {
    const active = this.#active
    if (!active || this.#evaluating || error instanceof Interrupted || error === active.told) return
    active.told = error
    active.current = frame
    if (!active.launch.uncaught || [...withCallers(frame)].some(({ stop }) => stop?.guarded)) return
    this.#pause(active, 'exception', undefined, errorLine(error))
  }

  resumed(frame: Frame): void {
    const active = this.#active
    if (!active) return
    // A generator goes on for whoever asks it now.
    if (frame.state === 'yielded' && active.current && active.current !== frame) frame.caller = active.current
    active.current = frame
  }

  left(frame: Frame): void {
    const active = this.#active
    if (!active || active.current !== frame) return
    let below = frame.caller
    while (below?.state === 'over') below = below.caller
    active.current = below?.state === 'runs' ? below : undefined
  }

  #reason(
    active: Active,
    frame: Frame,
    before: Stop | undefined,
    passed: Passed | undefined,
  ): Stopped['reason'] | undefined {
    if (active.pausing) return 'pause'
    if (passed?.kind === 'pause') return 'breakpoint'
    if (!isReached(active.goal, frame, before)) return undefined
    return active.goal.frame ? 'step' : 'entry'
  }

  #passed({ launch, passing }: Active, frame: Frame): Passed | undefined {
    const { run, table, stop } = frame
    const breakpoint = launch.breakpoints[run.cell.id]?.find(({ line }) => line === stop!.line)
    if (!breakpoint || firstOnLine(table, stop!.line) !== stop) return undefined
    let passed: Passed | undefined
    this.#quietly(() => {
      passed = passing.pass(run.cell.id, breakpoint, (code) => this.#evaluate({ frame }, code))
    })
    return passed
  }

  // ------------------------------------------------------------------------------------------------------------ pauses

  /** Takes the commands that have come while the cell was running. */
  #look(active: Active): void {
    const now = performance.now()
    if (now - active.lastLook < LOOK_EVERY) return
    active.lastLook = now
    for (let command = active.commands.take(); command; command = active.commands.take()) {
      active.taken++
      this.#change(active, command)
    }
  }

  #pause(active: Active, reason: Stopped['reason'], milestone?: Milestone, text = milestone?.title): void {
    active.pausing = false
    const inspector = new Inspector()
    const variables = [...this.#services.variables()]
    const stack = levels(active.current, active.root, milestone)
    const frames = stack.map((level, id) => report(level, id, inspector, variables))
    const [scope] = frames[0]?.scopes ?? []
    this.#quietly(() =>
      this.#post(active, {
        ...{ kind: 'stopped', reason, ...(text !== undefined && { text }), frames },
        first: scope ? inspector.open(scope.reference) : [],
      }),
    )
    const going = this.#wait(active, stack, inspector)
    active.goal = { going, frame: active.current ?? active.root }
    active.lastLook = performance.now()
  }

  /** Answers until a command says how to go on. */
  #wait(active: Active, stack: readonly Level[], inspector: Inspector): Going {
    for (;;) {
      this.#services.poll()
      const command = active.commands.take()
      if (!command) {
        active.commands.wait(WAIT)
        continue
      }
      active.taken++
      switch (command.kind) {
        case 'variables':
          this.#answer(active, command.request, () => ({
            kind: 'variables',
            request: command.request,
            variables: inspector.open(command.reference, command.start, command.count),
          }))
          break
        case 'evaluate':
          this.#answer(active, command.request, () => ({
            kind: 'evaluated',
            request: command.request,
            variable: inspector.variable('', this.#evaluate(stack[command.frame], command.code)),
          }))
          break
        case 'continue':
        case 'over':
        case 'in':
        case 'out':
        case 'step':
          return command.kind
        case 'pause':
        case 'breakpoints':
        case 'exceptions':
          this.#change(active, command)
          break
        case 'detach':
          this.#change(active, command)
          return 'continue'
      }
    }
  }

  /** Commands that are good whether the cell runs or not; what else comes too late is refused. */
  #change(active: Active, command: DebugCommand): void {
    switch (command.kind) {
      case 'pause':
        active.pausing = true
        break
      case 'breakpoints':
        active.launch = { ...active.launch, breakpoints: command.breakpoints }
        break
      case 'exceptions':
        active.launch = { ...active.launch, uncaught: command.uncaught }
        break
      case 'detach':
        active.launch = { ...active.launch, uncaught: false, breakpoints: {} }
        active.goal = { going: 'continue', frame: undefined }
        active.pausing = false
        break
      case 'variables':
      case 'evaluate':
        this.#post(active, { kind: 'refused', request: command.request, reason: 'The cell is running.' })
        break
      // The cell goes on already.
      case 'continue':
      case 'over':
      case 'in':
      case 'out':
      case 'step':
    }
  }

  #evaluate(level: Level | undefined, code: string): unknown {
    if (!level) throw new RangeError('There is no such frame.')
    const { frame } = level
    if (!frame.access) throw new Error('The function has not begun: its parameters are still being filled.')
    const evaluate = frame.access(`(${code})`) as (runtime: CellRuntime) => unknown
    return evaluate(this.#services.runtime(frame.run))
  }

  #answer(active: Active, request: number, answer: () => DebugEvent): void {
    this.#quietly(() => {
      let event: DebugEvent
      try {
        event = answer()
      } catch (error) {
        if (error instanceof Interrupted) throw error
        event = { kind: 'refused', request, reason: errorLine(error) }
      }
      this.#post(active, event)
    })
  }

  /** Runs code of cells, such as a `toString` or what an expression calls, without stepping through it. */
  #quietly(run: () => void): void {
    this.#evaluating = true
    try {
      run()
    } finally {
      this.#evaluating = false
    }
  }

  #post({ run, taken }: Active, event: DebugEvent): void {
    this.#services.post(run.number, taken, event)
  }
}

const firsts = new WeakMap<StepTable, Map<number, Stop>>()

/** The stop that a breakpoint on a line means: the first in the text. */
function firstOnLine(table: StepTable, line: number): Stop | undefined {
  let known = firsts.get(table)
  if (!known) {
    known = new Map<number, Stop>()
    firsts.set(table, known)
    for (const stop of table.stops) {
      const first = known.get(stop.line)
      if (!first || stop.column < first.column) known.set(stop.line, stop)
    }
  }
  return known.get(line)
}

function errorLine(error: unknown): string {
  return plainMessage(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
}
