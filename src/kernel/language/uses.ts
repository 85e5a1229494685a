/** The places in the cells' texts that mean one declaration of a session name. */
import type ts from 'typescript'
import { cellsSeeing, homeOf, identifierAt, introductions, meaningOf, type Home } from './links'
import type { NotebookService } from './service'

export interface Use {
  readonly cell: string
  readonly start: number
  readonly end: number
}

/**
 * @param found what TypeScript finds in the module at a path, starting from the name at an offset there
 * @returns of that, what stands in the cells' own texts and means that very declaration: one name can mean a value of one
 *   cell and a type of another
 */
export function usesOf<T extends { readonly textSpan: ts.TextSpan }>(
  service: NotebookService,
  home: Home,
  found: (path: string, offset: number) => readonly T[],
): (Use & { readonly found: T })[] {
  return cellsSeeing(service, home).flatMap((cell) => {
    const { source } = service.cell(cell)!
    const path = service.path(cell)
    const file = service.program.getSourceFile(path)
    if (!file) return []
    const uses = new Map<number, Use & { found: T }>()
    for (const offset of introductions(service, cell, home))
      for (const one of found(path, offset)) {
        const { start, length } = one.textSpan
        if (start + length > source.length || uses.has(start)) continue
        const node = identifierAt(file, start)
        const meant = node && homeOf(service, cell, home.name, meaningOf(node))
        if (meant?.cell === home.cell) uses.set(start, { cell, start, end: start + length, found: one })
      }
    return [...uses.values()].sort((a, b) => a.start - b.start)
  })
}
