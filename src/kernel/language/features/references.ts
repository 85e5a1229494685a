/** Every use of a name, in one cell or in all. */
import ts from 'typescript'
import type { Place, Reference, Span } from '../answers'
import { sessionNameAt } from '../links'
import { placeOf } from '../places'
import type { LanguageParams } from '../protocol'
import type { NotebookService } from '../service'
import { usesOf } from '../uses'

export function references(
  service: NotebookService,
  { cell: id, offset }: LanguageParams<'references'>,
): Reference[] {
  const home = sessionNameAt(service, id, offset)
  const found: Reference[] = []
  if (home) {
    const own = (path: string, at: number) => inFile(service, path, at)
    for (const { cell, start, end, found: span } of usesOf(service, home, own))
      found.push({
        place: { cell, start, end },
        declaration: cell === home.cell && start === home.declared.start,
        write: span.kind === ts.HighlightSpanKind.writtenReference,
      })
  }
  // What is imported is used by other imports, and declared in the runtime.
  if (!home || home.declared.kind === 'import')
    for (const { references } of service.typescript.findReferences(service.path(id), offset) ?? [])
      for (const { fileName, textSpan, isWriteAccess, isDefinition } of references) {
        const known = service.cellAt(fileName)
        // In generated code, a use is none.
        if (known && textSpan.start >= textOf(service, known).length) continue
        const place = placeOf(service, fileName, textSpan)
        if (place) found.push({ place, declaration: isDefinition ?? false, write: isWriteAccess })
      }
  return inOrder(service, found)
}

export function highlights(
  service: NotebookService,
  { cell: id, offset }: LanguageParams<'highlights'>,
): (Span & { write: boolean })[] {
  const { source } = service.cell(id)!
  return inFile(service, service.path(id), offset)
    .map(({ textSpan: { start, length }, kind }) => ({
      start,
      end: start + length,
      write: kind === ts.HighlightSpanKind.writtenReference,
    }))
    .filter(({ end }) => end <= source.length)
}

function inFile({ typescript }: NotebookService, path: string, offset: number): ts.HighlightSpan[] {
  const found = typescript.getDocumentHighlights(path, offset, [path]) ?? []
  return found.filter(({ fileName }) => fileName === path).flatMap(({ highlightSpans }) => highlightSpans)
}

function textOf(
  service: NotebookService,
  { id, good }: { readonly id: string; readonly good: boolean },
): string {
  return good ? service.source(id).cell.source : service.cell(id)!.source
}

/** In document order, the runtime's declarations last, each place once. */
function inOrder(service: NotebookService, found: readonly Reference[]): Reference[] {
  const order = new Map(service.cells.map(({ id }, index) => [id, index]))
  const rank = (place: Place) => ('cell' in place ? order.get(place.cell)! : order.size)
  const start = (place: Place) =>
    'cell' in place ? place.start : place.start.line * 10_000 + place.start.character
  const once = new Map(found.map((reference) => [JSON.stringify(reference.place), reference]))
  for (const reference of found)
    if (reference.declaration) once.set(JSON.stringify(reference.place), reference)
  return [...once.values()].sort((a, b) => rank(a.place) - rank(b.place) || start(a.place) - start(b.place))
}
