/** The notebook that students get, made from the instructor's master. */
import { isObject, type JsonObject, own, without } from '../json'
import type { Cell, Notebook } from '../types'
import { assignmentOf, placeholdersOf, recordCell, withAssignment } from './assignment'
import { checksum } from './checksum'
import { readNbgrader, withNbgrader } from './metadata'
import { isLocked, roleOf } from './roles'
import { strip, type Placeholders } from './strip'
import { namedTests } from './testNames'

/** Points of tests by the grade id of their cell, then by name. */
export type Shares = ReadonlyMap<string, Readonly<Record<string, number>>>

/**
 * The released form of a master: solutions, hidden tests, mark schemes, outputs and everything that is the instructor's
 * alone are gone, cells that are graded or locked say so to Jupyter's editors as well (`deletable`, `editable`), and
 * every cell is recorded, so that an editor can restore what was lost. The same master gives the same notebook.
 *
 * @param shares what tests are worth, where that is known: those of visible tests are told to students
 */
export function releaseNotebook(master: Notebook, shares?: Shares): Notebook {
  const placeholders = placeholdersOf(master)
  const cells = master.cells.map((cell) => withShares(releaseCell(cell, placeholders), shares))
  const { title } = assignmentOf(master)
  const own = assignmentOf(master).placeholders
  const bare = withoutOurs(withoutOurs(master.metadata, 'run'), 'grading')
  return withAssignment(
    { ...master, metadata: bare, cells },
    {
      ...(title !== undefined && { title }),
      ...(own && { placeholders: own }),
      released: { version: 1, cells: cells.map(recordCell) },
    },
  )
}

/** One cell as students get it. */
export function releaseCell(cell: Cell, placeholders: Placeholders): Cell {
  const role = roleOf(cell)
  const source = strip(cell.source, role, cell.cell_type, placeholders)
  // Jupyter keeps there when the cell last ran.
  const metadata = without(withoutOurs(cell.metadata, 'grading'), 'execution')
  const stripped = { ...cell, metadata, source }
  const bare: Cell =
    stripped.cell_type === 'code' ? { ...stripped, execution_count: null, outputs: [] } : stripped
  const { nbgrader } = readNbgrader(bare)
  if (!nbgrader || role === 'plain') return bare
  const sum = checksum(bare)
  const marked = withNbgrader(bare.metadata, {
    ...nbgrader,
    cell_type: cell.cell_type,
    ...(sum !== undefined && { checksum: sum }),
  })
  return {
    ...bare,
    metadata: { ...marked, deletable: false, ...(isLocked(role) && { editable: false }) },
  }
}

/** A released test cell that knows what its visible tests are worth; hidden ones it must not even name. */
function withShares(cell: Cell, shares: Shares | undefined): Cell {
  const all = shares?.get(readNbgrader(cell).nbgrader?.grade_id ?? '')
  const visible = namedTests(cell.source).filter(({ name }) => all && Object.hasOwn(all, name))
  if (!all || !visible.length) return cell
  const points = Object.fromEntries(visible.map(({ name }) => [name, all[name] ?? 0]))
  const ours = own(cell.metadata, 'genbook')
  const genbook = { ...(isObject(ours) ? ours : {}), grading: { points } }
  return { ...cell, metadata: { ...cell.metadata, genbook } }
}

/** What the visible tests of a released cell are worth, by name; undefined where the release does not say. */
export function visiblePoints(cell: Pick<Cell, 'metadata'>): Readonly<Record<string, number>> | undefined {
  const genbook = own(cell.metadata, 'genbook')
  const grading = isObject(genbook) ? own(genbook, 'grading') : undefined
  const points = isObject(grading) ? own(grading, 'points') : undefined
  if (!isObject(points)) return undefined
  return Object.fromEntries(
    Object.entries(points).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  )
}

/** Metadata without one member of Genbook's part. */
function withoutOurs(metadata: JsonObject, key: string): JsonObject {
  const ours = own(metadata, 'genbook')
  if (!isObject(ours) || own(ours, key) === undefined) return metadata
  const rest = without(ours, key)
  return Object.keys(rest).length ? { ...metadata, genbook: rest } : without(metadata, 'genbook')
}
