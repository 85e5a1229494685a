/** What grading works on: an assignment made of a master notebook, and submissions. */
import type { DataJudge } from '../../kernel/grading/dataJudges'
import type { Data } from '../../kernel/grading/data'
import type { Encoded } from '../../kernel/grading/encode'
import type { Notebook } from '../../notebook'
import type { CodeCache } from './codeCache'
import type { AssignmentSummary } from './result'
import type { Sandbox } from './sandbox'

/** One `test` of the master, as its own run recorded it. Only the grader holds it. */
export interface RecordedTest {
  readonly name: string
  /** Between the marks of hidden tests: students never saw it. */
  readonly hidden: boolean
  /** Of its cell's points. */
  readonly points: number
  /** What `run` is called with, one call each; one `undefined` where the test gives nothing. */
  readonly given: readonly Encoded[]
  /** How often each call is made, with other random numbers each time. */
  readonly seeds: number
  /** For each seed, one for each given. */
  readonly expected: readonly (readonly DataJudge[])[]
  /** What the student reads where it fails. */
  readonly otherwise?: string
}

/** A test cell of the master. */
export interface TestCell {
  /** TypeScript that runs beside a student's code. */
  readonly collecting: string
  readonly tests: readonly RecordedTest[]
  /** Ids of the answers that it needs. */
  readonly answers: readonly string[]
}

/** A master notebook, read and run once: see `openAssignment`. */
export interface Assignment {
  readonly path: string
  readonly notebook: Notebook
  /** SHA-256 of the file, in hexadecimal. */
  readonly hash: string
  readonly seed: number
  readonly summary: AssignmentSummary
  /** By the id of the cell. */
  readonly testCells: ReadonlyMap<string, TestCell>
  /** Names that the master's solutions declare or assign. */
  readonly answerNames: readonly string[]
  readonly codeCache: CodeCache
  /** Whether data meets a predicate of the master's judges. */
  holds(predicate: number, returned: Data): Promise<boolean>
  /** Ends what still runs of it, and clears away what it keeps. */
  close(): Promise<void>
}

/** A file that was handed in. Nothing about it is trusted. */
export interface Submission {
  /** Unique in its batch. */
  readonly name: string
  /** Whose it is, as the name of the file or folder says. */
  readonly student: string
  readonly path: string
  /** Why there is nothing to grade, where that shows before the file is opened. */
  readonly problem?: string
}

/** How submissions are run. All but the sandbox decides results, and so is part of their keys. */
export interface GradeOptions {
  readonly sandbox: Sandbox
  /** Seconds for the whole submission, from start to end. */
  readonly timeout: number
  /** Seconds for one cell, or one call of a test. */
  readonly cellTimeout: number
  /** MiB for everything in the sandbox. */
  readonly memory: number
  /** Threads of one submission's kernel. Default 1. Results are the same for any number. */
  readonly threads?: number
  /** Aborted: the runner is killed, and the promise rejects. */
  readonly signal?: AbortSignal
}
