/** Writes a notebook, keeping every byte of the file it was read from that an edit did not touch. */
import type { Align } from './align'
import { normalSource } from './lines'
import type { ParsedNotebook } from './parse'
import { JUPYTER, print } from './print'
import { startOfJson } from './reader'
import { Rewriter } from './rewrite'
import { notebookTree, sameTree, treeToJson } from './tree'
import type { Cell, Notebook } from './types'

/**
 * The text of a notebook.
 *
 * Without an original, or where that was empty, as nbformat 4.5 writes it: keys sorted, one space a level, one string per
 * source line, a line end at the end.
 *
 * With an original, a notebook that means the same as the one read from it gives exactly its text, and so does an edit
 * that was taken back. Otherwise unchanged values keep their characters wherever they now stand, cells being recognised
 * by their ids, and ids that the file lacked are added.
 */
export function writeNotebook(notebook: Notebook, original?: ParsedNotebook): string {
  const tree = notebookTree(notebook)
  if (original && sameTree(tree, treeToJson(notebookTree(original.notebook)))) return original.text
  if (!original?.json) return print(tree, JUPYTER, '', 0) + JUPYTER.eol
  const root = startOfJson(original.text)
  const { cells } = original.json
  const aligns = new Map(
    cells === undefined ? [] : [[cells, alignCells(notebook.cells, original.notebook.cells)]],
  )
  return new Rewriter(original.text, root, aligns).root(root, tree, original.json)
}

/** Cells are the same by id; failing that, a cell that lost its id is the unclaimed one of the same type and text. */
function alignCells(cells: readonly Cell[], stored: readonly Cell[]): Align {
  return () => {
    const byId = new Map(stored.map((cell, index) => [cell.id, index]))
    const matches = cells.map((cell) => {
      const index = byId.get(cell.id)
      byId.delete(cell.id)
      return index
    })
    const unclaimed = new Map<string, number[]>()
    for (const index of byId.values()) {
      const cell = stored[index]
      if (!cell?.source) continue
      const key = likeness(cell)
      const indices = unclaimed.get(key)
      if (indices) indices.push(index)
      else unclaimed.set(key, [index])
    }
    return cells.map((cell, i) => matches[i] ?? unclaimed.get(likeness(cell))?.shift())
  }
}

function likeness(cell: Cell): string {
  return `${cell.cell_type}\n${normalSource(cell.source)}`
}
