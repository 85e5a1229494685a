/** What grading works on: an assignment made of a master notebook, and submissions. */
import type { Data } from '../../kernel/grading/data'
import type { DataJudge } from '../../kernel/grading/dataJudges'
import type { Notebook } from '../../notebook'
import type { AssignmentSummary } from './result'
import type { Sandbox } from './sandbox'

/** One `test` of the master, as its own run recorded it. Only the supervisor holds it. */
export interface RecordedTest {
  /** Among the tests of its cell, from 0. */
  readonly index: number
  readonly name: string
  /** Between the marks of hidden tests: students never saw it. */
  readonly hidden: boolean
  /** Of its cell's points. */
  readonly points: number
  /** What `run` is called with, one call each; one `undefined` where the test gives nothing. */
  readonly given: readonly Data[]
  /** How often each call is made, with other random numbers each time. */
  readonly seeds: number
  /** For each seed, one for each given. */
  readonly expected: readonly (readonly DataJudge[])[]
  /** What the student reads where it fails. */
  readonly otherwise?: string
}

/** A master notebook, read and run once: see `openAssignment`. */
export interface Assignment {
  readonly path: string
  readonly notebook: Notebook
  /** SHA-256 of the file, in hexadecimal. */
  readonly hash: string
  readonly seed: number
  readonly summary: AssignmentSummary
  /** By the id of the cell that they stand in. */
  readonly tests: ReadonlyMap<string, readonly RecordedTest[]>
}

/** A file that was handed in. Nothing about it is trusted. */
export interface Submission {
  /** Unique in its batch. */
  readonly name: string
  /** Whose it is, as the name of the file or folder says. */
  readonly student: string
  readonly path: string
}

export interface GradeOptions {
  readonly sandbox: Sandbox
  /** Seconds for the whole submission, from start to end. */
  readonly timeout: number
  /** Seconds for one cell, or one call of a test. */
  readonly cellTimeout: number
  /** MiB for everything in the sandbox. */
  readonly memory: number
  /** Aborted: the runner is killed, and the promise rejects. */
  readonly signal?: AbortSignal
}
