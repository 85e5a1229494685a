/** Where TypeScript's places are for a person: in a cell's text or in a declaration file, never in generated code. */
import type ts from 'typescript'
import { Lines } from '../compile/lines'
import type { CellSpan, Place, Span } from './answers'
import { aliasOf, type ParsedCell } from './cellModule'
import { homeOf } from './links'
import { remap } from './remap'
import type { NotebookService } from './service'

/**
 * A place in a module. Generated code stands for what another cell declares, or for the cell's own variable that it
 * exports, so a place there is the place of that declaration.
 * @returns undefined where it is nowhere that a person could look, such as in a text that is no more
 */
export function placeOf(service: NotebookService, path: string, span: ts.TextSpan): Place | undefined {
  const known = service.cellAt(path)
  if (known) return cellPlace(service, known, { start: span.start, end: span.start + span.length })
  const text = service.environment.read(path)
  if (text === undefined) return undefined
  const lines = new Lines(text, 'editor')
  const at = (offset: number) => {
    const { line, column } = lines.position(offset)
    return { line, character: column }
  }
  return { file: path, start: at(span.start), end: at(span.start + span.length) }
}

/** A place in a cell's own text, or undefined where it is in generated code. */
export function ownSpan(
  service: NotebookService,
  { id, good }: { readonly id: string; readonly good: boolean },
  span: Span,
): CellSpan | undefined {
  const current = service.cell(id)!.source
  const text = good ? service.source(id).cell.source : current
  if (span.end > text.length) return undefined
  const now = remap(span, text, current)
  return now && { cell: id, ...now }
}

function cellPlace(
  service: NotebookService,
  known: { readonly id: string; readonly good: boolean },
  span: Span,
): CellSpan | undefined {
  const { cell } = known.good ? service.source(known.id) : { cell: service.cell(known.id)! }
  if (span.start <= cell.source.length && span.end <= cell.source.length) return ownSpan(service, known, span)
  const module = service.program.getSourceFile(
    known.good ? `${service.source(known.id).module}.ts` : service.path(known.id),
  )
  const name = module?.text.slice(span.start, span.end)
  if (!name) return undefined
  const exported = cell.analysis.declared.find((declared) => aliasOf(declared.name, cell.source) === name)
  if (exported)
    return ownSpan(service, known, { start: exported.start, end: exported.start + exported.name.length })
  const home = homeOf(service, known.id, name)
  return home && homePlace(service, home)
}

/** Where a session name is declared. */
export function homePlace(
  service: NotebookService,
  { cell, name }: { readonly cell: string; readonly name: string },
): CellSpan | undefined {
  const find = (parsed: ParsedCell | undefined) =>
    parsed?.analysis.declared.find((other) => other.name === name)
  // Mostly it can be seen even in a text that does not parse.
  const now = find(service.cell(cell))
  if (now) return { cell, start: now.start, end: now.start + name.length }
  const source = service.source(cell)
  const declared = find(source.cell)
  if (!declared) return undefined
  const good = source.cell !== service.cell(cell)
  return ownSpan(service, { id: cell, good }, { start: declared.start, end: declared.start + name.length })
}
