/**
 * The result of grading one submission: what the grader writes, one line of JSON each, and every report reads.
 *
 * Members are added, never changed; a change of meaning is a new `schema`. Whatever a submission can influence (names,
 * reasons, evidence, outputs) is untrusted text, kept as it is: each reader escapes for its own format.
 */
import type { Json, JsonObject } from '../../notebook'

export const RESULT_SCHEMA = 1

/**
 * How a submission ended, the worst of its cells:
 *
 * - `passed`, `failed`: graded, with or without all points;
 * - `error`: the student's code threw where the tests needed it;
 * - `timeout`, `oom`, `killed`: its process was ended by the clock, by the memory limit, by something else;
 * - `tampered`: it did what no honest submission does, such as forging results;
 * - `needs-manual`: the automatic part is done, and a person must still give points;
 * - `ungradable`: there was nothing to grade: no notebook, or one that cannot be read.
 */
export const SUBMISSION_STATUSES = [
  'passed',
  'failed',
  'error',
  'timeout',
  'oom',
  'killed',
  'tampered',
  'needs-manual',
  'ungradable',
] as const
export type SubmissionStatus = (typeof SUBMISSION_STATUSES)[number]

/** As of a submission; a cell that earns nothing by itself (an answer that later cells test) passes where it ran. */
export const CELL_STATUSES = SUBMISSION_STATUSES.filter((status) => status !== 'ungradable')
export type CellStatus = Exclude<SubmissionStatus, 'ungradable'>

/** `missing`: no data came back; `malformed`: what came back is not what a test returns, or came twice or unasked. */
export const TEST_STATUSES = [
  'passed',
  'failed',
  'error',
  'timeout',
  'oom',
  'killed',
  'tampered',
  'missing',
  'malformed',
] as const
export type TestStatus = (typeof TEST_STATUSES)[number]

export const CELL_KINDS = ['answer', 'tests', 'manual', 'task'] as const
/** An automatically graded answer, a cell of tests, a manually graded answer, a manually graded task. */
export type CellKind = (typeof CELL_KINDS)[number]

export interface SubmissionResult {
  readonly schema: typeof RESULT_SCHEMA
  /** Of the master, the submission, the runtime, the seed and the configuration: one key, one result. */
  readonly key: string
  /** As the course knows them: the name of the submitted file or folder. */
  readonly student: string
  readonly submission: { readonly name: string; readonly path: string; readonly hash: string }
  /** Hash of the instructor's notebook. */
  readonly master: string
  /** Version of Genbook. */
  readonly runtime: string
  readonly seed: number
  /** What else decides the result: time limit, memory limit, backend. */
  readonly configuration: JsonObject
  readonly status: SubmissionStatus
  /** One sentence, where the status needs one: what ended it, why there was nothing to grade. */
  readonly reason?: string
  readonly points: number
  readonly maxPoints: number
  readonly cells: readonly CellGrade[]
  /** The wall in force: `bubblewrap`, `docker`, `podman`, `none`. */
  readonly sandbox: { readonly level: string; readonly [detail: string]: Json }
  /** ISO 8601, UTC. */
  readonly started: string
  readonly seconds: number
  /** Seconds of it that the submission's own code ran. */
  readonly ownSeconds?: number
  /** Bytes. */
  readonly peakMemory?: number
  /** What a grader should know: a cell found by its text, markers that a student edited. */
  readonly notes: readonly string[]
}

export interface CellGrade {
  readonly gradeId: string
  readonly kind: CellKind
  /** From the master: the nearest heading above the cell. */
  readonly title?: string
  readonly status: CellStatus
  /** One sentence, where no test says it. */
  readonly reason?: string
  /** The reason in full, where students are told less of it. */
  readonly detail?: string
  /** The answer reads as it was released, is empty or is not there. */
  readonly unanswered?: boolean
  /** What counts: the person's points where one gave points, else the tests'. */
  readonly points: number
  /** What the tests gave. */
  readonly automaticPoints: number
  readonly maxPoints: number
  readonly manual?: ManualGrade
  readonly tests: readonly TestGrade[]
  /** The student's own text of an answer or a task, capped. */
  readonly source?: string
  /** What the cell showed, as nbformat stores it, capped; hostile until a report has made it inert. */
  readonly outputs?: readonly JsonObject[]
  /** It ran after a hidden test: outputs and detail may hold what that one gave, and students do not read them. */
  readonly afterHidden?: boolean
  /** What the cell showed when it was handed in, where students do not read `outputs`. */
  readonly handedIn?: readonly JsonObject[]
}

export interface ManualGrade {
  readonly points?: number
  readonly comment?: string
  readonly by?: string
  /** Set where the automatic part has changed since, with what to do. */
  readonly flagged?: string
}

export interface TestGrade {
  readonly name: string
  readonly status: TestStatus
  readonly points: number
  readonly maxPoints: number
  /** What happened, in one sentence. */
  readonly reason?: string
  /** What was expected, in the words that the instructor chose. */
  readonly expected?: string
  /** A hidden test: students read its name and `expected`, never its evidence. */
  readonly hidden?: boolean
  /** It ran after a hidden test: what came back may be what that one gave, and students do not read it. */
  readonly afterHidden?: boolean
  /** An answer that it needs reads as it was released, or is not there. */
  readonly unanswered?: boolean
  /** Texts, not data, capped: JSON knows no NaN, and a report shows nothing else. */
  readonly evidence?: { readonly given?: string; readonly returned?: string; readonly expected?: string }
  /** Of the seeds that it ran with, how many passed. */
  readonly seeds?: { readonly passed: number; readonly of: number }
  /** Failed once and passed when it was run again, or the other way round. */
  readonly flaky?: boolean
}

/** What is being graded: the part of the master that reports need. Kept in the output folder beside the results. */
export interface AssignmentSummary {
  readonly schema: typeof RESULT_SCHEMA
  readonly title: string
  /** Hash of the master. */
  readonly master: string
  readonly cells: readonly AssignmentCell[]
}

export interface AssignmentCell {
  readonly gradeId: string
  readonly kind: CellKind
  readonly title?: string
  readonly maxPoints: number
  readonly tests: readonly { readonly name: string; readonly maxPoints: number; readonly hidden?: boolean }[]
}
