/** Where a piece of a text is after an edit. */
import type { CellSpan, Span } from './answers'

/**
 * A span of a text as a span of the text that it became, taking all that lies between the first and the last difference
 * as replaced.
 * @returns undefined where the span reaches into what was replaced
 */
export function remap({ start, end }: Span, before: string, after: string): Span | undefined {
  if (before === after) return { start, end }
  const most = Math.min(before.length, after.length)
  let head = 0
  while (head < most && before[head] === after[head]) head++
  if (end <= head) return { start, end }
  let tail = 0
  while (tail < most - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++
  if (start < before.length - tail) return undefined
  const shift = after.length - before.length
  return { start: start + shift, end: end + shift }
}

interface Text {
  readonly id: string
  readonly source: string
}

/** The texts of a notebook when something was asked, beside what they are when the answer comes. */
export class Meanwhile {
  readonly #before: ReadonlyMap<string, string>
  readonly #after: ReadonlyMap<string, string>

  /** @param after no cells where the notebook was closed */
  constructor(before: readonly Text[], after: readonly Text[] = []) {
    this.#before = texts(before)
    this.#after = before === after ? this.#before : texts(after)
  }

  /** Whether a cell is still there with the same text. */
  same(cell: string): boolean {
    const before = this.#before.get(cell)
    return before !== undefined && before === this.#after.get(cell)
  }

  /** Whether the notebook still has the same cells with the same texts, in whatever order. */
  get unchanged(): boolean {
    return this.#before.size === this.#after.size && [...this.#before.keys()].every((id) => this.same(id))
  }

  /** A place as it is now, or undefined where it is gone or was edited. */
  place<S extends CellSpan>(span: S): S | undefined {
    const [before, after] = [this.#before.get(span.cell), this.#after.get(span.cell)]
    const now = before === undefined || after === undefined ? undefined : remap(span, before, after)
    return now && { ...span, ...now }
  }
}

function texts(cells: readonly Text[]): Map<string, string> {
  return new Map(cells.map(({ id, source }) => [id, source]))
}
