/**
 * Writes a changed JSON value into the text it was read from.
 *
 * Wherever the new value means the same as the stored one, the stored characters are kept, so `1.0` stays `1.0` and odd
 * spacing, key order and escapes stay. Changed pieces are printed as Jupyter does, at the indentation around them.
 */
import { type Align, alignEqual } from './align'
import { isArray, isObject, type Json, type JsonObject, presentKeys } from './json'
import { type Layout, JUPYTER, print } from './print'
import { endOfValue, type Entry, entriesAt } from './spans'
import { isTreeArray, isTreeObject, Leaf, sameTree, type Tree, type TreeObject } from './tree'

/** One value in its text. */
interface Place {
  readonly start: number
  readonly end: number
  /** The white space that the value's line starts with; undefined where everything stands on one line. */
  readonly indent: string | undefined
  /** Of the container that the value is in. */
  readonly depth: number
}

interface Piece {
  /** The stored entry that the piece was made from. */
  readonly index: number | undefined
  readonly key?: string
  /** From the key or value to just before the comma. */
  readonly text: string
}

/** One rewriting of one text. */
export class Rewriter {
  private readonly text: string
  private readonly layout: Layout
  private readonly aligns: ReadonlyMap<Json, Align>

  /** @param aligns how the elements of certain stored arrays correspond to new ones */
  constructor(text: string, root: number, aligns: ReadonlyMap<Json, Align>) {
    this.text = text
    this.aligns = aligns
    this.layout = layoutOf(text, entriesAt(text, root))
  }

  /** The text of the whole file with its root value exchanged. */
  root(start: number, tree: Tree, stored: Json): string {
    const { text } = this
    const end = endOfValue(text, start)
    const indent = /[\r\n]/.test(text.slice(start, end)) || end - start <= 2 ? '' : undefined
    return text.slice(0, start) + this.value(tree, stored, { start, end, indent, depth: 0 }) + text.slice(end)
  }

  private value(tree: Tree, stored: Json, place: Place): string {
    if (sameTree(tree, stored)) return this.text.slice(place.start, place.end)
    if (tree instanceof Leaf) {
      const lines = tree.canonical()
      // Lines that all stand on one line are not the form we want, so they are printed anew.
      return isArray(lines) &&
        isArray(stored) &&
        lines.length &&
        stored.length &&
        (place.indent === undefined || this.isTall(place))
        ? this.array(lines, stored, place)
        : print(lines, this.layout, place.indent, place.depth)
    }
    if (isTreeArray(tree) && isArray(stored) && tree.length && stored.length)
      return this.array(tree, stored, place)
    if (isTreeObject(tree) && isObject(stored) && presentKeys(tree).length && Object.keys(stored).length)
      return this.object(tree, stored, place)
    return print(tree, this.layout, place.indent, place.depth)
  }

  private array(items: readonly Tree[], stored: readonly Json[], place: Place): string {
    const entries = entriesAt(this.text, place.start)
    const matches = (this.aligns.get(stored) ?? alignEqual)(items, stored)
    const pieces = items.map((item, i): Piece => {
      const index = matches[i]
      const entry = index === undefined ? undefined : entries[index]
      const text =
        index === undefined || !entry
          ? print(item, this.layout, this.indentFor(undefined, entries, place), place.depth + 1)
          : this.entry(item, stored[index] ?? null, entry, entries, place)
      return { index, text }
    })
    return this.join(pieces, entries, place)
  }

  private object(tree: TreeObject, stored: JsonObject, place: Place): string {
    const entries = entriesAt(this.text, place.start)
    const pieces: Piece[] = []
    const wanted = new Set(presentKeys(tree))
    entries.forEach((entry, index) => {
      const { key = '' } = entry
      if (!wanted.delete(key)) return
      pieces.push({
        index,
        key,
        text: this.entry(tree[key] ?? null, stored[key] ?? null, entry, entries, place),
      })
    })
    const sorted = entries.every((entry, i) => i === 0 || (entries[i - 1]?.key ?? '') < (entry.key ?? ''))
    for (const key of [...wanted].sort()) {
      const value = print(
        tree[key] ?? null,
        this.layout,
        this.indentFor(undefined, entries, place),
        place.depth + 1,
      )
      const piece: Piece = { index: undefined, key, text: JSON.stringify(key) + this.colon(entries) + value }
      const next = sorted ? pieces.findIndex((each) => (each.key ?? '') > key) : -1
      pieces.splice(next < 0 ? pieces.length : next, 0, piece)
    }
    return this.join(pieces, entries, place)
  }

  /** A stored entry with its value exchanged, from its key or value to just before the comma. */
  private entry(tree: Tree, stored: Json, entry: Entry, entries: readonly Entry[], place: Place): string {
    const value = this.value(tree, stored, {
      start: entry.valueStart,
      end: entry.valueEnd,
      indent: this.indentFor(entry, entries, place),
      depth: place.depth + 1,
    })
    // The space after the last entry belongs to the closing bracket.
    const trail = entry === entries.at(-1) ? '' : this.text.slice(entry.valueEnd, entry.to)
    return this.text.slice(entry.start, entry.valueStart) + value + trail
  }

  private join(pieces: readonly Piece[], entries: readonly Entry[], place: Place): string {
    const last = entries.at(-1)
    const body = pieces
      .map(({ index, text }, i) => this.lead(i === 0 ? 0 : index || undefined, entries) + text)
      .join()
    return this.text.charAt(place.start) + body + this.text.slice(last?.valueEnd ?? place.end - 1, place.end)
  }

  /** The white space before a stored entry; before a new one, that of entries which are not the first. */
  private lead(index: number | undefined, entries: readonly Entry[]): string {
    const entry = entries[index ?? 1]
    if (entry) return leadOf(this.text, entry)
    const [first] = entries
    return (first && leadOf(this.text, first)) || (this.layout.spaced ? ' ' : '')
  }

  private indentFor(entry: Entry | undefined, entries: readonly Entry[], place: Place): string | undefined {
    const ownLine = indentIn(entry ? leadOf(this.text, entry) : this.lead(undefined, entries))
    // Entries that follow their bracket on one line, yet span lines themselves, are indented as the container is.
    return ownLine ?? (this.isTall(place) ? place.indent : undefined)
  }

  private isTall(place: Place): boolean {
    const newline = this.text.indexOf('\n', place.start)
    return newline >= 0 && newline < place.end
  }

  private colon(entries: readonly Entry[]): string {
    return (entries[0] && colonOf(this.text, entries[0])) ?? ': '
  }
}

function leadOf(text: string, entry: Entry): string {
  return text.slice(entry.from, entry.start)
}

function colonOf(text: string, entry: Entry): string | undefined {
  return /"(\s*:\s*)$/.exec(text.slice(entry.start, entry.valueStart))?.[1]
}

/** What the last line of some white space is indented by; undefined where there is no line end in it. */
function indentIn(space: string): string | undefined {
  return /[\r\n]([ \t]*)$/.exec(space)?.[1]
}

/** How the members of a file's root are laid out. */
function layoutOf(text: string, entries: readonly Entry[]): Layout {
  const lead = entries.map((entry) => leadOf(text, entry)).find((each) => indentIn(each) !== undefined)
  return {
    eol: lead?.includes('\r\n') ? '\r\n' : JUPYTER.eol,
    unit: indentIn(lead ?? '') || JUPYTER.unit,
    spaced: entries.some((entry) => /\s/.test(colonOf(text, entry) ?? '')),
  }
}
