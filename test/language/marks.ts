/** Texts with marks, and what the marks say. */
import type { Cells } from './case'

export interface Marked {
  readonly cells: readonly { readonly id: string; readonly source: string }[]
  readonly cursor: { readonly cell: string; readonly offset: number } | undefined
  readonly ranges: readonly { readonly cell: string; readonly start: number; readonly end: number }[]
}

/** Takes the marks out of cells. */
export function unmark(cells: Cells): Marked {
  const entries = isList(cells)
    ? cells.map((text, index) => [idOf(index), text] as const)
    : Object.entries(cells)
  let cursor: Marked['cursor']
  const ranges: Marked['ranges'][number][] = []
  const plain = entries.map(([id, text]) => {
    let source = ''
    const open: number[] = []
    for (const character of text)
      if (character === '¦') {
        if (cursor) throw new Error('A case has one cursor.')
        cursor = { cell: id, offset: source.length }
      } else if (character === '«') open.push(source.length)
      else if (character === '»') ranges.push({ cell: id, start: open.pop()!, end: source.length })
      else source += character
    return { id, source }
  })
  const order = new Map(plain.map(({ id }, index) => [id, index]))
  ranges.sort((a, b) => order.get(a.cell)! - order.get(b.cell)! || a.start - b.start)
  return { cells: plain, cursor, ranges }
}

/** Ids of the cells of a list: `a` to `z`, then `a1`, `b1` and so on. */
export function idOf(index: number): string {
  const round = Math.floor(index / 26)
  return String.fromCharCode(97 + (index % 26)) + (round || '')
}

function isList(cells: Cells): cells is readonly string[] {
  return Array.isArray(cells)
}

/** Edits that do not overlap, applied to a text. */
export function applied(
  source: string,
  edits: readonly { readonly start: number; readonly end: number; readonly text: string }[],
): string {
  return [...edits]
    .sort((a, b) => b.start - a.start || b.end - a.end)
    .reduce((text, { start, end, text: put }) => text.slice(0, start) + put + text.slice(end), source)
}
