/** One worker of a pool, and what it has been given to do. */
import type { Job } from './job'
import type { PoolMessage, WorkerMessage } from './messages'
import type { WorkerLink } from './pool'

/** Parts that it has at a time, so that it goes on while the thread that gives them is busy. */
const AHEAD = 2

/** What parts and results are is between the job and its work. */
type AnyJob = Pick<Job<unknown, unknown>, 'settings' | 'next' | 'done' | 'left'>

export class Member {
  readonly #link: WorkerLink
  readonly #jobs = new Map<number, { readonly job: AnyJob; readonly given: Set<number> }>()
  #ready = false

  /** @param lost told with why when it has ended by itself. */
  constructor(link: WorkerLink, kernels: WebAssembly.Module, lost: (reason: string) => void) {
    this.#link = link
    link.onMessage((message) => this.#receive(message as WorkerMessage))
    link.onEnd((reason) => {
      lost(reason)
      this.#giveUp()
    })
    this.#post({ type: 'start', kernels })
  }

  /** Has it take parts of a job, as soon as it is there. */
  help(job: AnyJob): void {
    const { number, work, setup } = job.settings
    if (!this.#jobs.has(number)) {
      this.#jobs.set(number, { job, given: new Set() })
      this.#link.awaited(true)
      this.#post({ type: 'open', job: number, work, setup })
    }
    if (this.#ready) this.#feed(number)
  }

  /** The job is over for it, with or without what it has been given. */
  leave({ settings: { number } }: AnyJob): void {
    if (!this.#jobs.delete(number)) return
    this.#post({ type: 'close', job: number })
    if (!this.#jobs.size) this.#link.awaited(false)
  }

  end(): void {
    this.#link.end()
    this.#giveUp()
  }

  #receive(message: WorkerMessage): void {
    switch (message.type) {
      case 'ready':
        this.#ready = true
        for (const number of this.#jobs.keys()) this.#feed(number)
        break
      case 'done':
        this.#take(message.job, message.index)?.done(message.index, message.result)
        this.#feed(message.job)
        break
      case 'failed':
        this.#take(message.job, message.index)?.left([message.index])
        this.#feed(message.job)
        break
    }
  }

  /** @returns the job that the part belongs to, unless that is over. */
  #take(number: number, index: number): AnyJob | undefined {
    const helped = this.#jobs.get(number)
    helped?.given.delete(index)
    return helped?.job
  }

  /** Gives it more to do. */
  #feed(number: number): void {
    const helped = this.#jobs.get(number)
    if (!helped) return
    while (helped.given.size < AHEAD) {
      const next = helped.job.next()
      if (!next) return
      helped.given.add(next.index)
      this.#post({ type: 'part', job: number, ...next })
    }
  }

  /** Leaves to others what it had. */
  #giveUp(): void {
    const helped = [...this.#jobs.values()]
    this.#jobs.clear()
    for (const { job, given } of helped) job.left(given)
  }

  #post(message: PoolMessage): void {
    this.#link.post(message)
  }
}
