/** Brings back what a released notebook had. */
import { sameSource } from '../lines'
import type { Cell } from '../types'
import type { Released, ReleasedCell } from './assignment'
import { matchCells } from './match'
import { isLocked, roleOf } from './roles'

/** A cell that vanished, and where it belongs among the cells that are there now. */
export interface Restoration {
  /** Before the cell that has this index now; several for one index belong there in order. */
  readonly index: number
  readonly cell: ReleasedCell
}

/** The released cells that are not there any more: each belongs below the nearest one that stood above it. */
export function vanishedCells(released: Released, cells: readonly Cell[]): Restoration[] {
  const { of } = matchCells(released.cells, cells)
  let index = 0
  return released.cells.flatMap((cell, number) => {
    const match = of[number]
    if (!match) return [{ index, cell }]
    index = match.index + 1
    return []
  })
}

/** Locked cells whose text is not the released one. */
export function changedCells(
  released: Released,
  cells: readonly Cell[],
): { readonly index: number; readonly cell: ReleasedCell }[] {
  const { of } = matchCells(released.cells, cells)
  return released.cells.flatMap((cell, number) => {
    const index = of[number]?.index
    const now = index === undefined ? undefined : cells[index]
    return index !== undefined && now && isLocked(roleOf(cell)) && !sameSource(now.source, cell.source)
      ? [{ index, cell }]
      : []
  })
}
