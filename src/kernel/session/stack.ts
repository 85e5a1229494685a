/** Finds the frames of cell code in the stack text of an error, in the formats of V8, Firefox and Safari. */
import { TraceMap, originalPositionFor } from '@jridgewell/trace-mapping'
import type { CellFrame } from '../protocol'
import type { CompiledCell } from '../cell'

/** What compiled code of a run is called in stack traces. */
export function scriptName(cell: string, run: number): string {
  return `genbook-cell/${encodeURIComponent(cell)}/${run}.js`
}

const FRAME = /genbook-cell\/[^/\s()]+\/(\d+)\.js:(\d+):(\d+)/

/** Where compiled code was running: the run that it belongs to, and its place, both from 1. */
export interface RawFrame {
  readonly run: number
  readonly function: string
  readonly line: number
  readonly column: number
}

/** The frames of cell code in a stack text, innermost first. */
export function rawFrames(stack: string): RawFrame[] {
  const frames: RawFrame[] = []
  for (const line of stack.split('\n')) {
    const match = FRAME.exec(line)
    if (!match) continue
    const before = line.slice(0, match.index)
    frames.push({
      run: Number(match[1]),
      function: functionName(before),
      line: Number(match[2]),
      column: Number(match[3]),
    })
  }
  return frames
}

/** `    at async Object.f (` or `f@` → `f`; anonymous and top-level code → ``. */
function functionName(before: string): string {
  const name = before
    .replace(/^\s*at /, '')
    .replace(/[@(].*$/s, '')
    .replace(/\[as [^\]]*\]/, '')
    .replace(/^(?:\s|async\b\*?|new\b)+/, '')
    .trim()
    .replace(/^Object\./, '')
  return /^(?:eval|<anonymous>|anonymous|\$cell|eval code)?$/.test(name) ? '' : name
}

/** A cell that a run executed, with its source map read when first needed. */
export class RunSource {
  readonly cell: CompiledCell
  readonly count: number
  #map: TraceMap | undefined

  constructor(cell: CompiledCell, count: number) {
    this.cell = cell
    this.count = count
  }

  /** The place in the person's text; undefined for code that the compiler added. */
  locate(frame: RawFrame): CellFrame | undefined {
    try {
      this.#map ??= new TraceMap(this.cell.map)
    } catch {
      return undefined
    }
    // Lines count from 1 and columns from 0 in source maps.
    const place = originalPositionFor(this.#map, { line: frame.line, column: frame.column - 1 })
    if (place.line === null) return undefined
    return {
      cell: this.cell.id,
      count: this.count,
      function: frame.function,
      line: place.line,
      column: place.column + 1,
    }
  }
}
