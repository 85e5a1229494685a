/** What the worker does first when several things are asked, and which of them need the declarations. */
import type { LanguageMethod } from './protocol'

/** Lower is sooner. */
const RUNNING = 0
const TYPING = 1
const LOOKING = 2
const DECORATING = 3
const CHECKING = 4

const typed = (rank: number) => ({ rank, types: true })
const untyped = (rank: number) => ({ rank, types: false })

/**
 * A person waits for a cell to run, then for what answers a key press, then for what they point at. Checking is asked
 * cell by cell, so that everything else comes between.
 */
export const urgency: Readonly<Record<LanguageMethod, { readonly rank: number; readonly types: boolean }>> = {
  compile: untyped(RUNNING),
  functions: untyped(RUNNING),
  expression: untyped(RUNNING),
  splitTests: untyped(CHECKING),
  initialize: untyped(RUNNING),
  completions: typed(TYPING),
  completionDetails: typed(TYPING),
  signatureHelp: typed(TYPING),
  formatTyped: typed(TYPING),
  hover: typed(LOOKING),
  definitions: typed(LOOKING),
  typeDefinitions: typed(LOOKING),
  references: typed(LOOKING),
  highlights: typed(LOOKING),
  prepareRename: typed(LOOKING),
  rename: typed(LOOKING),
  fixes: typed(LOOKING),
  fixAll: typed(LOOKING),
  organizeImports: typed(LOOKING),
  format: typed(LOOKING),
  declarationFile: typed(LOOKING),
  selectionRanges: typed(LOOKING),
  foldingRanges: typed(DECORATING),
  symbols: typed(DECORATING),
  semanticTokens: typed(DECORATING),
  inlayHints: typed(DECORATING),
  names: typed(DECORATING),
  // One cell's errors matter as much as its colours.
  prepare: typed(DECORATING),
  diagnose: typed(DECORATING),
  check: typed(CHECKING),
  close: untyped(CHECKING),
}
