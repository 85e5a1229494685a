/** Another thread that shares memory, and ones that only look like it. */
import { startThread } from '../../src/kernel/worker/workers.node'
import type { WorkerHost, WorkerLink } from '../../src/tensor'
import { ATTENDS, DONE } from '../../src/tensor/workers/duty'
import type { PoolMessage } from '../../src/tensor/workers/messages'

/** A machine of two processors, and how many requests the thread that was started last has done. */
export function twoProcessors(): { readonly host: WorkerHost; readonly done: () => number } {
  let control: Int32Array | undefined
  const noted = (link: WorkerLink): WorkerLink => ({
    ...link,
    post: (message) => {
      const told = message as PoolMessage
      if (told.type === 'attend') control = new Int32Array(told.control)
      link.post(message)
    },
  })
  return {
    host: { processors: 2, start: (program) => noted(startThread(program)) },
    done: () => (control ? Atomics.load(control, DONE) : 0),
  }
}

export interface IdleThread {
  readonly host: WorkerHost
  /** Whether it was asked to attend, and whether it was ended. */
  readonly attends: () => boolean
  readonly ended: () => boolean
  /** Lets it end by itself. */
  readonly end: (reason: string) => void
}

/** A thread that says it attends, and never does anything. */
export function idleThread(): IdleThread {
  let attends = false
  let ended = false
  let end: (reason: string) => void = () => undefined
  const link: WorkerLink = {
    post: (message) => {
      const told = message as PoolMessage
      if (told.type !== 'attend') return
      Atomics.store(new Int32Array(told.control), ATTENDS, 1)
      attends = true
    },
    onMessage() {},
    onEnd: (listener) => (end = listener),
    awaited() {},
    end: () => (ended = true),
  }
  return {
    host: { processors: 2, start: () => link },
    attends: () => attends,
    ended: () => ended,
    end: (reason) => end(reason),
  }
}

/** Lets messages and timers have their turn. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))
