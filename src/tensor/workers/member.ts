/** One worker of a pool, and what it has been given to do. */
import type { PoolMessage, WorkerMessage } from './messages'
import type { WorkerLink } from './pool'

/** A job, as its workers see it. */
export interface Assignment {
  readonly job: number
  /** The next part that nobody has. */
  next(): { readonly index: number; readonly part: unknown } | undefined
  done(index: number, result: unknown): void
  /** These parts were given to a worker that could not do them. */
  left(indices: readonly number[]): void
}

export class Member {
  readonly #link: WorkerLink
  readonly #ahead: number
  readonly #jobs = new Map<number, { readonly assignment: Assignment; readonly given: Set<number> }>()
  #ready = false

  /** @param ahead how many parts it has at a time. @param lost told with why when it has ended by itself. */
  constructor(link: WorkerLink, kernels: WebAssembly.Module, ahead: number, lost: (reason: string) => void) {
    this.#link = link
    this.#ahead = ahead
    link.onMessage((message) => this.#receive(message as WorkerMessage))
    link.onEnd((reason) => {
      lost(reason)
      this.#leave()
    })
    this.#post({ type: 'start', kernels })
  }

  /** Has it take part in a job, as soon as it is there. */
  open(assignment: Assignment, work: string, setup: unknown): void {
    const { job } = assignment
    this.#jobs.set(job, { assignment, given: new Set() })
    this.#link.awaited(true)
    this.#post({ type: 'open', job, work, setup })
    if (this.#ready) this.#feed(job)
  }

  /** The job is over for it, with or without what it has been given. */
  close(job: number): void {
    if (!this.#jobs.delete(job)) return
    this.#post({ type: 'close', job })
    if (!this.#jobs.size) this.#link.awaited(false)
  }

  end(): void {
    this.#link.end()
    this.#leave()
  }

  #receive(message: WorkerMessage): void {
    switch (message.type) {
      case 'ready':
        this.#ready = true
        for (const job of this.#jobs.keys()) this.#feed(job)
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
  #take(job: number, index: number): Assignment | undefined {
    const open = this.#jobs.get(job)
    open?.given.delete(index)
    return open?.assignment
  }

  /** Gives it more to do. */
  #feed(job: number): void {
    const open = this.#jobs.get(job)
    if (!open) return
    while (open.given.size < this.#ahead) {
      const next = open.assignment.next()
      if (!next) return
      open.given.add(next.index)
      this.#post({ type: 'part', job, ...next })
    }
  }

  /** Leaves to others what it had. */
  #leave(): void {
    const jobs = [...this.#jobs.values()]
    this.#jobs.clear()
    for (const { assignment, given } of jobs) assignment.left([...given])
  }

  #post(message: PoolMessage): void {
    this.#link.post(message)
  }
}
