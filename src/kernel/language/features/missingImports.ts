/** Imports for names that a cell uses and nobody declares. */
import type { Diagnostic, Edit, QuickFix } from '../answers'
import { importables, importEdit, type Importable } from '../autoImports'
import type { NotebookService } from '../service'

/** Cannot find a name, a namespace, a value for a shorthand property; did you mean another name. */
const UNKNOWN_NAME: readonly number[] = [2304, 2503, 18004, 2552, 2663]
/** Names the fix of all of them. */
export const ADD_IMPORTS = 'genbook.addMissingImports'

export function importFixes(service: NotebookService, id: string, { code, start }: Diagnostic): QuickFix[] {
  if (!UNKNOWN_NAME.includes(code)) return []
  const choices = choicesFor(service, id, start)
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

function choicesFor(service: NotebookService, id: string, start: number): readonly Importable[] {
  return importables(service.environment, service.program).get(wordAt(service, id, start)) ?? []
}

function wordAt(service: NotebookService, id: string, start: number): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u.exec(service.cell(id)!.source.slice(start))?.[0] ?? ''
}

function unknownNames(service: NotebookService, id: string): Diagnostic[] {
  return service
    .diagnose(id)
    .filter((found) => UNKNOWN_NAME.includes(found.code) && choicesFor(service, id, found.start).length > 0)
}

/** The first choice for every unknown name, one edit a module. */
export function addImports(service: NotebookService, id: string): Edit[] {
  const byModule = new Map<string, Map<string, Importable>>()
  for (const found of unknownNames(service, id)) {
    const [choice] = choicesFor(service, id, found.start)
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
