/** Another thread that shares memory with this one and does a part of the same work at the same time. */
import { ASKED, ATTENDS, changes, CONTROL_BYTES, DONE, GONE } from './duty'
import type { PoolMessage } from './messages'
import type { WorkerLink } from './pool'

/** So many times in a row it may come too late: then the machine has no processor for it, */
const PATIENCE = 3
/** and it is left alone for so many requests. */
const REST = 100

export class Partner {
  /** What both see. */
  readonly data: SharedArrayBuffer
  readonly #link: WorkerLink
  readonly #call: PoolMessage
  readonly #control: Int32Array
  #asked = 0
  #late = 0
  #rest = 0
  #over = false

  /**
   * @param duty what it does, by the name that its program knows it by. @param bytes of the memory that both see.
   * @param lost told with why when it has ended by itself.
   */
  constructor(
    link: WorkerLink,
    kernels: WebAssembly.Module,
    duty: string,
    setup: unknown,
    bytes: number,
    lost: (reason: string) => void,
  ) {
    this.#link = link
    this.data = new SharedArrayBuffer(Math.ceil(bytes / 8) * 8)
    const control = new SharedArrayBuffer(CONTROL_BYTES)
    this.#control = new Int32Array(control)
    this.#call = { type: 'attend', duty, setup, control, data: this.data }
    link.onEnd((reason) => {
      this.#over = true
      lost(reason)
    })
    link.post({ type: 'start', kernels } satisfies PoolMessage)
    link.post(this.#call)
  }

  /** Whether it waits for something to do: then its memory is this thread's. Calls it back where it has gone. */
  get free(): boolean {
    const control = this.#control
    if (this.#over || (this.#rest > 0 && this.#rest-- > 0)) return false
    if (Atomics.load(control, ASKED) === GONE) {
      this.#asked = 0
      // Until it is back, it is not asked again whether it is.
      Atomics.store(control, ASKED, 0)
      this.#link.post(this.#call)
      return false
    }
    return Atomics.load(control, ATTENDS) === 1 && Atomics.load(control, DONE) === this.#asked
  }

  /** Asks it to begin, where it is free. @returns false where it has just gone. */
  ask(): boolean {
    const next = this.#asked + 1
    if (Atomics.compareExchange(this.#control, ASKED, this.#asked, next) !== this.#asked) return false
    this.#asked = next
    Atomics.notify(this.#control, ASKED)
    return true
  }

  /** Waits until it is done. @returns false where it is not within so many milliseconds; then its memory is its own until it is. */
  finish(milliseconds: number): boolean {
    const end = performance.now() + milliseconds
    for (;;) {
      const done = Atomics.load(this.#control, DONE)
      if (done === this.#asked) break
      const left = end - performance.now()
      if (left <= 0) {
        if (++this.#late >= PATIENCE) this.#rest = REST
        return false
      }
      changes(this.#control, DONE, done, left)
    }
    this.#late = 0
    return true
  }

  end(): void {
    this.#over = true
    this.#link.end()
  }
}
