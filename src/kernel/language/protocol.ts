/**
 * What passes between a driver and the language worker, the one place where TypeScript is loaded.
 *
 * A client posts one request at a time and the worker answers each with exactly one response. Nothing is kept in the
 * worker that a request could not rebuild, so that one that hangs on hostile source can be ended and started afresh.
 */
import type { CellDiagnostic, CompileResult } from '../cell'
import type { ExpressionResult } from '../compile/expression'
import type { Split } from '../grading/split'
import type * as A from './answers'
import type { FormatSettings, InlayHintSettings } from './settings'

/** Raised whenever a message changes meaning; a worker refuses a client of another version. */
export const LANGUAGE_PROTOCOL_VERSION = 2

/** A code cell as the checker sees it: document order is the order in the list. */
export interface CellText {
  readonly id: string
  readonly source: string
  /** What people call it, in messages about other cells; by default its place among these cells, such as `cell 2`. */
  readonly name?: string
}

/** A code cell in a message; its text is left out where the worker has it already. */
export interface CellChange {
  readonly id: string
  readonly source?: string
  readonly name?: string
}

interface InNotebook {
  readonly notebook: string
  /** All code cells in document order, where anything about them changed since the last message. */
  readonly cells?: readonly CellChange[]
}

export interface InCell extends InNotebook {
  readonly cell: string
}

export interface AtOffset extends InCell {
  readonly offset: number
}

/** Everything that can be asked, by name: what is sent and what comes back. */
export interface LanguageMethods {
  /** Gives the worker the declarations that cells are checked against; once, before all that needs types. */
  initialize: { params: { readonly protocol: number; readonly types: string }; result: null }
  /** Compiles one cell for the kernel. Needs no declarations. */
  compile: { params: CellText & { readonly stepping?: boolean }; result: CompileResult }
  /** Compiles a cell's functions alone, to be stepped through; null where it has none. */
  functions: { params: CellText; result: CompileResult | null }
  /** Compiles what a person types while a cell is paused; `locals` are the variables of the frame. */
  expression: {
    params: { readonly source: string; readonly locals: readonly string[] }
    result: ExpressionResult
  }
  /** What of a test cell would run beside a student's code, and why it could not be graded. Needs no declarations. */
  splitTests: { params: { readonly source: string }; result: Split }
  /** Does what the first question about a notebook would wait for: reads the declarations, and the cells. */
  prepare: { params: InNotebook; result: null }
  /** Syntax and type errors of a notebook's code cells, in document order. */
  check: { params: InNotebook; result: readonly CellDiagnostic[] }
  /** Forgets a notebook. */
  close: { params: { readonly notebook: string }; result: null }
  /** The text of a declaration file by its virtual path, or null where there is none. */
  declarationFile: { params: { readonly path: string }; result: string | null }

  diagnose: { params: InCell; result: readonly A.Diagnostic[] }
  completions: { params: AtOffset & { readonly trigger?: string }; result: A.CompletionList | null }
  completionDetails: {
    params: AtOffset & { readonly key: A.CompletionKey }
    result: A.CompletionDetails | null
  }
  hover: { params: AtOffset; result: A.Hover | null }
  signatureHelp: {
    params: AtOffset & { readonly trigger?: string; readonly again?: boolean }
    result: A.SignatureHelp | null
  }
  definitions: { params: AtOffset; result: A.Definitions | null }
  typeDefinitions: { params: AtOffset; result: A.Definitions | null }
  references: { params: AtOffset; result: readonly A.Reference[] }
  highlights: { params: AtOffset; result: readonly (A.Span & { readonly write: boolean })[] }
  prepareRename: { params: AtOffset; result: A.PrepareRename }
  rename: { params: AtOffset & { readonly to: string }; result: A.Rename }
  fixes: { params: InCell & A.Span & { readonly codes?: readonly number[] }; result: readonly A.QuickFix[] }
  fixAll: { params: InCell & { readonly id: string }; result: readonly A.Edit[] }
  organizeImports: { params: InCell; result: readonly A.Edit[] }
  format: { params: InCell & A.Span & { readonly settings: FormatSettings }; result: readonly A.Edit[] }
  formatTyped: {
    params: AtOffset & { readonly typed: string; readonly settings: FormatSettings }
    result: readonly A.Edit[]
  }
  semanticTokens: { params: InCell; result: readonly number[] }
  inlayHints: {
    params: InCell & A.Span & { readonly settings: InlayHintSettings }
    result: readonly A.InlayHint[]
  }
  foldingRanges: { params: InCell; result: readonly A.FoldingRange[] }
  symbols: { params: InCell; result: readonly A.DocumentSymbol[] }
  selectionRanges: {
    params: InCell & { readonly offsets: readonly number[] }
    result: readonly (readonly A.Span[])[]
  }
  names: { params: InNotebook; result: readonly A.SessionName[] }
}

export type LanguageMethod = keyof LanguageMethods

export type LanguageParams<M extends LanguageMethod> = LanguageMethods[M]['params']
export type LanguageResult<M extends LanguageMethod> = LanguageMethods[M]['result']

/** What is asked of one notebook. */
export type NotebookMethod = {
  [M in LanguageMethod]: LanguageParams<M> extends InNotebook ? (M extends 'close' ? never : M) : never
}[LanguageMethod]

/** One request, as a union over the methods. */
export type LanguageRequest = {
  [M in LanguageMethod]: {
    readonly request: number
    readonly method: M
    readonly params: LanguageParams<M>
  }
}[LanguageMethod]

export type LanguageResponse =
  | { readonly request: number; readonly ok: true; readonly result: unknown }
  | { readonly request: number; readonly ok: false; readonly reason: string }
