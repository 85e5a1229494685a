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

export const formatOptions = formatting({})

/** What TypeScript displays of a name, as code. That it came into the cell by an import is not worth a line. */
export function code(service: NotebookService, parts: readonly ts.SymbolDisplayPart[] | undefined): string {
  const text = service.readable(plain(parts))
  const shown = text.replace(/^\(alias\) /, '').replace(/\nimport [^\n]*$/, '')
  return shown || text
}
