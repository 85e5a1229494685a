/** Where names and their types are declared. */
import type ts from 'typescript'
import type { Definitions, Place } from '../answers'
import { homePlace, placeOf } from '../places'
import { identifierAt, sessionNameAt } from '../links'
import type { LanguageParams } from '../protocol'
import type { NotebookService } from '../service'

export function definitions(
  service: NotebookService,
  { cell: id, offset }: LanguageParams<'definitions'>,
): Definitions | null {
  const found = service.typescript.getDefinitionAndBoundSpan(service.path(id), offset)
  if (!found) return null
  const { start, length } = found.textSpan
  // An imported name is followed to what it imports; any other name of the session to the cell that declares it, which
  // TypeScript cannot always tell.
  const home = sessionNameAt(service, id, start)
  const place = home && home.declared.kind !== 'import' ? homePlace(service, home) : undefined
  const places = place ? [place] : placesOf(service, found.definitions)
  return places.length ? { origin: { start, end: start + length }, places } : null
}

export function typeDefinitions(
  service: NotebookService,
  { cell: id, offset }: LanguageParams<'typeDefinitions'>,
): Definitions | null {
  const path = service.path(id)
  const places = placesOf(service, service.typescript.getTypeDefinitionAtPosition(path, offset))
  const file = service.program.getSourceFile(path)
  const word = file && identifierAt(file, offset)
  const origin = word ? { start: word.getStart(file), end: word.end } : { start: offset, end: offset }
  return places.length ? { origin, places } : null
}

function placesOf(service: NotebookService, found: readonly ts.DefinitionInfo[] | undefined): Place[] {
  const places = (found ?? []).flatMap(({ fileName, textSpan }) => placeOf(service, fileName, textSpan) ?? [])
  const seen = new Set<string>()
  return places.filter((place) => {
    const key = JSON.stringify(place)
    return !seen.has(key) && seen.add(key)
  })
}
