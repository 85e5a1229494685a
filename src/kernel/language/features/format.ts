/** Formatting and sorting imports: what needs the text of a cell only. */
import ts from 'typescript'
import type { Edit } from '../answers'
import type { LanguageParams } from '../protocol'
import type { NotebookService } from '../service'
import { editsOf } from './fixes'
import { formatting, preferences } from './shared'

export function format(
  service: NotebookService,
  { cell, start, end, settings }: LanguageParams<'format'>,
): Edit[] {
  const path = service.path(cell)
  const options = formatting(settings)
  return edits(cell, service.syntax.getFormattingEditsForRange(path, start, end, options))
}

export function formatTyped(
  service: NotebookService,
  { cell, offset, typed, settings }: LanguageParams<'formatTyped'>,
): Edit[] {
  const path = service.path(cell)
  const options = formatting(settings)
  return edits(cell, service.syntax.getFormattingEditsAfterKeystroke(path, offset, typed, options))
}

/** Sorts imports and joins those of one module. None is removed: other cells may use it. */
export function organizeImports(
  service: NotebookService,
  { cell }: LanguageParams<'organizeImports'>,
): Edit[] {
  const scope = {
    type: 'file' as const,
    fileName: service.path(cell),
    mode: ts.OrganizeImportsMode.SortAndCombine,
  }
  return editsOf(service, service.syntax.organizeImports(scope, formatting({}), preferences)) ?? []
}

function edits(cell: string, changes: readonly ts.TextChange[]): Edit[] {
  return changes.map(({ span, newText }) => ({
    cell,
    start: span.start,
    end: span.start + span.length,
    text: newText,
  }))
}
