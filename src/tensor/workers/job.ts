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
/** Milliseconds without news from workers after which this thread does what they have been given. */
const PATIENCE = 10

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
  /** Parts that workers have. */
  readonly #given = new Set<number>()
  readonly #finished = new Set<number>()
  #arrived = Promise.withResolvers<boolean>()
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
    this.#given.clear()
    this.#finished.clear()
    // With one part there is nothing to share.
    if (parts.length > 1) for (const member of this.#members()) member.help(this)
    let looked = performance.now()
    let waited = false
    while (this.#finished.size < parts.length) {
      // On a busy machine a worker may not have had a processor for a while: then it is overtaken.
      const index = this.#left.shift() ?? this.#waiting.shift() ?? (waited ? this.#oldest() : undefined)
      waited = false
      if (index !== undefined) {
        this.#finish(index, this.#here(parts[index]!))
        await nextTurn()
      } else {
        waited = await Promise.race([this.#arrived.promise, pause(PATIENCE)])
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
    if (index === undefined) return undefined
    this.#given.add(index)
    return { index: this.#base + index, part: this.#parts[index] }
  }

  /** For a worker: a part is done. */
  done(number: number, result: unknown): void {
    const index = number - this.#base
    if (!(index >= 0)) return
    this.#finish(index, result as Result)
    this.#arrived.resolve(false)
  }

  /** For a worker: parts that it could not do are done here, where an error has its stack, and a worker's own trouble is none. */
  left(numbers: Iterable<number>): void {
    for (const number of numbers) {
      const index = number - this.#base
      if (index >= 0 && this.#given.delete(index)) this.#left.push(index)
    }
    this.#arrived.resolve(false)
  }

  #finish(index: number, result: Result): void {
    this.#given.delete(index)
    if (!this.#finished.has(index)) this.#results[index] = result
    this.#finished.add(index)
  }

  /** The part that a worker has had for longest. */
  #oldest(): number | undefined {
    for (const index of this.#given) return index
    return undefined
  }

  #here(part: Part): Result {
    const { does, setup, kernels } = this.settings
    this.#doHere ??= does(new Bench(kernels), setup) as (part: Part) => Result
    return this.#doHere(part)
  }
}

/** Resolves with true, after some time. */
function pause(milliseconds: number): Promise<true> {
  return new Promise((resolve) => setTimeout(() => resolve(true), milliseconds))
}
