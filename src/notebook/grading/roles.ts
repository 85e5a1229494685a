/** What a cell is for in an assignment, in the words of people, and in nbgrader's metadata. */
import type { JsonObject } from '../json'
import type { Cell, CellType } from '../types'
import { isGradeId, readNbgrader, withNbgrader, type NbgraderMetadata } from './metadata'

/**
 * - `solution`: code that students write and tests grade
 * - `test`: code that grades, for points
 * - `manual`: text or code that students write and a person grades
 * - `task`: text that asks for something in cells of the student's own below it, which a person grades
 * - `locked`: text or code that students may not change
 * - `plain`: everything else
 */
export type Role = 'solution' | 'test' | 'manual' | 'task' | 'locked' | 'plain'

export const ROLES: readonly Role[] = ['solution', 'test', 'manual', 'task', 'locked', 'plain']

/** What a cell's metadata says that it is for. Anything odd counts as plain; `lint` says what is odd about it. */
export function roleOf(cell: Pick<Cell, 'metadata'>): Role {
  const { nbgrader } = readNbgrader(cell)
  return nbgrader ? roleOfMetadata(nbgrader) : 'plain'
}

export function roleOfMetadata({ task, solution, grade, locked }: NbgraderMetadata): Role {
  if (task) return 'task'
  if (solution) return grade ? 'manual' : 'solution'
  if (grade) return 'test'
  return locked ? 'locked' : 'plain'
}

/** Whether the text of such cells is the student's. */
export function isAnswer(role: Role): role is 'solution' | 'manual' {
  return role === 'solution' || role === 'manual'
}

/** Whether students may not change such cells. */
export function isLocked(role: Role): role is 'test' | 'task' | 'locked' {
  return role === 'test' || role === 'task' || role === 'locked'
}

/** Whether such cells have points. */
export function hasPoints(role: Role): role is 'test' | 'manual' | 'task' {
  return role === 'test' || role === 'manual' || role === 'task'
}

/** Whether a cell of that type may have that role, as nbgrader has it: tests and solutions are code, tasks are text. */
export function fits(role: Role, type: CellType): boolean {
  if (role === 'solution' || role === 'test') return type === 'code'
  if (role === 'task') return type === 'markdown'
  return role !== 'manual' || type !== 'raw'
}

/** The points of a cell that has some, 0 of others. */
export function pointsOf(cell: Pick<Cell, 'metadata'>): number {
  const { nbgrader } = readNbgrader(cell)
  return nbgrader && hasPoints(roleOfMetadata(nbgrader)) ? (nbgrader.points ?? 0) : 0
}

/** What all cells of a notebook are worth together. */
export function totalPoints(cells: readonly Pick<Cell, 'metadata'>[]): number {
  return cells.reduce((sum, cell) => sum + pointsOf(cell), 0)
}

/**
 * A cell's metadata once it is marked as something. It keeps its grade id and points where it has them; points that are
 * new are 1; a plain cell loses all of it.
 *
 * @param gradeId for a cell that has none yet
 */
export function withRole(metadata: JsonObject, role: Role, gradeId: string): JsonObject {
  if (role === 'plain') return withNbgrader(metadata, undefined)
  const { nbgrader } = readNbgrader({ metadata })
  const points = hasPoints(role) ? { points: nbgrader?.points ?? 1 } : {}
  return withNbgrader(metadata, {
    schema_version: 3,
    grade: role === 'test' || role === 'manual',
    solution: isAnswer(role),
    locked: isLocked(role),
    task: role === 'task',
    grade_id: nbgrader?.grade_id ?? gradeId,
    ...points,
  })
}

/** A cell's metadata with other points; as it is where its role has none. */
export function withPoints(metadata: JsonObject, points: number): JsonObject {
  const { nbgrader } = readNbgrader({ metadata })
  return nbgrader && hasPoints(roleOfMetadata(nbgrader))
    ? withNbgrader(metadata, { ...nbgrader, points })
    : metadata
}

/** A grade id that no cell has: the cell's own id where it may be one, else with a number after it. */
export function freshGradeId(cell: Pick<Cell, 'id'>, cells: readonly Pick<Cell, 'metadata'>[]): string {
  const taken = new Set(cells.map((other) => readNbgrader(other).nbgrader?.grade_id))
  const base = isGradeId(cell.id) ? cell.id : 'cell'
  let id = base
  for (let count = 2; taken.has(id); count++) id = `${base}-${count}`
  return id
}

/** The points of cells that have some, by grade id. */
export function pointsByGradeId(cells: readonly Pick<Cell, 'metadata'>[]): Map<string, number> {
  return new Map(
    cells.flatMap((cell) => {
      const { nbgrader } = readNbgrader(cell)
      return nbgrader && hasPoints(roleOfMetadata(nbgrader))
        ? [[nbgrader.grade_id, nbgrader.points ?? 0] as const]
        : []
    }),
  )
}
