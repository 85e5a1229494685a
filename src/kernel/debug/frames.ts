/** Calls of cell functions that are stepped through, as the calls themselves tell. */
import type { Access, CallFrame, SteppedFunction, Stop, StepTable } from '../cell'
import type { Run } from '../session/run'

/** Who is told what happens in a frame. */
export interface Watcher {
  /** The frame has come to its stop; `before` is the one that it was at. Returns when the cell may go on. */
  reached(frame: Frame, before: Stop | undefined): void
  /** An error is about to leave the frame. */
  failed(frame: Frame, error: unknown): void
  /** The frame's code goes on after waiting. */
  resumed(frame: Frame): void
  /** The frame's code will not go on for now, or ever. */
  left(frame: Frame): void
}

export class Frame implements CallFrame {
  readonly run: Run
  readonly table: StepTable
  readonly function: SteppedFunction
  /** The frame whose code called this one, or waits for it as far as one can tell. */
  caller: Frame | undefined
  /** Where it is; undefined while its parameters are filled. */
  stop: Stop | undefined
  access: Access | undefined
  state: 'runs' | 'waits' | 'yielded' | 'over' = 'runs'
  readonly #watcher: Watcher

  constructor(watcher: Watcher, run: Run, table: StepTable, index: number, caller: Frame | undefined) {
    this.#watcher = watcher
    this.run = run
    this.table = table
    this.function = table.functions[index]!
    this.caller = caller
  }

  at(index: number, access: Access): void {
    const before = this.stop
    this.stop = this.table.stops[index]!
    this.access = access
    this.#watcher.reached(this, before)
  }

  waits<T>(value: T): T {
    this.#leave('waits')
    return value
  }

  yields<T>(value: T): T {
    this.#leave('yielded')
    return value
  }

  resumes<T>(value: T): T {
    this.#watcher.resumed(this)
    this.state = 'runs'
    return value
  }

  fails(error: unknown): unknown {
    this.#watcher.failed(this, error)
    return error
  }

  ends(): void {
    this.#leave('over')
  }

  #leave(state: Frame['state']): void {
    this.state = state
    this.#watcher.left(this)
  }
}

/** A frame, and those that called it. */
export function* withCallers(frame: Frame | undefined): Generator<Frame> {
  for (let at = frame; at; at = at.caller) yield at
}

/** A call that nobody follows. */
export const UNWATCHED: CallFrame = {
  at() {},
  waits: (value) => value,
  yields: (value) => value,
  resumes: (value) => value,
  fails: (error) => error,
  ends() {},
}
