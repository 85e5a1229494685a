/** What passes between the thread of the cells and the thread that minds it, besides the kernel's own messages. */
import type { Encoded } from './encode'

/** To the thread of the cells. */
export type AskMessage =
  /** Call `run` of a test of the running cell. */
  | {
      readonly type: 'ask'
      readonly test: number
      readonly seed: number
      readonly place: number
      readonly given: Encoded
    }
  /** Nothing more is asked of the running cell. */
  | { readonly type: 'enough' }
  /** Does a predicate of the instructor's hold? */
  | { readonly type: 'predicate'; readonly predicate: number; readonly returned: Encoded }
  /** What has been compiled of this thread's program? */
  | { readonly type: 'codeCache' }

/** From the thread of the cells. Student code runs there: whoever receives one checks it. */
export type AnswerMessage =
  /** The running cell has come to its end, with these tests. */
  | { readonly type: 'tests'; readonly tests: readonly number[] }
  | { readonly type: 'answer'; readonly answer: Answer }
  | { readonly type: 'recorded'; readonly tests: readonly RecordedCalls[] }
  | { readonly type: 'verdict'; readonly holds: boolean }
  | { readonly type: 'codeCache'; readonly bytes: Uint8Array }

export type Answer =
  { readonly data: Encoded } | { readonly error: { readonly name: string; readonly message: string } }

/** A test of the master, with what each of its calls expects and its own solution returned. */
export interface RecordedCalls {
  readonly name: string
  readonly points?: number
  readonly otherwise?: string
  readonly given: readonly Encoded[]
  readonly seeds: number
  /** For each seed, for each given. */
  readonly calls: readonly (readonly RecordedCall[])[]
}

export interface RecordedCall {
  /** A judge as data, its values encoded. */
  readonly judge: Encoded
  readonly returned: Encoded
  /** Why the master's own solution did not meet it. */
  readonly reason?: string
}

export interface AskPort {
  post(message: AnswerMessage): void
  next(): Promise<AskMessage>
}
