/** Edits of a text that keep track of where each piece of the result comes from. */
import { encodedMappings, TraceMap, type SourceMapSegment } from '@jridgewell/trace-mapping'
import { Lines } from './lines'
import type { Mapping } from './typescript'

interface Replacement {
  readonly end: number
  readonly text: string
}

/**
 * Insertions and replacements by offset. At one offset, texts that close what ends there come before texts that open
 * what starts there; call `open` on the way into a tree and `close` on the way out, and both nest.
 */
export class Edits {
  private readonly text: string
  private readonly opened = new Map<number, string>()
  private readonly closed = new Map<number, string>()
  private readonly replaced = new Map<number, Replacement>()
  private readonly moved = new Map<number, number>()

  constructor(text: string) {
    this.text = text
  }

  open(offset: number, text: string): void {
    this.opened.set(offset, (this.opened.get(offset) ?? '') + text)
  }

  close(offset: number, text: string): void {
    this.closed.set(offset, (this.closed.get(offset) ?? '') + text)
  }

  /** Replaces [start, end); edits inside are lost. */
  replace(start: number, end: number, text: string): void {
    if (start < end) this.replaced.set(start, { end, text })
  }

  /** Makes an error at `offset` point at `target` instead. */
  point(offset: number, target: number): void {
    this.moved.set(offset, target)
  }

  /** The edited text, with `prefix` before it and `suffix` after it, and its source map. */
  apply(prefix: Prefix, suffix: string, mappings: readonly Mapping[], name: string, source: string): Edited {
    const output = new Output(mappings, this.moved)
    for (const { text, offset } of prefix) output.insert(text, offset)
    const { opened, closed, replaced, moved } = this
    const offsets = new Set([...opened.keys(), ...closed.keys(), ...replaced.keys(), ...moved.keys()])
    let at = 0
    for (const offset of [...offsets].sort((a, b) => a - b)) {
      if (offset < at) continue
      output.copy(this.text, at, offset)
      at = offset
      output.insert(closed.get(offset) ?? '', offset)
      output.insert(opened.get(offset) ?? '', offset)
      const replacement = replaced.get(offset)
      if (replacement) {
        output.insert(replacement.text, offset)
        at = replacement.end
      }
    }
    output.copy(this.text, at, this.text.length)
    output.insert(suffix, this.text.length)
    return output.finish(name, source)
  }
}

/** Generated text, each part with the offset that an error in it belongs to, if any. */
export type Prefix = readonly { readonly text: string; readonly offset?: number }[]

export interface Edited {
  readonly code: string
  /** Version 3, as JSON text. */
  readonly map: string
}

class Output {
  private readonly mappings: readonly Mapping[]
  private readonly moved: ReadonlyMap<number, number>
  private code = ''
  private readonly points: { readonly generated: number; readonly source: number }[] = []

  constructor(mappings: readonly Mapping[], moved: ReadonlyMap<number, number>) {
    this.mappings = mappings
    this.moved = moved
  }

  insert(text: string, offset: number | undefined): void {
    if (offset !== undefined && text) this.point(this.code.length, offset)
    this.code += text
  }

  copy(text: string, start: number, end: number): void {
    if (start >= end) return
    const base = this.code.length - start
    this.point(this.code.length, start)
    for (let index = this.lastAt(start) + 1; index < this.mappings.length; index++) {
      const mapping = this.mappings[index]!
      if (mapping.script >= end) break
      this.point(base + mapping.script, mapping.script)
    }
    this.code += text.slice(start, end)
  }

  private point(generated: number, offset: number): void {
    const mapping = this.mappings[this.lastAt(this.moved.get(offset) ?? offset)]
    if (mapping) this.points.push({ generated, source: mapping.source })
  }

  /** The index of the last mapping at or before an offset, or -1. */
  private lastAt(offset: number): number {
    let low = -1
    let high = this.mappings.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.mappings[middle]!.script <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  finish(name: string, source: string): Edited {
    const generatedLines = new Lines(this.code, 'script')
    const sourceLines = new Lines(source, 'editor')
    const mappings: SourceMapSegment[][] = Array.from({ length: generatedLines.count }, () => [])
    for (const { generated, source: offset } of this.points) {
      const to = generatedLines.position(generated)
      const from = sourceLines.position(offset)
      mappings[to.line]!.push([to.column, 0, from.line, from.column])
    }
    const map = new TraceMap({ version: 3, names: [], sources: [name], mappings })
    return {
      code: this.code,
      map: JSON.stringify({ version: 3, names: [], sources: [name], mappings: encodedMappings(map) }),
    }
  }
}
