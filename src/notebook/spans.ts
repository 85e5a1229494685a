/**
 * Where the parts of one array or object stand in a text that `readJson` has accepted.
 *
 * Reading keeps plain values only, which makes it fast; the few containers whose spans somebody needs (those that were
 * changed, or that an error points into) are scanned again here.
 */
import { LineTable, type Position } from './position'
import { skipSpace, startOfJson } from './reader'

/** One element of an array or member of an object. The text between two entries is a single comma. */
export interface Entry {
  /** Absent in arrays. */
  readonly key?: string
  /** Just after the bracket or the comma before. */
  readonly from: number
  /** Of the key in an object, of the value in an array. */
  readonly start: number
  readonly valueStart: number
  readonly valueEnd: number
  /** At the comma or the bracket after. */
  readonly to: number
}

/** The offset just after the value that starts at an offset. */
export function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start)
  if (first === 0x22) return endOfString(text, start)
  if (first !== 0x7b && first !== 0x5b) return endOfScalar(text, start)
  let depth = 0
  for (let i = start; ;) {
    switch (text.charCodeAt(i)) {
      case 0x22:
        i = endOfString(text, i)
        continue
      case 0x7b:
      case 0x5b:
        depth++
        break
      case 0x7d:
      case 0x5d:
        if (--depth === 0) return i + 1
        break
    }
    i++
  }
}

function endOfString(text: string, start: number): number {
  for (let i = start + 1; ; i++) {
    i = text.indexOf('"', i)
    let slashes = 0
    while (text.charCodeAt(i - 1 - slashes) === 0x5c) slashes++
    if (slashes % 2 === 0) return i + 1
  }
}

function endOfScalar(text: string, start: number): number {
  for (let i = start; ; i++) {
    const unit = text.charCodeAt(i)
    // Past the end the unit is NaN, which no comparison catches.
    if (i >= text.length || unit <= 32 || unit === 0x2c || unit === 0x5d || unit === 0x7d) return i
  }
}

/** The entries of the array or object that starts at an offset. */
export function entriesAt(text: string, start: number): Entry[] {
  const object = text.charCodeAt(start) === 0x7b
  const entries: Entry[] = []
  let from = start + 1
  let at = skipSpace(text, from)
  if (text.charCodeAt(at) === (object ? 0x7d : 0x5d)) return entries
  for (;;) {
    const entryStart = at
    let key: string | undefined
    if (object) {
      const keyEnd = endOfString(text, at)
      key = JSON.parse(text.slice(at, keyEnd)) as string
      at = skipSpace(text, skipSpace(text, keyEnd) + 1)
    }
    const valueEnd = endOfValue(text, at)
    const to = skipSpace(text, valueEnd)
    entries.push({
      ...(key === undefined ? {} : { key }),
      from,
      start: entryStart,
      valueStart: at,
      valueEnd,
      to,
    })
    if (text.charCodeAt(to) !== 0x2c) return entries
    from = to + 1
    at = skipSpace(text, from)
  }
}

/** A way from the root of a document to one of its values, kept backwards so that extending it costs nothing. */
export interface Path {
  readonly parent: Path | undefined
  readonly key: string | number
}

/** A path as people write it: `cells[3].metadata["odd key"]`. */
export function showPath(path: Path | undefined): string {
  if (!path) return ''
  const before = showPath(path.parent)
  if (typeof path.key === 'number') return `${before}[${path.key}]`
  if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(path.key)) return `${before}[${JSON.stringify(path.key)}]`
  return before ? `${before}.${path.key}` : path.key
}

/** Finds values by their paths. Remembers what it scanned, so that many look-ups in one text cost little. */
export class Locator {
  private readonly text: string
  private readonly entries = new Map<number, readonly Entry[]>()
  private lines: LineTable | undefined

  constructor(text: string) {
    this.text = text
  }

  /** The offset of the value that a path leads to, or of the object that lacks its last key. */
  offset(path: Path | undefined): number {
    if (!path) return startOfJson(this.text)
    const start = this.offset(path.parent)
    const { key } = path
    const entries = this.entriesAt(start)
    const entry = typeof key === 'number' ? entries[key] : entries.find((each) => each.key === key)
    return entry?.valueStart ?? start
  }

  /** The same as a line and column. */
  position(path: Path | undefined): Position {
    this.lines ??= new LineTable(this.text)
    return this.lines.positionAt(this.offset(path))
  }

  private entriesAt(start: number): readonly Entry[] {
    let entries = this.entries.get(start)
    if (!entries) this.entries.set(start, (entries = entriesAt(this.text, start)))
    return entries
  }
}
