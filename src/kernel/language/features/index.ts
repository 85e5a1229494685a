/** Every feature of the language service, by the method that asks for it. */
import type { InCell, LanguageMethod, LanguageParams, LanguageResult } from '../protocol'
import type { NotebookService } from '../service'
import { completionDetails, completions } from './completions'
import { definitions, typeDefinitions } from './definitions'
import { fixAll, fixes } from './fixes'
import { format, formatTyped, organizeImports } from './format'
import { hover } from './hover'
import { inlayHints } from './hints'
import { foldingRanges, selectionRanges, symbols } from './outline'
import { highlights, references } from './references'
import { prepareRename, rename } from './rename'
import { signatureHelp } from './signatures'
import { semanticTokens } from './tokens'

/** What is asked about one cell. */
export type CellMethod = {
  [M in LanguageMethod]: LanguageParams<M> extends InCell ? M : never
}[LanguageMethod]

type Features = {
  readonly [M in CellMethod]: (service: NotebookService, params: LanguageParams<M>) => LanguageResult<M>
}

export const features: Features = {
  diagnose: (service, { cell }) => service.diagnose(cell),
  completions,
  completionDetails,
  hover,
  signatureHelp,
  definitions,
  typeDefinitions,
  references,
  highlights,
  prepareRename,
  rename,
  fixes,
  fixAll,
  organizeImports,
  format,
  formatTyped,
  semanticTokens,
  inlayHints,
  foldingRanges,
  symbols,
  selectionRanges,
}
