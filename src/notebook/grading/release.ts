/** The notebook that students get, made from the instructor's master. */
import { isObject, type JsonObject, own, without } from '../json'
import type { Cell, Notebook } from '../types'
import { placeholdersOf, recordCell, withAssignment } from './assignment'
import { checksum } from './checksum'
import { readNbgrader, withNbgrader } from './metadata'
import { isLocked, roleOf } from './roles'
import { strip, type Placeholders } from './strip'

/**
 * The released form of a master: solutions, hidden tests, mark schemes, outputs and everything that is the instructor's
 * alone are gone, cells that are graded or locked say so to Jupyter's editors as well (`deletable`, `editable`), and
 * every cell's text is recorded, so that an editor can restore what was lost. The same master gives the same notebook.
 */
export function releaseNotebook(master: Notebook): Notebook {
  const placeholders = placeholdersOf(master)
  const cells = master.cells.map((cell) => releaseCell(cell, placeholders))
  const released = { version: 1 as const, cells: cells.map(recordCell) }
  const bare = { ...master, metadata: withoutOurs(master.metadata, 'run'), cells }
  return withAssignment(bare, { seconds: undefined, calibration: undefined, released })
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

/** Metadata without one member of Genbook's part. */
function withoutOurs(metadata: JsonObject, key: string): JsonObject {
  const ours = own(metadata, 'genbook')
  if (!isObject(ours) || own(ours, key) === undefined) return metadata
  const rest = without(ours, key)
  return Object.keys(rest).length ? { ...metadata, genbook: rest } : without(metadata, 'genbook')
}
