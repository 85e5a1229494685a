/** Quick fixes: TypeScript's own, and imports of what a notebook can import. */
import ts from 'typescript'
import type { Edit, QuickFix } from '../answers'
import { importables, importEdit, type Importable } from '../autoImports'
import type { LanguageParams } from '../protocol'
import type { NotebookService } from '../service'
import { formatOptions, preferences } from './shared'

/** Cannot find a name, a namespace, a value for a shorthand property; did you mean another name. */
const UNKNOWN_NAME: readonly number[] = [2304, 2503, 18004, 2552, 2663]
const ADD_IMPORTS = 'genbook.addMissingImports'

export function fixes(
  service: NotebookService,
  { cell: id, start, end, codes }: LanguageParams<'fixes'>,
): QuickFix[] {
  const touching = service
    .diagnose(id)
    .filter((found) => found.start <= end && found.end >= start)
    .filter(({ code }) => !codes || codes.includes(code))
  return touching.flatMap((found) => {
    const own = UNKNOWN_NAME.includes(found.code) ? importFixes(service, id, found) : []
    return [...own, ...typescriptFixes(service, id, found)]
  })
}

export function fixAll(service: NotebookService, { cell: id, id: fix }: LanguageParams<'fixAll'>): Edit[] {
  if (fix === ADD_IMPORTS) return addImports(service, id)
  const scope = { type: 'file' as const, fileName: service.path(id) }
  const { changes } = service.typescript.getCombinedCodeFix(scope, fix, formatOptions, preferences)
  return editsOf(service, changes) ?? []
}

interface Found {
  readonly code: number
  readonly start: number
  readonly end: number
}

function importFixes(service: NotebookService, id: string, { code, start, end }: Found): QuickFix[] {
  const choices = choicesFor(service, id, { code, start, end })
  const several = new Set(unknownNames(service, id).map(({ start: at }) => wordAt(service, id, at))).size > 1
  const cell = service.cell(id)!
  const file = service.program.getSourceFile(service.path(id))!
  return choices.map((choice, index) => ({
    title: `Import '${choice.name}' from '${choice.module}'`,
    edits: [importEdit(cell, file, choice.module, [choice])],
    preferred: index === 0,
    code,
    ...(several && { all: { id: ADD_IMPORTS, title: 'Add all missing imports' } }),
  }))
}

function choicesFor(service: NotebookService, id: string, { start }: Found): readonly Importable[] {
  return importables(service.environment, service.program).get(wordAt(service, id, start)) ?? []
}

function wordAt(service: NotebookService, id: string, start: number): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u.exec(service.cell(id)!.source.slice(start))?.[0] ?? ''
}

function unknownNames(service: NotebookService, id: string): Found[] {
  return service
    .diagnose(id)
    .filter((found) => UNKNOWN_NAME.includes(found.code) && choicesFor(service, id, found).length > 0)
}

/** The first choice for every unknown name, one edit a module. */
function addImports(service: NotebookService, id: string): Edit[] {
  const byModule = new Map<string, Map<string, Importable>>()
  for (const found of unknownNames(service, id)) {
    const [choice] = choicesFor(service, id, found)
    if (!choice) continue
    const names = byModule.get(choice.module) ?? new Map<string, Importable>()
    byModule.set(choice.module, names.set(choice.name, choice))
  }
  const cell = service.cell(id)!
  const file = service.program.getSourceFile(service.path(id))!
  const edits = [...byModule].map(([module, names]) => importEdit(cell, file, module, [...names.values()]))
  return joined(edits)
}

/** Insertions at one place as one edit, since edits of an answer must not touch. */
function joined(edits: readonly Edit[]): Edit[] {
  const byPlace = new Map<string, Edit>()
  for (const edit of edits) {
    const key = `${edit.start} ${edit.end}`
    const other = byPlace.get(key)
    byPlace.set(key, other ? { ...other, text: other.text + edit.text } : edit)
  }
  return [...byPlace.values()]
}

function typescriptFixes(service: NotebookService, id: string, { code, start, end }: Found): QuickFix[] {
  if (!code) return []
  const path = service.path(id)
  const actions = service.typescript.getCodeFixesAtPosition(
    path,
    start,
    end,
    [code],
    formatOptions,
    preferences,
  )
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
