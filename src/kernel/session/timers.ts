/** Timers that remember the cell that set them: for its output, its errors, and its end when it is stopped. */
import type { Run } from './run'

export interface Timers {
  readonly functions: TimerFunctions
  /** How many timers are set. */
  readonly waiting: () => number
  /** How many of them fire once. */
  readonly waitingOnce: () => number
}

/** What cells call. */
export interface TimerFunctions {
  readonly setTimeout: (callback: unknown, delay?: number, ...values: unknown[]) => number
  readonly clearTimeout: (timer: unknown) => void
  readonly setInterval: (callback: unknown, delay?: number, ...values: unknown[]) => number
  readonly clearInterval: (timer: unknown) => void
  readonly queueMicrotask: (callback: () => void) => void
}

/** What timers ask of the session. */
export interface TimerHost {
  /** The run whose code is on the stack. */
  readonly current: () => Run | undefined
  /** Executes a callback of a run: attributes what it shows, and reports what it throws. */
  readonly call: (run: Run | undefined, callback: () => unknown) => void
}

/** The platform's timers, wrapped. A callback that is no function is refused, where browsers would evaluate it as text. */
export function createTimers({ current, call }: TimerHost): Timers {
  const stops = new Map<number, () => void>()
  const onceOnly = new Set<number>()
  let last = 0
  const set =
    (once: boolean) =>
    (callback: unknown, delay = 0, ...values: unknown[]): number => {
      const callable = requireFunction(callback, once ? 'setTimeout' : 'setInterval')
      const run = current()
      const id = ++last
      const fire = () => {
        if (once) stop()
        call(run, () => callable(...values))
      }
      const timer = once ? setTimeout(fire, delay) : setInterval(fire, delay)
      const stop = () => {
        clearTimeout(timer)
        stops.delete(id)
        onceOnly.delete(id)
        run?.cleanups.delete(stop)
      }
      stops.set(id, stop)
      if (once) onceOnly.add(id)
      run?.cleanups.add(stop)
      return id
    }
  const clear = (timer: unknown) => stops.get(timer as number)?.()
  const functions: TimerFunctions = {
    setTimeout: set(true),
    setInterval: set(false),
    clearTimeout: clear,
    clearInterval: clear,
    queueMicrotask: (callback) => {
      const callable = requireFunction(callback, 'queueMicrotask')
      const run = current()
      queueMicrotask(() => {
        if (!run?.stopped) call(run, callable)
      })
    },
  }
  return { functions, waiting: () => stops.size, waitingOnce: () => onceOnly.size }
}

function requireFunction(value: unknown, name: string): (...values: unknown[]) => unknown {
  if (typeof value !== 'function') throw new TypeError(`${name} needs a function to call.`)
  return value as (...values: unknown[]) => unknown
}
