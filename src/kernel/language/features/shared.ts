/** What several features say to TypeScript, and how they read its answers. */
import ts from 'typescript'
import { plain } from '../markdown'
import type { NotebookService } from '../service'
import type { FormatSettings } from '../settings'

export const preferences: ts.UserPreferences = {
  includeCompletionsForModuleExports: false,
  includeCompletionsWithInsertText: true,
  includeCompletionsWithSnippetText: true,
  includeAutomaticOptionalChainCompletions: true,
  includeCompletionsWithClassMemberSnippets: true,
  includeCompletionsWithObjectLiteralMethodSnippets: false,
  useLabelDetailsInCompletionEntries: true,
  providePrefixAndSuffixTextForRename: true,
  quotePreference: 'single',
  displayPartsForJSDoc: false,
}

export function formatting({ tabSize = 2, insertSpaces = true }: FormatSettings): ts.FormatCodeSettings {
  return {
    ...ts.getDefaultFormatCodeSettings('\n'),
    indentSize: tabSize,
    tabSize,
    convertTabsToSpaces: insertSpaces,
    semicolons: ts.SemicolonPreference.Ignore,
  }
}

/** How code is written that a fix puts into a cell: as the cell's own. */
export function writing(source: string): ts.FormatCodeSettings {
  const semicolons = /;[ \t]*$/m.test(source) ? ts.SemicolonPreference.Ignore : ts.SemicolonPreference.Remove
  return { ...formatting({}), semicolons }
}

/** What TypeScript displays of a name, as code. That it came into the cell by an import is not worth a line. */
export function code(service: NotebookService, parts: readonly ts.SymbolDisplayPart[] | undefined): string {
  const text = service.readable(plain(parts))
  if (!text.startsWith('(alias) ')) return text
  const shown = text.slice('(alias) '.length).replace(/\nimport [^\n]*$/, '')
  // Of a call of something imported, TypeScript leaves out what it is.
  return /^[\w$]+[(<]/.test(shown) ? `function ${shown}` : shown
}
