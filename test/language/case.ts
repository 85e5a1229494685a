/**
 * A case of the language service: cells with marks in their texts, something that is asked, and what is expected.
 *
 * `¦` is the cursor, in one cell. `«…»` are the ranges that are expected or, for code actions, selected. Both are taken
 * out of the texts before anything is asked. The same cases are asked of the service in Node, of the worker in a browser,
 * and of VS Code by its own commands.
 */
import type { InlayHintSettings } from '../../src/kernel/language/settings'

/** Texts by cell id, in document order. A list stands for cells `a`, `b`, `c` and so on. */
export type Cells = readonly string[] | Readonly<Record<string, string>>

export interface Case {
  readonly name: string
  /** What the notebook was before, from the oldest state: it is edited from one state to the next, and asked in each. */
  readonly before?: readonly Cells[]
  readonly cells: Cells
  readonly ask: Ask
}

export interface ExpectedCompletion {
  readonly label: string
  readonly kind?: string
  /** Shown at the right: the module that is imported, the cell that declares it. */
  readonly description?: string
  /** Of its details. */
  readonly detail?: RegExp
  readonly documentation?: RegExp
  /** All cells after it was accepted. */
  readonly accepted?: readonly string[]
}

export interface ExpectedSymbol {
  readonly name: string
  readonly kind: string
  readonly children?: readonly ExpectedSymbol[]
}

export type Ask =
  | {
      readonly feature: 'completion'
      readonly trigger?: string
      readonly has?: readonly (string | ExpectedCompletion)[]
      readonly hasNot?: readonly string[]
      /** All labels and nothing else, in the order of the list. */
      readonly only?: readonly string[]
      /** Whether snippets are offered. */
      readonly snippets?: boolean
    }
  | {
      readonly feature: 'hover'
      /** Absent where nothing is to be shown. */
      readonly code?: RegExp
      readonly documentation?: RegExp
    }
  | {
      readonly feature: 'signature'
      readonly trigger?: string
      readonly label: RegExp
      /** The parameter at the cursor, as it stands in the label. */
      readonly parameter?: RegExp
      readonly documentation?: RegExp
    }
  /** The marked ranges are the declarations; `file` and `text` where it is in a declaration file. */
  | { readonly feature: 'definition' | 'typeDefinition'; readonly file?: RegExp; readonly text?: string }
  /** The marked ranges are all places in cells. */
  | { readonly feature: 'references' }
  /** The marked ranges are all places in the cell. */
  | { readonly feature: 'highlights' }
  /** All cells afterwards. */
  | { readonly feature: 'rename'; readonly to: string; readonly result: readonly string[] }
  | { readonly feature: 'rename'; readonly to: string; readonly refused: RegExp }
  /** The marked ranges are those of the errors and warnings, in document order, whose numbers are `codes`. */
  | {
      readonly feature: 'diagnostics'
      readonly codes: readonly number[]
      readonly messages?: readonly RegExp[]
    }
  /** The marked ranges are shown faded or struck out. */
  | { readonly feature: 'unnecessary' | 'deprecated' }
  /** The action of that title for the marked range, and all cells after it. `all` is the one that mends all of its kind. */
  | {
      readonly feature: 'fix'
      readonly title: string
      readonly all?: true
      readonly result: readonly string[]
    }
  /** No action whose title matches is offered for the marked range. */
  | { readonly feature: 'noFix'; readonly title: RegExp }
  /** The cell with the cursor after its imports were sorted. */
  | { readonly feature: 'organizeImports'; readonly result: string }
  /** The cell with the cursor after it was formatted; the marked range of it, where one is marked. */
  | { readonly feature: 'format'; readonly tabSize?: number; readonly result: string }
  /** The cell with the cursor after this character was typed right before it. */
  | { readonly feature: 'formatTyped'; readonly typed: string; readonly result: string }
  /** Words of the cell with the cursor as `type` or `type.modifier.modifier`; an empty text is no colour of its own. */
  | { readonly feature: 'tokens'; readonly words: Readonly<Record<string, string>> }
  /** The cell with the cursor, hints put in between `‹` and `›`. */
  | { readonly feature: 'hints'; readonly settings: InlayHintSettings; readonly result: string }
  /** First and last lines, from 0, of what folds in the cell with the cursor. */
  | { readonly feature: 'folding'; readonly lines: readonly (readonly [number, number])[] }
  | { readonly feature: 'symbols'; readonly tree: readonly ExpectedSymbol[] }
  /** The texts that the selection grows to, smallest first. */
  | { readonly feature: 'selection'; readonly texts: readonly string[] }
  /** Every session name as `cell name kind: users`. */
  | { readonly feature: 'names'; readonly names: readonly string[] }
