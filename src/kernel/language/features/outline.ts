/** The structure of a cell's text: symbols, what folds, and what a selection grows to. */
import ts from 'typescript'
import type { DocumentSymbol, FoldingRange, Span } from '../answers'
import { nameKind } from '../kinds'
import type { LanguageParams } from '../protocol'
import type { NotebookService } from '../service'

export function symbols(service: NotebookService, { cell }: LanguageParams<'symbols'>): DocumentSymbol[] {
  const tree = service.syntax.getNavigationTree(service.path(cell))
  return (tree.childItems ?? []).flatMap(symbol).sort((a, b) => a.start - b.start)
}

function symbol({ text, kind, spans, nameSpan, childItems }: ts.NavigationTree): DocumentSymbol[] {
  // Imports say what is used, not what is here.
  if (kind === ts.ScriptElementKind.alias || !spans.length) return []
  const start = Math.min(...spans.map((span) => span.start))
  const end = Math.max(...spans.map((span) => span.start + span.length))
  const selection = nameSpan ? spanOf(nameSpan) : { start, end: start }
  const children = (childItems ?? []).flatMap(symbol)
  return [{ name: text, kind: nameKind(kind), start, end, selection, children }]
}

const FOLDS: Record<ts.OutliningSpanKind, FoldingRange['kind']> = {
  [ts.OutliningSpanKind.Code]: 'code',
  [ts.OutliningSpanKind.Comment]: 'comment',
  [ts.OutliningSpanKind.Imports]: 'imports',
  [ts.OutliningSpanKind.Region]: 'region',
}

export function foldingRanges(
  service: NotebookService,
  { cell }: LanguageParams<'foldingRanges'>,
): FoldingRange[] {
  const { source } = service.cell(cell)!
  return service.syntax
    .getOutliningSpans(service.path(cell))
    .map(({ textSpan, kind }) => ({ ...spanOf(textSpan), kind: FOLDS[kind] }))
    .filter(({ start, end }) => end <= source.length && /[\r\n]/.test(source.slice(start, end)))
}

export function selectionRanges(
  service: NotebookService,
  { cell, offsets }: LanguageParams<'selectionRanges'>,
): Span[][] {
  const { length } = service.cell(cell)!.source
  return offsets.map((offset) => {
    const spans: Span[] = []
    let range: ts.SelectionRange | undefined = service.syntax.getSmartSelectionRange(
      service.path(cell),
      offset,
    )
    // Where a template or comment is not closed, TypeScript looks one character beyond the text.
    for (; range; range = range.parent) {
      const { start, end } = spanOf(range.textSpan)
      spans.push({ start: Math.min(start, length), end: Math.min(end, length) })
    }
    const whole = { start: 0, end: length }
    const last = spans.at(-1)
    return last && last.start === 0 && last.end === length ? spans : [...spans, whole]
  })
}

function spanOf({ start, length }: ts.TextSpan): Span {
  return { start, end: start + length }
}
