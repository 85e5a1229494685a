/**
 * A pool of plain workers that share work with this thread.
 *
 * They have memories of their own and hear of everything by messages, so nothing is asked of the page or process that they
 * live in. This thread does parts as well: it begins at once, while workers still start, and finishes what a worker that
 * failed has left. So a pool without a single worker works too.
 */
import { Job } from './job'
import { Member } from './member'
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

export class WorkerPool<W extends Works> {
  readonly #settings: PoolSettings<W>
  #members: Member[] = []
  #lastJob = 0
  #open = 0
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

  /** Begins work that is to be done in parts, for as long as `close` has not been called. @param setup what all parts share. */
  open<N extends keyof W & string>(work: N, setup: SetupOf<W[N]>): Job<PartOf<W[N]>, ResultOf<W[N]>> {
    const { works, kernels } = this.#settings
    this.#gather()
    this.#open++
    return new Job(
      { number: ++this.#lastJob, work, does: works[work]!, setup, kernels },
      () => this.#members,
      () => {
        this.#open--
        this.#endLater()
      },
    )
  }

  /** Ends all workers; what is going on is finished by this thread, and work that is begun later starts new ones. */
  dispose(): void {
    clearTimeout(this.#ending)
    for (const member of this.#members.splice(0)) member.end()
  }

  /** Starts the workers that are not there. */
  #gather(): void {
    clearTimeout(this.#ending)
    while (this.#members.length < this.workers) {
      try {
        const member = new Member(this.#settings.start(), this.#settings.kernels, (reason) =>
          this.#lost(member, reason),
        )
        this.#members.push(member)
      } catch (error) {
        this.#problem = `A worker could not be started: ${error instanceof Error ? error.message : String(error)}.`
      }
    }
  }

  #lost(member: Member, reason: string): void {
    this.#members = this.#members.filter((other) => other !== member)
    this.#problem ??= reason
  }

  #endLater(): void {
    if (this.#open > 0) return
    this.#ending = setTimeout(() => this.dispose(), this.#settings.idle)
    // Node's timers keep a process alive unless told otherwise.
    ;(this.#ending as { unref?(): void }).unref?.()
  }
}
