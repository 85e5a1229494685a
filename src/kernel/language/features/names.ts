/** Which cells use which declaration: the threads between the cells of a notebook. */
import type { SessionName } from '../answers'
import { declaredKind } from '../kinds'
import { cellsSeeing } from '../links'
import { homePlace } from '../places'
import type { NotebookService } from '../service'

export function names(service: NotebookService): SessionName[] {
  return service.cells.flatMap(({ id }) =>
    service.cell(id)!.analysis.declared.flatMap((declared): SessionName[] => {
      const { name, kind } = declared
      const place = kind === 'using' ? undefined : homePlace(service, { cell: id, name })
      if (!place) return []
      const home = { name, cell: id, meaning: 'value' as const, declared }
      const users = cellsSeeing(service, home).filter((cell) => cell !== id && uses(service, cell, name))
      return [{ ...place, name, kind: declaredKind(declared), usedBy: users }]
    }),
  )
}

/** Whether a cell has the name among its words; a type leaves no other trace. */
function uses(service: NotebookService, id: string, name: string): boolean {
  return service.cell(id)!.words.has(name)
}
