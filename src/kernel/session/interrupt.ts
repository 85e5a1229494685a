/**
 * Stopping a cell without losing the session.
 *
 * Compiled code counts down at every loop back-edge and function entry; here the count ends in a look at the clock, and
 * every 250 ms in a synchronous look at the stop sign, which throws `Interrupted` out of the cell. A cell that waits
 * for a promise is ended by the driver's message instead, and its continuations throw as soon as they resume.
 */
import type { Host, Milestone, Path, Task, TaskOptions } from '../../tensor/host'
import type { Run } from './run'

/** How often the stop sign is looked at, in milliseconds. */
const LOOK_EVERY = 250

/** Thrown out of a cell that a person stopped. Compiled `catch` clauses let it through. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  constructor() {
    super('The cell was stopped.')
  }
}

/** Reads synchronously whether run number `run` is to stop. */
export type StopSign = (run: number) => boolean

/** The stop sign of threads that share memory: an integer, the number of the latest run to stop. */
export function sharedSign(buffer: SharedArrayBuffer): StopSign {
  const flag = new Int32Array(buffer)
  return (run) => Atomics.load(flag, 0) >= run
}

/**
 * The stop sign of a webview: an address that stops answering.
 *
 * @returns whether `url` has been revoked. Where synchronous requests do not work, that is always.
 */
export function revoked(url: string): boolean {
  try {
    const request = new XMLHttpRequest()
    // A blob is answered from memory; the query would be part of its name, so nothing is added against caches.
    request.open('GET', url, false)
    request.send()
    return request.status !== 200
  } catch {
    return true
  }
}

/** Knows which run the code on the stack belongs to, and ends runs. */
export class Interrupts implements Host {
  /** The run that is executing; undefined between runs. */
  executing: Run | undefined
  /** The run whose code is on the stack as far as one can tell: the executing one, or one that left a callback. */
  active: Run | undefined
  /** Called when code of a run begins to execute. */
  onEnter: (run: Run) => void = () => {}
  /** Called when the runtime's code has come to a milestone. */
  onMilestone: (milestone: () => Milestone) => void = () => {}
  /** Whether whoever hears of milestones steps from one to the next. */
  isWatching: () => boolean = () => false
  /** Hears which way a computation of a run takes. */
  onPath: (run: Run, path: Path) => void = () => {}

  readonly #find: (run: number) => Run | undefined
  readonly #always: StopSign
  #sign: StopSign
  #lastLook = 0
  #lastRun = 0

  /**
   * @param find gives a run by its number, or undefined when it is long over.
   * @param sign the stop sign that holds between runs too, where there is one.
   */
  constructor(find: (run: number) => Run | undefined, sign: StopSign = () => false) {
    this.#find = find
    this.#always = sign
    this.#sign = sign
  }

  /** The run that what happens now belongs to. */
  get current(): Run | undefined {
    return this.active ?? this.executing
  }

  begin(run: Run, sign: StopSign = this.#always): void {
    this.executing = run
    this.#lastRun = run.number
    this.#sign = sign
    this.#lastLook = performance.now()
    this.#switch(run)
  }

  finish(): void {
    this.executing = undefined
    this.#sign = this.#always
  }

  /** Throws when the code on the stack is to stop. */
  poll(): void {
    if (this.active?.stopped) throw new Interrupted()
    const now = performance.now()
    if (now - this.#lastLook < LOOK_EVERY) return
    this.#lastLook = now
    // Whatever is on the stack keeps the executing run from ending, or the next one from starting, even if it is a
    // callback of an earlier one.
    if (!this.#sign(this.executing?.number ?? this.#lastRun + 1)) return
    this.executing?.end(new Interrupted())
    // A callback of a finished cell that kept everyone waiting would be back with its timer.
    this.active?.end(new Interrupted())
    throw new Interrupted()
  }

  /** A task of the run whose code is on the stack. */
  beginTask(label: string, options: TaskOptions): Task {
    const run = this.current
    return run && !run.finished ? run.progress.begin(label, options) : { at() {}, end() {} }
  }

  async breathe(): Promise<void> {
    const token = this.token()
    await nextTurn()
    this.resumed(token, undefined)
    this.poll()
  }

  reached(milestone: () => Milestone): void {
    this.onMilestone(milestone)
  }

  watching(): boolean {
    return this.isWatching()
  }

  tellPath(path: Path): void {
    const run = this.current
    if (run && !run.finished) this.onPath(run, path)
  }

  /** The number of the run whose code is on the stack; 0 when there is none. */
  token(): number {
    return this.active?.number ?? 0
  }

  /** Continues the run of `token` after an `await`, or throws if it was stopped meanwhile. */
  resumed<T>(token: number, value: T): T {
    const run = this.#find(token)
    if (run?.stopped) throw new Interrupted()
    this.enter(run)
    return value
  }

  /** Names the run to which the code that now begins to execute belongs. */
  enter(run: Run | undefined): void {
    if (!run) return
    this.#switch(run)
    if (run === this.executing || !this.executing) return
    // What executes after this callback is the executing run's again, as far as one can tell.
    queueMicrotask(() => {
      if (this.active === run && this.executing) this.#switch(this.executing)
    })
  }

  #switch(run: Run): void {
    if (this.active === run) return
    this.active = run
    this.onEnter(run)
  }

  /** First statement of every `catch` in cells. */
  caught(error: unknown): unknown {
    if (error instanceof Interrupted) throw error
    if (this.active?.stopped) throw new Interrupted()
    return error
  }
}

/** The counter of one run's compiled code: how many loop turns pass between two looks at the clock. */
export class Budget {
  static readonly most = 64
  #step = 8
  #last = 0

  /** The next count, so that the clock is read about every few milliseconds however slow one loop turn is. */
  renew(): number {
    const now = performance.now()
    const elapsed = now - this.#last
    this.#last = now
    if (elapsed > 20) this.#step >>= 2
    else if (elapsed < 5) this.#step = Math.min(Budget.most, 2 * this.#step + 1)
    return this.#step
  }
}

const channel = typeof MessageChannel === 'undefined' ? undefined : new MessageChannel()
const waiting: (() => void)[] = []
let lastTimerTurn = 0
if (channel) {
  channel.port1.onmessage = () => waiting.shift()?.()
  // Under Node an open port would keep the process alive.
  ;(channel.port1 as { unref?: () => void }).unref?.()
}

/** Resolves in a later task, so that messages (and every 50 ms timers) are handled before. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const now = performance.now()
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else if (channel && now - lastTimerTurn < 50) {
      waiting.push(resolve)
      channel.port2.postMessage(0)
    } else {
      lastTimerTurn = now
      setTimeout(resolve, 0)
    }
  })
}
