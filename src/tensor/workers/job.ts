/** Work that is done in parts, by the workers of a pool and by this thread. */
import { breathe, poll } from '../host'
import { Bench } from './bench'
import type { Member } from './member'
import { nextTurn } from './turn'
import type { Work } from './work'

export interface JobSettings {
  readonly number: number
  /** The work's name, by which workers know it. */
  readonly work: string
  // A pool's methods bring the types back.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly does: Work<any, any, any>
  readonly setup: unknown
  readonly kernels: WebAssembly.Module
}

/** Milliseconds between looks at the stop sign. */
const LOOK_EVERY = 20

export class Job<Part, Result> {
  readonly settings: JobSettings
  readonly #members: () => readonly Member[]
  readonly #closed: () => void
  #parts: readonly Part[] = []
  /** The number of the first of these parts among all that the job ever had. */
  #base = 0
  #results: Result[] = []
  /** Parts that nobody has yet, and those that a worker could not do. */
  #waiting: number[] = []
  #left: number[] = []
  #missing = 0
  #arrived = Promise.withResolvers<void>()
  #doHere: ((part: Part) => Result) | undefined

  /** @param members who helps, as it changes. @param closed told when the job is over. */
  constructor(settings: JobSettings, members: () => readonly Member[], closed: () => void) {
    this.settings = settings
    this.#members = members
    this.#closed = closed
  }

  /**
   * Does these parts, and returns when all are done.
   *
   * @returns the results, in the order of the parts.
   * @throws the session's interrupt, and whatever a part throws that fails here as well.
   */
  async run(parts: readonly Part[]): Promise<Result[]> {
    this.#base += this.#parts.length
    this.#parts = parts
    this.#results = new Array<Result>(parts.length)
    this.#waiting = [...parts.keys()]
    this.#left = []
    this.#missing = parts.length
    // With one part there is nothing to share.
    if (parts.length > 1) for (const member of this.#members()) member.help(this)
    let looked = performance.now()
    while (this.#missing > 0) {
      const index = this.#left.shift() ?? this.#waiting.shift()
      if (index !== undefined) {
        this.#results[index] = this.#here(parts[index]!)
        this.#missing--
        await nextTurn()
      } else {
        await Promise.race([this.#arrived.promise, pause(LOOK_EVERY)])
        this.#arrived = Promise.withResolvers()
      }
      if (performance.now() - looked < LOOK_EVERY) continue
      poll()
      await breathe()
      looked = performance.now()
    }
    return this.#results
  }

  /** The job is over, and what is still being done for it is for nothing. */
  close(): void {
    this.#parts = []
    this.#waiting = []
    this.#base = Infinity
    for (const member of this.#members()) member.leave(this)
    this.#closed()
  }

  /** For a worker: the next part that nobody has, with its number. */
  next(): { readonly index: number; readonly part: unknown } | undefined {
    const index = this.#waiting.shift()
    return index === undefined ? undefined : { index: this.#base + index, part: this.#parts[index] }
  }

  /** For a worker: a part is done. */
  done(number: number, result: unknown): void {
    const index = number - this.#base
    if (!(index >= 0)) return
    this.#results[index] = result as Result
    this.#missing--
    this.#arrived.resolve()
  }

  /** For a worker: parts that it could not do are done here, where an error has its stack, and a worker's own trouble is none. */
  left(numbers: Iterable<number>): void {
    for (const number of numbers) if (number >= this.#base) this.#left.push(number - this.#base)
    this.#arrived.resolve()
  }

  #here(part: Part): Result {
    const { does, setup, kernels } = this.settings
    this.#doHere ??= does(new Bench(kernels), setup) as (part: Part) => Result
    return this.#doHere(part)
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
