/**
 * What passes between a driver and the language worker, the one place where TypeScript is loaded.
 *
 * A client posts one request at a time and the worker answers each with exactly one response. Nothing is kept in the
 * worker that a request could not rebuild, so that one that hangs on hostile source can be ended and started afresh.
 */
import type { CellDiagnostic, CompileResult } from '../cell'

/** Raised whenever a message changes meaning; a worker refuses a client of another version. */
export const LANGUAGE_PROTOCOL_VERSION = 1

/** A code cell as the checker sees it: document order is the order in the list. */
export interface CellText {
  readonly id: string
  readonly source: string
  /** What people call it, in messages about other cells; by default its place among these cells, such as `cell 2`. */
  readonly name?: string
}

/** Everything that can be asked, by name: what is sent and what comes back. */
export interface LanguageMethods {
  /** Gives the worker the declarations that cells are checked against; once, before the first `check`. */
  initialize: { params: { readonly protocol: number; readonly types: string }; result: null }
  /** Compiles one cell for the kernel. Needs no declarations. */
  compile: { params: CellText; result: CompileResult }
  /** Syntax and type errors of a notebook's code cells, in document order. */
  check: {
    params: { readonly notebook: string; readonly cells: readonly CellText[] }
    result: readonly CellDiagnostic[]
  }
  /** Forgets a notebook that was checked. */
  close: { params: { readonly notebook: string }; result: null }
}

export type LanguageMethod = keyof LanguageMethods

/** One request, as a union over the methods. */
export type LanguageRequest = {
  [M in LanguageMethod]: {
    readonly request: number
    readonly method: M
    readonly params: LanguageMethods[M]['params']
  }
}[LanguageMethod]

export type LanguageResponse =
  | { readonly request: number; readonly ok: true; readonly result: unknown }
  | { readonly request: number; readonly ok: false; readonly reason: string }
