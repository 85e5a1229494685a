/**
 * Duties: what another thread does again and again on memory that both threads see, while this one waits for it.
 *
 * A message takes longer than half a training step gains. So the other thread looks at shared memory for what it is asked, for
 * a moment by looking again and again, and then asleep. After some time without anything to do it goes back to its messages.
 */

/** Made once with what does not change; what comes back is called whenever there is something to do in `data`. */
export type Duty<Setup> = (kernels: WebAssembly.Module, setup: Setup, data: SharedArrayBuffer) => () => void

// Whatever a duty is set up with; who asks for it knows.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Duties = Readonly<Record<string, Duty<any>>>

/** Places in the control words: whether it attends, the number of the last request, and of the last that is done. */
export const ATTENDS = 0
export const ASKED = 1
export const DONE = 2
/** In the place of the last request: it has gone back to its messages. */
export const GONE = -1
export const CONTROL_BYTES = 16

/** How often a thread looks before it falls asleep: about as long as what comes between two training steps. */
const LOOKS = 20_000
/** Milliseconds for which it sleeps at most. */
const PATIENCE = 2000

/** Attends to requests until none has come for some time. */
export function attend(control: Int32Array, work: () => void): void {
  let seen = 0
  Atomics.store(control, ASKED, 0)
  Atomics.store(control, DONE, 0)
  Atomics.store(control, ATTENDS, 1)
  for (;;) {
    if (!changes(control, ASKED, seen, PATIENCE)) {
      Atomics.store(control, ATTENDS, 0)
      if (Atomics.compareExchange(control, ASKED, seen, GONE) === seen) return
      // A request has come just now.
      Atomics.store(control, ATTENDS, 1)
      continue
    }
    seen = Atomics.load(control, ASKED)
    work()
    Atomics.store(control, DONE, seen)
    Atomics.notify(control, DONE)
  }
}

/** Whether the number at a place becomes another than `from` within so many milliseconds. */
export function changes(control: Int32Array, place: number, from: number, milliseconds: number): boolean {
  for (let look = 0; look < LOOKS; look++) if (Atomics.load(control, place) !== from) return true
  Atomics.wait(control, place, from, milliseconds)
  return Atomics.load(control, place) !== from
}
