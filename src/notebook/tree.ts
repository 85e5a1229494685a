/** A notebook as the JSON to be written, in which texts know how they are stored. */
import { equalJson, isArray, isObject, type Json, type JsonObject, own, presentKeys } from './json'
import { isText, joinLines, sameSource, splitLines } from './lines'
import { readMime, sameMime, storeMime } from './mime'
import type { Attachments, Cell, MimeBundle, Notebook, Output } from './types'

/** A value that a file may store in several ways, all of them meaning the same. */
export class Leaf {
  /** The way in which nbformat writes it. */
  readonly canonical: () => Json
  private readonly compare: (stored: Json) => boolean
  /** Rewriting asks again at every level of the tree above, and data may be large. */
  private last: { readonly stored: Json; readonly same: boolean } | undefined

  constructor(canonical: () => Json, compare: (stored: Json) => boolean) {
    this.canonical = canonical
    this.compare = compare
  }

  /** Whether a stored value means this one. */
  same(stored: Json): boolean {
    const { last } = this
    if (last && last.stored === stored) return last.same
    const same = this.compare(stored)
    this.last = { stored, same }
    return same
  }
}

export type Tree = Json | Leaf | readonly Tree[] | TreeObject

export interface TreeObject {
  readonly [key: string]: Tree
}

/** Whether a stored value means the same as a tree. */
export function sameTree(tree: Tree, stored: Json): boolean {
  if (tree instanceof Leaf) return tree.same(stored)
  if (isTreeArray(tree))
    return (
      isArray(stored) &&
      tree.length === stored.length &&
      tree.every((each, i) => sameTree(each, stored[i] ?? null))
    )
  if (isTreeObject(tree)) {
    if (!isObject(stored)) return false
    const keys = presentKeys(tree)
    return (
      keys.length === Object.keys(stored).length &&
      keys.every((key) => {
        const value = own(stored, key)
        return value !== undefined && sameTree(tree[key] ?? null, value)
      })
    )
  }
  return equalJson(tree, stored)
}

export function isTreeArray(tree: Tree): tree is readonly Tree[] {
  return Array.isArray(tree)
}

export function isTreeObject(tree: Tree): tree is TreeObject {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree) && !(tree instanceof Leaf)
}

/** The JSON to write for a notebook. */
export function notebookTree(notebook: Notebook): TreeObject & { readonly cells: readonly TreeObject[] } {
  return {
    ...notebook.unknown,
    nbformat: notebook.nbformat,
    nbformat_minor: notebook.nbformat_minor,
    metadata: notebook.metadata,
    cells: notebook.cells.map(cellTree),
  }
}

/** The JSON to write for a cell. */
export function cellTree(cell: Cell): TreeObject {
  const base = {
    ...cell.unknown,
    id: cell.id,
    cell_type: cell.cell_type,
    metadata: cell.metadata,
    source: sourceLeaf(cell.source),
  }
  if (cell.cell_type === 'code')
    return { ...base, execution_count: cell.execution_count, outputs: cell.outputs.map(outputTree) }
  return cell.attachments ? { ...base, attachments: attachmentsTree(cell.attachments) } : base
}

/** The JSON to write for an output. */
export function outputTree(output: Output): TreeObject {
  switch (output.output_type) {
    case 'stream':
      return {
        ...output.unknown,
        output_type: output.output_type,
        name: output.name,
        text: textLeaf(output.text),
      }
    case 'display_data':
    case 'execute_result': {
      const base = {
        ...output.unknown,
        output_type: output.output_type,
        data: bundleTree(output.data),
        metadata: output.metadata,
      }
      return output.output_type === 'display_data'
        ? base
        : { ...base, execution_count: output.execution_count }
    }
    case 'error':
      return {
        ...output.unknown,
        output_type: output.output_type,
        ename: output.ename,
        evalue: output.evalue,
        traceback: output.traceback,
      }
    case 'unknown':
      return output.json
  }
}

function attachmentsTree(attachments: Attachments): TreeObject {
  return Object.fromEntries(Object.entries(attachments).map(([name, bundle]) => [name, bundleTree(bundle)]))
}

function bundleTree(bundle: MimeBundle): TreeObject {
  return Object.fromEntries(
    Object.entries(bundle).map(([mime, value]) => [
      mime,
      new Leaf(
        () => storeMime(mime, value),
        (stored) => sameMime(mime, readMime(mime, stored), value),
      ),
    ]),
  )
}

function sourceLeaf(source: string): Leaf {
  return new Leaf(
    () => splitLines(source),
    (stored) => isText(stored) && sameSource(joinLines(stored), source),
  )
}

function textLeaf(text: string): Leaf {
  return new Leaf(
    () => splitLines(text),
    (stored) => isText(stored) && sameMime('text/plain', joinLines(stored), text),
  )
}

/** The plain JSON that a tree stands for. */
export function treeToJson(tree: Tree): Json {
  if (tree instanceof Leaf) return tree.canonical()
  if (isTreeArray(tree)) return tree.map(treeToJson)
  if (!isTreeObject(tree)) return tree
  const plain: JsonObject = Object.fromEntries(
    presentKeys(tree).map((key) => [key, treeToJson(tree[key] ?? null)]),
  )
  return plain
}
