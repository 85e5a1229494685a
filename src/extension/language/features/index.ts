import * as vscode from 'vscode'
import type { LanguageCells } from '../cells'
import type { Values } from '../values'
import { registerCodeActions } from './codeActions'
import { registerCompletion } from './completion'
import { registerDefinition } from './definition'
import { registerFolding } from './folding'
import { registerFormatting } from './formatting'
import { registerFormulaHover } from './formulaHover'
import { registerHighlights } from './highlights'
import { registerHover } from './hover'
import { registerInlayHints } from './inlayHints'
import { registerReferences } from './references'
import { registerRename } from './rename'
import { registerSelectionRanges } from './selectionRanges'
import { registerSemanticTokens } from './semanticTokens'
import { registerSignatureHelp } from './signatureHelp'
import { registerSymbols } from './symbols'

/** Everything that VS Code's editor asks about a cell. */
export function languageFeatures(cells: LanguageCells, values: Values): vscode.Disposable {
  return vscode.Disposable.from(
    registerCompletion(cells),
    registerHover(cells, values),
    registerFormulaHover(values),
    registerSignatureHelp(cells),
    registerDefinition(cells),
    registerReferences(cells),
    registerHighlights(cells),
    registerRename(cells),
    registerCodeActions(cells),
    registerSemanticTokens(cells),
    registerFormatting(cells),
    registerFolding(cells),
    registerSymbols(cells),
    registerInlayHints(cells, values),
    registerSelectionRanges(cells),
  )
}
