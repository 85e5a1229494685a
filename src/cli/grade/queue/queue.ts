/** A queue of grading tasks, as workers see it. Only names and hashes travel in it; texts and results lie in the store. */

export interface Task {
  /** Identifies the task and its result: of the batch, the submission and everything that decides the result. */
  readonly key: string
  readonly batch: string
}

/** A task that a worker holds. Its claim lapses where it is not renewed, and another worker takes the task. */
export interface Claim extends Task {
  readonly id: string
  /** How often it was taken before. */
  readonly attempt: number
}

export interface Counts {
  readonly batch: string
  readonly waiting: number
  readonly active: number
  /** Waiting to be tried again after a fault. */
  readonly retrying: number
  readonly done: number
  /** Given up after several faults. */
  readonly failed: number
}

export interface Failure extends Task {
  /** What the last attempt said. */
  readonly fault: string
}

export interface Queue {
  /** Adds tasks; one whose key is waiting or being worked on already is not added again. */
  add(tasks: readonly Task[], limits: Limits): Promise<void>
  /** The next task, if there is one. */
  take(): Promise<Claim | undefined>
  /** Keeps a claim. Call it more often than `Limits.heartbeat`. */
  renew(claim: Claim): Promise<void>
  /** The result is in the store. Does nothing where the claim has lapsed. */
  done(claim: Claim): Promise<void>
  /** Something broke that is no fault of the submission: the task is tried again, a few times. */
  fault(claim: Claim, message: string): Promise<void>
  /** One entry a batch. */
  counts(): Promise<Counts[]>
  failures(batch: string): Promise<Failure[]>
  close(): Promise<void>
}

export interface Limits {
  /** Seconds without a sign of life after which a worker is taken for dead; at least 10. */
  readonly heartbeat: number
  /** Seconds that one attempt may take at most. */
  readonly attempt: number
}
