/** A variable as a text to read: longer than one line of a table, and not without end. */
import { preview } from '../display/preview'
import type { ViewResult } from '../protocol'

/** Characters that a person may scroll through. */
const MOST = 200_000
const OPENED = { depth: 8, width: 100, entries: 1000, string: 10_000, characters: MOST }

/** @returns a string as it is, and anything else as the console would print it, opened further. */
export function textOf(value: unknown): Extract<ViewResult, { kind: 'text' }> {
  const text = typeof value === 'string' ? value : preview(value, OPENED)
  return { kind: 'text', text: text.slice(0, MOST), cut: text.length > MOST }
}
