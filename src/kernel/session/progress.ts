/**
 * How far one run is: tasks, each within the one that was going on when it began. What is over within half a second is never
 * told, and what goes on is told a few times a second.
 */
import type { TaskState } from '../../renderers/controls'
import type { Task, TaskOptions } from '../../tensor'

/** A task that is over before is nobody's concern, in milliseconds. */
const SHOWN_AFTER = 500
/** The shortest time between two tellings. */
const PACE = 200
/** The rate is that of the last few seconds, of between one and two of these spans. */
const SPAN = 2000

interface Mark {
  readonly time: number
  readonly done: number
}

class RunningTask {
  readonly label: string
  readonly options: TaskOptions
  readonly began: number
  done = 0
  value: (() => string) | undefined
  #older: Mark
  #newer: Mark

  constructor(label: string, options: TaskOptions, now: number) {
    this.label = label
    this.options = options
    this.began = now
    this.#older = this.#newer = { time: now, done: 0 }
  }

  advance(done: number, now: number): void {
    this.done = done
    if (now - this.#newer.time < SPAN) return
    this.#older = this.#newer
    this.#newer = { time: now, done }
  }

  state(now: number): TaskState {
    const { label, done, value, options } = this
    const seconds = (now - this.#older.time) / 1000
    const rate = (done - this.#older.done) / seconds
    // Steps that come in other numbers than were announced, as adaptive ones do, are counted only.
    const total = options.total !== undefined && done <= options.total ? options.total : undefined
    return {
      label,
      done,
      ...(total !== undefined && { total }),
      ...(rate > 0 &&
        Number.isFinite(rate) && {
          rate,
          ...(total !== undefined && { secondsLeft: (total - done) / rate }),
        }),
      ...(value && { value: value() }),
      ...(options.drawn && { drawn: true }),
    }
  }
}

export class RunProgress {
  readonly #tell: (tasks: readonly TaskState[]) => void
  readonly #now: () => number
  readonly #tasks: RunningTask[] = []
  #told = 0
  #lastTold = -Infinity

  /** @param tell hears of all tasks that go on, outermost first; of none when the last has ended. */
  constructor(tell: (tasks: readonly TaskState[]) => void, now: () => number = () => performance.now()) {
    this.#tell = tell
    this.#now = now
  }

  begin(label: string, options: TaskOptions = {}): Task {
    const task = new RunningTask(label, options, this.#now())
    this.#tasks.push(task)
    return {
      at: (done, value) => {
        const now = this.#now()
        task.advance(done, now)
        task.value = value
        if (now - this.#lastTold >= PACE) this.#report(now)
      },
      end: () => {
        const place = this.#tasks.indexOf(task)
        if (place < 0) return
        this.#tasks.splice(place, 1)
        if (place < this.#told) this.#report(this.#now())
      },
    }
  }

  /** The run is over, and all its tasks. */
  end(): void {
    this.#tasks.length = 0
    if (this.#told) this.#report(this.#now())
  }

  #report(now: number): void {
    // A short task within a long one would only flicker.
    const long = this.#tasks.filter((task) => now - task.began >= SHOWN_AFTER)
    if (!long.length && !this.#told) return
    this.#lastTold = now
    this.#told = long.length
    this.#tell(long.map((task) => task.state(now)))
  }
}
