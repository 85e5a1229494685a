/** What grader and runner say to each other. What a runner says is checked by `runnerMessage` before anybody looks at it. */
import type { AskMessage, RecordedCalls } from '../../../kernel/grading/asking'
import type { SplitProblem } from '../../../kernel/grading/split'
import type { JsonObject } from '../../../notebook'
import { array, boolean, number, object, oneOf, optional, shape, string, type Check } from '../shape'

/** The two files of the runner's program: of its process, and of the thread of its cells. */
export const PROGRAM = 'runner.js'
export const CELLS_PROGRAM = 'runner.worker.js'

/** A code cell to run. */
export interface RunnerCell {
  readonly id: string
  readonly source: string
  /** The instructor's own, the instructor's with tests, or a student's. */
  readonly kind: 'given' | 'tests' | 'answer'
}

/** From the grader. */
export type GraderMessage =
  | {
      readonly type: 'start'
      /** Stands in every message of the runner, and the thread of the cells does not know it. */
      readonly nonce: string
      readonly mode: 'grade' | 'record'
      readonly seed: number
      /** Submissions never see a GPU. */
      readonly backend: 'wasm' | 'cpu' | 'webgpu'
      readonly cells: readonly RunnerCell[]
      /** Names that the master's solutions declare or assign: tests find the student's meaning of them. */
      readonly answerNames: readonly string[]
      readonly cellSeconds: number
      readonly heapMegabytes: number
      /** Of the kernel. Default 1. */
      readonly threads?: number
    }
  /** Run a cell, by its place among the cells. */
  | { readonly type: 'run'; readonly cell: number }
  | AskMessage

/** From the runner. */
export type RunnerMessage =
  /** The runner is there: what goes wrong from here on is the submission's doing. */
  | { readonly type: 'begun' }
  | { readonly type: 'ready'; readonly device: string; readonly master?: MasterAnalysis }
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'tests'; readonly tests: readonly number[] }
  | {
      readonly type: 'answer'
      readonly answer: {
        readonly data?: unknown
        readonly error?: { readonly name: string; readonly message: string }
      }
    }
  | { readonly type: 'recorded'; readonly tests: readonly RecordedCalls[] }
  | { readonly type: 'verdict'; readonly holds: boolean }
  /** By the name of the program's file, in base64. */
  | { readonly type: 'codeCache'; readonly files: Readonly<Record<string, string>> }
  | {
      readonly type: 'ended'
      /** `stuck`: it had to be ended with its kernel when its time was up; `lost`, `oom`: its kernel ended. */
      readonly status: 'ok' | 'error' | 'timeout' | 'stuck' | 'lost' | 'oom'
      readonly error?: { readonly name: string; readonly message: string; readonly line?: number }
      readonly milliseconds: number
      /** As nbformat stores them. */
      readonly outputs: readonly JsonObject[]
    }

/** What compiling the master tells: only asked for when it is recorded. */
export interface MasterAnalysis {
  readonly answerNames: readonly string[]
  readonly splits: readonly {
    readonly cell: string
    readonly collecting: string
    readonly tests: readonly { readonly name: string; readonly hidden: boolean }[]
    readonly problems: readonly SplitProblem[]
    /** Ids of the answers that it needs. */
    readonly answers: readonly string[]
  }[]
}

const error = shape({ name: string, message: string, line: optional(number) })

const MESSAGES: Readonly<Record<RunnerMessage['type'], Check>> = {
  begun: shape({}),
  ready: shape({ device: string, master: optional(object) }),
  failed: shape({ reason: string }),
  tests: shape({ tests: array(number) }),
  answer: shape({ answer: shape({ error: optional(error) }) }),
  recorded: shape({ tests: array(object) }),
  verdict: shape({ holds: boolean }),
  codeCache: shape({ files: shape({ [PROGRAM]: string, [CELLS_PROGRAM]: string }) }),
  ended: shape({
    status: oneOf(['ok', 'error', 'timeout', 'stuck', 'lost', 'oom']),
    error: optional(error),
    milliseconds: number,
    outputs: array(object),
  }),
}

/** @returns the message, or undefined where it is none or does not have the nonce */
export function runnerMessage(value: unknown, nonce: string): RunnerMessage | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { type, nonce: given } = value as { type?: unknown; nonce?: unknown }
  if (given !== nonce || typeof type !== 'string' || !Object.hasOwn(MESSAGES, type)) return undefined
  const problem = MESSAGES[type as RunnerMessage['type']](value, 'message')
  return problem === undefined ? (value as RunnerMessage) : undefined
}
