/** Prints JSON as nbformat does: keys sorted, one entry a line, one space a level, characters beyond ASCII as they are. */
import { MAX_DEPTH, presentKeys } from './json'
import { isTreeArray, isTreeObject, Leaf, type Tree } from './tree'

/** How a text lays its JSON out. */
export interface Layout {
  /** `\n` or `\r\n`. */
  readonly eol: string
  /** What one level is indented by. */
  readonly unit: string
  /** Whether what stands on one line has spaces after commas and colons. */
  readonly spaced: boolean
}

export const JUPYTER: Layout = { eol: '\n', unit: ' ', spaced: true }

/** What stands in place of arrays and objects that nest so deeply that the file could not be read again. */
export const TOO_DEEP = '(nested too deeply to be stored)'

/**
 * A value as JSON text.
 *
 * @param indent the white space that its line starts with; undefined prints all on one line
 * @param depth of the container that the value is in; 0 for the root
 */
export function print(tree: Tree, layout: Layout, indent: string | undefined, depth: number): string {
  if (tree instanceof Leaf) return print(tree.canonical(), layout, indent, depth)
  const container = isTreeArray(tree) || isTreeObject(tree)
  if (!container) return JSON.stringify(tree)
  if (depth >= MAX_DEPTH) return JSON.stringify(TOO_DEEP)
  const inner = indent === undefined ? undefined : indent + layout.unit
  const space = indent !== undefined || layout.spaced ? ' ' : ''
  const parts = isTreeArray(tree)
    ? tree.map((item) => print(item ?? null, layout, inner, depth + 1))
    : presentKeys(tree)
        .sort()
        .map((key) => `${JSON.stringify(key)}:${space}` + print(tree[key] ?? null, layout, inner, depth + 1))
  const [open, close] = isTreeArray(tree) ? '[]' : '{}'
  if (!parts.length) return `${open}${close}`
  if (indent === undefined) return `${open}${parts.join(`,${space}`)}${close}`
  const lead = layout.eol + inner
  return `${open}${lead}${parts.join(`,${lead}`)}${layout.eol}${indent}${close}`
}
