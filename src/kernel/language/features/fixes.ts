/** Quick fixes: TypeScript's own, and ours where a notebook needs others. */
import type ts from 'typescript'
import type { Diagnostic, Edit, QuickFix } from '../answers'
import type { LanguageParams } from '../protocol'
import type { NotebookService } from '../service'
import { awaitFixes } from './awaits'
import { ADD_IMPORTS, addImports, importFixes } from './missingImports'
import { preferences, writing } from './shared'
import { spellingFixes } from './spelling'

export function fixes(
  service: NotebookService,
  { cell: id, start, end, codes }: LanguageParams<'fixes'>,
): QuickFix[] {
  const touching = service
    .diagnose(id)
    .filter((found) => found.start <= end && found.end >= start)
    .filter(({ code }) => !codes || codes.includes(code))
  return touching.flatMap((found) => [
    ...importFixes(service, id, found),
    ...awaitFixes(service, id, found),
    ...spellingFixes(found),
    ...typescriptFixes(service, id, found),
  ])
}

export function fixAll(service: NotebookService, { cell: id, id: fix }: LanguageParams<'fixAll'>): Edit[] {
  if (fix === ADD_IMPORTS) return addImports(service, id)
  const scope = { type: 'file' as const, fileName: service.path(id) }
  const settings = writing(service.cell(id)!.source)
  const { changes } = service.typescript.getCombinedCodeFix(scope, fix, settings, preferences)
  return editsOf(service, changes) ?? []
}

function typescriptFixes(service: NotebookService, id: string, { code, start, end }: Diagnostic): QuickFix[] {
  if (!code) return []
  const path = service.path(id)
  const settings = writing(service.cell(id)!.source)
  const actions = service.typescript.getCodeFixesAtPosition(path, start, end, [code], settings, preferences)
  return actions
    .filter(({ fixName }) => fixName !== 'import')
    .flatMap(({ fixName, fixId, fixAllDescription, description, changes }) => {
      const edits = editsOf(service, changes)
      if (!edits?.length) return []
      const all =
        typeof fixId === 'string' && fixAllDescription !== undefined
          ? { id: fixId, title: service.readable(fixAllDescription) }
          : undefined
      return {
        title: service.readable(description),
        edits,
        preferred: fixName === 'spelling',
        code,
        ...(all && { all }),
      }
    })
}

/** Changes of modules as edits of cells; undefined where they would change anything else. */
export function editsOf(
  service: NotebookService,
  changes: readonly ts.FileTextChanges[],
): Edit[] | undefined {
  const edits: Edit[] = []
  for (const { fileName, textChanges } of changes) {
    const known = service.cellAt(fileName)
    if (!known || known.good) return undefined
    const { length } = service.cell(known.id)!.source
    for (const { span, newText } of textChanges) {
      const [start, end] = [span.start, span.start + span.length]
      if (end <= length) edits.push({ cell: known.id, start, end, text: newText })
      // What TypeScript appends to the module is appended to the cell.
      else if (!span.length)
        edits.push({ cell: known.id, start: length, end: length, text: `\n${newText.trim()}` })
      else return undefined
    }
  }
  return edits
}
