/** What became of released cells in somebody's hands. */
import { sameSource } from '../lines'
import type { Cell } from '../types'
import type { ReleasedCell } from './assignment'
import { error, placeOf, warning, type Finding, type Place } from './finding'
import { matchCells, type Matches } from './match'
import { readNbgrader } from './metadata'
import { isAnswer, isLocked, roleOf } from './roles'

/** What became of the released cells in a notebook, cell by cell: vanished, changed, retyped, moved, doubled. */
export function compare(
  released: readonly ReleasedCell[],
  cells: readonly Cell[],
  matches: Matches = matchCells(released, cells),
): Finding[] {
  const findings: Finding[] = []
  const moved: { readonly name: string; readonly place: Place }[] = []
  let furthest = -1
  for (const [number, original] of released.entries()) {
    const role = roleOf(original)
    const name = readNbgrader(original).nbgrader?.grade_id ?? original.id
    const match = matches.of[number]
    const cell = match && cells[match.index]
    if (!cell) {
      const say = isAnswer(role) ? error : warning
      if (role !== 'plain' || original.source.trim())
        findings.push(
          say('cell-vanished', { cellId: original.id }, 'The cell “{0}” is not in the notebook.', name),
        )
      continue
    }
    const place = placeOf(cell, match.index)
    if (match.by !== 'id')
      findings.push(
        warning(
          'cell-renamed',
          place,
          'The cell “{0}” lost its id, and was recognised by its {1}.',
          name,
          match.by,
        ),
      )
    if (cell.cell_type !== original.cell_type)
      findings.push(
        warning(
          'cell-retyped',
          place,
          'The cell “{0}” is a {1} cell; it was released as a {2} cell.',
          name,
          cell.cell_type,
          original.cell_type,
        ),
      )
    if (match.index < furthest) moved.push({ name, place })
    furthest = Math.max(furthest, match.index)
    if (isLocked(role) && !sameSource(cell.source.trim(), original.source.trim()))
      findings.push(
        warning(
          'locked-cell-changed',
          place,
          'The locked cell “{0}” was changed; grading uses its own.',
          name,
        ),
      )
    if (role !== 'plain' && !sameMarks(original, cell))
      findings.push(
        warning(
          'metadata-changed',
          place,
          'The grading metadata of the cell “{0}” was changed; grading uses its own.',
          name,
        ),
      )
  }
  return [...findings, ...reordered(moved), ...doubles(released, cells, matches)]
}

/** One remark, however many cells: order counts for nothing. */
function reordered(moved: readonly { readonly name: string; readonly place: Place }[]): Finding[] {
  const [only, ...more] = moved
  if (!only) return []
  return more.length
    ? [warning('cells-moved', {}, '{0} cells do not stand where they were released.', moved.length)]
    : [warning('cell-moved', only.place, 'The cell “{0}” does not stand where it was released.', only.name)]
}

/** Cells that have the grade id of a released cell, but are not it. */
function doubles(released: readonly ReleasedCell[], cells: readonly Cell[], { extra }: Matches): Finding[] {
  const names = new Set(released.map((cell) => readNbgrader(cell).nbgrader?.grade_id))
  return extra.flatMap((index) => {
    const cell = cells[index]
    const gradeId = cell && readNbgrader(cell).nbgrader?.grade_id
    return cell && gradeId !== undefined && names.has(gradeId)
      ? [
          warning(
            'cell-doubled',
            placeOf(cell, index),
            'Another cell is “{0}” already; this one is not graded.',
            gradeId,
          ),
        ]
      : []
  })
}

function sameMarks(original: ReleasedCell, cell: Cell): boolean {
  const before = readNbgrader(original).nbgrader
  const now = readNbgrader(cell).nbgrader
  return (
    before?.grade_id === now?.grade_id &&
    before?.points === now?.points &&
    before?.grade === now?.grade &&
    before?.solution === now?.solution &&
    before?.locked === now?.locked &&
    before?.task === now?.task
  )
}
