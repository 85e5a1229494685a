import type { CompiledCell } from '../cell'
import type { Panel } from './controls'
import type { RunOutput } from './output'
import { RunProgress } from './progress'
import type { Region } from './region'

/** One execution of one cell, from its start until nothing refers to it any more. */
export class Run {
  readonly number: number
  readonly cell: CompiledCell
  readonly count: number
  readonly output: RunOutput
  readonly progress: RunProgress
  /** Stopped by a person, or given up after an error: its continuations must not go on. */
  stopped = false
  /** Its `finished` message has been sent; what comes now is late. */
  finished = false
  /** Whether the cell's own code has come to its end. */
  drained = true
  /** Undoes what the run left waiting, such as timers; called when it is stopped. */
  readonly cleanups = new Set<() => void>()
  /** What is to be done when the cell's own code has come to its end, one after another: its tests. */
  readonly atEnd: (() => Promise<void>)[] = []
  /** Pictures whose data is still on its way from the device. */
  readonly pending = new Set<Promise<unknown>>()
  /** Rejects when the run is to end before its code does. */
  readonly ended: Promise<never>
  /** The live picture that is being computed, which what is shown and printed belongs to. */
  region: Region | undefined
  /** The panel that a control declared next would be shown in. */
  panel: Panel | undefined
  readonly #reject: (reason: unknown) => void

  constructor(
    number: number,
    cell: CompiledCell,
    count: number,
    output: RunOutput,
    progress: RunProgress = new RunProgress(() => {}),
  ) {
    this.number = number
    this.cell = cell
    this.count = count
    this.output = output
    this.progress = progress
    const { promise, reject } = Promise.withResolvers<never>()
    promise.catch(() => {})
    this.ended = promise
    this.#reject = reject
  }

  /** Ends the run with `reason`; later calls change nothing. */
  end(reason: unknown): void {
    this.stopped = true
    for (const cleanup of this.cleanups) cleanup()
    this.cleanups.clear()
    this.#reject(reason)
  }
}
