/** nbformat keeps a text of several lines as one JSON string per line, each with its line end. */
import type { Json } from './json'

/** The lines of a text, each but perhaps the last ending in `\n`. The empty text has none. */
export function splitLines(text: string): string[] {
  const lines: string[] = []
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start) + 1 || text.length
    lines.push(text.slice(start, end))
    start = end
  }
  return lines
}

/** Whether a value is a text as nbformat keeps them: a string, or an array of strings. */
export function isText(value: Json | undefined): value is string | readonly string[] {
  return (
    typeof value === 'string' || (Array.isArray(value) && value.every((line) => typeof line === 'string'))
  )
}

/** The text that a string or an array of strings holds. */
export function joinLines(value: string | readonly string[]): string {
  return typeof value === 'string' ? value : value.join('')
}

/**
 * Whether two cell texts are the same to an editor. VS Code gives every line of a cell the same line end and drops a byte
 * order mark; neither is an edit.
 */
export function sameSource(a: string, b: string): boolean {
  return a === b || normalSource(a) === normalSource(b)
}

/** A cell's text with everything removed that an editor may change without anybody's edit. */
export function normalSource(text: string): string {
  return text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .toWellFormed()
}
