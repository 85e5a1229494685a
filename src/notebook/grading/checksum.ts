/** nbgrader's checksum of a cell: of its source, type, marks, grade id and points. */
import type { Cell } from '../types'
import { md5 } from './md5'
import { readNbgrader } from './metadata'

/** 32 hexadecimal digits, the ones that nbgrader 0.5 and later compute; undefined of a cell that is not marked. */
export function checksum(cell: Pick<Cell, 'source' | 'cell_type' | 'metadata'>): string | undefined {
  const { nbgrader } = readNbgrader(cell)
  if (!nbgrader) return undefined
  const { grade, solution, locked, grade_id, points = 0 } = nbgrader
  const parts = [
    cell.source,
    cell.cell_type,
    python(grade),
    python(solution),
    // What nbgrader calls locked: tests are, and cells with a solution never.
    python(!solution && (grade || locked)),
    grade_id,
    ...(grade ? [pythonFloat(points)] : []),
  ]
  return md5(new TextEncoder().encode(parts.join('')))
}

function python(value: boolean): string {
  return value ? 'True' : 'False'
}

/** A number that is not negative as Python prints a float: `2.0`, `0.5`, `1e-05`, `1e+16`. */
function pythonFloat(value: number): string {
  if (value !== 0 && (value < 1e-4 || value >= 1e16))
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
  return Number.isInteger(value) ? `${value}.0` : String(value)
}
