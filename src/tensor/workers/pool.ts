/**
 * A pool of plain workers that share work with this thread.
 *
 * They have memories of their own and hear of everything by messages, so nothing is asked of the page or process that they
 * live in. This thread does parts as well: it begins at once, while workers still start, and finishes what a worker that
 * failed has left. So a pool without a single worker works too.
 */
import { breathe, poll } from '../host'
import { Bench } from './bench'
import { Member, type Assignment } from './member'
import type { PartOf, ResultOf, SetupOf, Works } from './work'

/** A worker, as whoever can start one shows it. */
export interface WorkerLink {
  post(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** Told once, with why, when it has ended by itself or could not start. */
  onEnd(listener: (reason: string) => void): void
  /** Whether somebody waits for it: a worker that nobody waits for keeps no process alive. */
  awaited(yes: boolean): void
  end(): void
}

export interface PoolSettings<W extends Works> {
  /** How many workers there are at most, beside this thread. */
  readonly workers: number
  /** Starts one; may throw. */
  readonly start: () => WorkerLink
  /** What they can do, the same as their program. */
  readonly works: W
  readonly kernels: WebAssembly.Module
  /** How long workers wait for more before they are ended, in milliseconds. */
  readonly idle: number
}

/** Parts that a worker has at a time, so that it goes on while this thread is busy. */
const AHEAD = 2
/** Milliseconds between looks at the stop sign while workers do what is left. */
const LOOK_EVERY = 20

export class WorkerPool<W extends Works> {
  readonly #settings: PoolSettings<W>
  #members: Member[] = []
  #lastJob = 0
  #running = 0
  #ending: ReturnType<typeof setTimeout> | undefined
  #problem: string | undefined

  constructor(settings: PoolSettings<W>) {
    this.#settings = settings
  }

  /** Workers that are there now. */
  get size(): number {
    return this.#members.length
  }

  /** How many workers work is shared with. After one has failed, which may be the machine's doing, no more are started. */
  get workers(): number {
    return this.#problem === undefined ? this.#settings.workers : this.size
  }

  /** Why work is shared with fewer than that, in a sentence, where it is. */
  get problem(): string | undefined {
    return this.#problem
  }

  /**
   * Does all parts of a work, here and in workers, and tells of each that is done by `done`.
   *
   * @returns the results, in the order of the parts.
   * @throws the session's interrupt, and whatever a part throws that fails here as well.
   */
  async run<N extends keyof W & string>(
    work: N,
    setup: SetupOf<W[N]>,
    parts: readonly PartOf<W[N]>[],
    done: (count: number) => void = () => {},
  ): Promise<ResultOf<W[N]>[]> {
    const results = new Array<ResultOf<W[N]>>(parts.length)
    const waiting = [...parts.keys()]
    // What a worker could not do is done here, where an error has its stack and a worker's own trouble is none.
    const left: number[] = []
    let missing = parts.length
    let arrived = Promise.withResolvers<void>()
    const finish = (index: number, result: unknown) => {
      results[index] = result as ResultOf<W[N]>
      missing--
      done(parts.length - missing)
    }
    const job = ++this.#lastJob
    const assignment: Assignment = {
      job,
      next: () => {
        const index = waiting.shift()
        return index === undefined ? undefined : { index, part: parts[index] }
      },
      done: (index, result) => {
        finish(index, result)
        arrived.resolve()
      },
      left: (indices) => {
        left.push(...indices)
        arrived.resolve()
      },
    }

    // With one part there is nothing to share.
    const helpers = parts.length > 1 ? this.#gather() : []
    this.#running++
    let doHere: ((part: unknown) => unknown) | undefined
    try {
      for (const helper of helpers) helper.open(assignment, work, setup)
      while (missing > 0) {
        poll()
        const index = left.shift() ?? waiting.shift()
        if (index !== undefined) {
          doHere ??= this.#settings.works[work]!(new Bench(this.#settings.kernels), setup)
          finish(index, doHere(parts[index]))
        } else {
          await Promise.race([arrived.promise, pause(LOOK_EVERY)])
          arrived = Promise.withResolvers()
        }
        await breathe()
      }
      return results
    } finally {
      for (const helper of helpers) helper.close(job)
      this.#running--
      this.#endLater()
    }
  }

  /** Ends all workers; what is running is finished by this thread, and later work starts new ones. */
  dispose(): void {
    clearTimeout(this.#ending)
    for (const member of this.#members.splice(0)) member.end()
  }

  /** The workers, started if need be. */
  #gather(): readonly Member[] {
    clearTimeout(this.#ending)
    while (this.#members.length < this.workers) {
      try {
        const member = new Member(this.#settings.start(), this.#settings.kernels, AHEAD, (reason) =>
          this.#lost(member, reason),
        )
        this.#members.push(member)
      } catch (error) {
        this.#problem = `A worker could not be started: ${error instanceof Error ? error.message : String(error)}`
      }
    }
    return [...this.#members]
  }

  #lost(member: Member, reason: string): void {
    this.#members = this.#members.filter((other) => other !== member)
    this.#problem ??= reason
  }

  #endLater(): void {
    if (this.#running > 0) return
    this.#ending = setTimeout(() => this.dispose(), this.#settings.idle)
    // Node's timers keep a process alive unless told otherwise.
    ;(this.#ending as { unref?(): void }).unref?.()
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
