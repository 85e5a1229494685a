/** What a student should look at before handing in a released notebook. */
import { sameSource } from '../lines'
import type { Cell, Notebook } from '../types'
import { assignmentOf, placeholdersOf, type Released, type ReleasedCell } from './assignment'
import { error, placeOf, warning, type Finding } from './finding'
import { inOrder } from './lint'
import { matchCells, type Matches } from './match'
import { readNbgrader } from './metadata'
import { isAnswer, isLocked, roleOf } from './roles'
import { hasPlaceholder, type Placeholders } from './strip'

/** Longest answer that is taken, in UTF-16 units: as `takeAnswers` has it. */
const LONGEST_ANSWER = 1_000_000
/** Larger files are refused in many places where work is handed in. */
const LARGEST_FILE = 50_000_000

/** A notebook that was released to be answered. */
interface Handing {
  readonly released: Released
  readonly cells: readonly Cell[]
  readonly matches: Matches
  readonly placeholders: Placeholders
}

/**
 * Everything to look at, in the order of the cells; `undefined` for a notebook that was not released as an assignment.
 *
 * @param size of the file, in bytes, where it is known
 */
export function checkHandIn(notebook: Notebook, size = 0): Finding[] | undefined {
  const { released } = assignmentOf(notebook)
  if (!released) return undefined
  const placeholders = placeholdersOf(notebook)
  const { cells } = notebook
  const handing = { released, cells, placeholders, matches: matchCells(released.cells, cells, placeholders) }
  return inOrder([
    ...tooLarge(size),
    ...released.cells.flatMap((original, number) => lookAt(original, number, handing)),
    ...ownCode(handing),
  ])
}

function lookAt(original: ReleasedCell, number: number, handing: Handing): Finding[] {
  const role = roleOf(original)
  const name = nameOf(original)
  const match = handing.matches.of[number]
  const cell = match && handing.cells[match.index]
  if (!cell) {
    if (role === 'plain') return []
    const say = isAnswer(role) ? error : warning
    return [
      say('cell-vanished', { cellId: original.id }, 'The cell “{0}” is not in the notebook any more.', name),
    ]
  }
  const place = placeOf(cell, match.index)
  const changed = !sameSource(cell.source.trim(), original.source.trim())
  if (cell.cell_type !== original.cell_type)
    return [
      warning(
        'cell-retyped',
        place,
        'The cell “{0}” was a {1} cell and is a {2} cell now.',
        name,
        original.cell_type,
        cell.cell_type,
      ),
    ]
  if (isLocked(role) && changed)
    return [
      warning(
        'locked-cell-changed',
        place,
        'The locked cell “{0}” was changed. Grading uses the one that was released.',
        name,
      ),
    ]
  if (role === 'plain')
    return changed && cell.cell_type === 'code'
      ? [
          warning(
            'plain-cell-changed',
            place,
            'This cell came with the assignment and was changed. Only answers are graded: what they need must stand in them.',
          ),
        ]
      : []
  return [
    ...(isAnswer(role) ? answer(cell, changed, name, place, handing.placeholders) : []),
    ...ran(cell, name, place),
  ]
}

function answer(
  cell: Cell,
  changed: boolean,
  name: string,
  place: ReturnType<typeof placeOf>,
  placeholders: Placeholders,
): Finding[] {
  if (cell.source.length > LONGEST_ANSWER)
    return [
      error(
        'answer-too-long',
        place,
        'The answer “{0}” is longer than {1} characters and would not be taken.',
        name,
        LONGEST_ANSWER,
      ),
    ]
  if (changed && cell.source.trim() && !hasPlaceholder(cell.source, cell.cell_type, placeholders)) return []
  return [error('answer-missing', place, 'The answer “{0}” is still to be written.', name)]
}

/** Code that was not run, or failed when it was. */
function ran(cell: Cell, name: string, place: ReturnType<typeof placeOf>): Finding[] {
  if (cell.cell_type !== 'code' || !cell.source.trim()) return []
  const failure = cell.outputs.find((output) => output.output_type === 'error')
  if (failure)
    return [
      warning(
        'cell-fails',
        place,
        'The cell “{0}” ends in an error: {1}',
        name,
        `${failure.ename}: ${failure.evalue}`,
      ),
    ]
  return cell.execution_count === null
    ? [warning('cell-not-run', place, 'The cell “{0}” has not been run.', name)]
    : []
}

/** Code in cells of the student's own, unless it answers a task. */
function ownCode({ cells, matches, released }: Handing): Finding[] {
  const roles = new Map(
    matches.of.flatMap((match, number) => {
      const original = released.cells[number]
      return match && original ? [[match.index, roleOf(original)] as const] : []
    }),
  )
  return matches.extra.flatMap((index) => {
    const cell = cells[index]
    if (cell?.cell_type !== 'code' || !cell.source.trim()) return []
    let above = index - 1
    while (above >= 0 && !roles.has(above)) above--
    if (roles.get(above) === 'task') return []
    return [
      warning(
        'own-code',
        placeOf(cell, index),
        'This cell is your own and is not graded: what your answers need must stand in them.',
      ),
    ]
  })
}

function tooLarge(size: number): Finding[] {
  return size > LARGEST_FILE
    ? [
        warning(
          'file-too-large',
          {},
          'The file has {0} MB. Clear outputs that nobody needs: answers are taken without them.',
          Math.round(size / 1e6),
        ),
      ]
    : []
}

function nameOf(cell: ReleasedCell): string {
  return readNbgrader(cell).nbgrader?.grade_id ?? cell.id
}
