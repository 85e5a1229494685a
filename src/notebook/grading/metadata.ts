/**
 * nbgrader's metadata of a cell, version 3 of its schema, under `metadata.nbgrader`.
 *
 * | cell              | grade | solution | locked | task | points |
 * | ----------------- | ----- | -------- | ------ | ---- | ------ |
 * | autograded answer | false | true     | false  | false|        |
 * | autograder tests  | true  | false    | true   | false| yes    |
 * | manual answer     | true  | true     | false  | false| yes    |
 * | manual task       | false | false    | true   | true | yes    |
 * | read-only         | false | false    | true   | false|        |
 *
 * Source: https://nbgrader.readthedocs.io/en/stable/contributor_guide/metadata.html
 */
import { isObject, type Json, type JsonObject, own, without } from '../json'
import type { Cell, CellType } from '../types'

export interface NbgraderMetadata {
  readonly schema_version: 3
  readonly grade: boolean
  readonly solution: boolean
  readonly locked: boolean
  readonly task: boolean
  /** Names the cell for grading: one or more of A–Z a–z 0–9 - _ */
  readonly grade_id: string
  /** Not negative; of cells that are graded. */
  readonly points?: number
  /** Of the cell as it was released: 32 hexadecimal digits. */
  readonly checksum?: string
  /** The type that the cell had when it was released. */
  readonly cell_type?: CellType
}

/** What a cell says about grading, and what is wrong with how it says it. */
export interface ReadMetadata {
  /** Undefined of a cell that says nothing, or nothing that can be used. */
  readonly nbgrader?: NbgraderMetadata
  /** For people: what was wrong, each a sentence about `metadata.nbgrader`. */
  readonly problems: readonly string[]
}

/** Whether a text may name a cell for grading. */
export function isGradeId(id: string): boolean {
  return /^[a-zA-Z0-9_-]+$/.test(id)
}

/**
 * Reads nbgrader's metadata of a cell. Older versions of the schema are read as version 3; what is absent counts as
 * false. Never throws: metadata of a submission may be anything.
 */
export function readNbgrader(cell: Pick<Cell, 'metadata'>): ReadMetadata {
  const value = own(cell.metadata, 'nbgrader')
  if (value === undefined) return { problems: [] }
  if (!isObject(value)) return { problems: ['metadata.nbgrader must be an object.'] }
  const problems: string[] = []
  const flag = (key: 'grade' | 'solution' | 'locked' | 'task'): boolean => {
    const read = own(value, key)
    if (read !== undefined && typeof read !== 'boolean') problems.push(`“${key}” must be true or false.`)
    return read === true
  }
  const flags = {
    grade: flag('grade'),
    solution: flag('solution'),
    locked: flag('locked'),
    task: flag('task'),
  }
  const version = own(value, 'schema_version')
  if (version !== undefined && version !== 1 && version !== 2 && version !== 3)
    problems.push('“schema_version” must be 3: other versions of nbgrader’s metadata are not known.')
  // nbgrader removes its metadata where nothing is marked; so does whoever unmarks a cell here.
  if (!Object.values(flags).some(Boolean)) return { problems }
  const grade_id = own(value, 'grade_id')
  if (typeof grade_id !== 'string' || !isGradeId(grade_id))
    return {
      problems: [...problems, '“grade_id” must be one or more of the characters A–Z, a–z, 0–9, “-” and “_”.'],
    }
  const points = own(value, 'points')
  if (points !== undefined && !isPoints(points))
    problems.push('“points” must be a number that is not negative.')
  const checksum = own(value, 'checksum')
  const cell_type = own(value, 'cell_type')
  return {
    nbgrader: {
      schema_version: 3,
      ...flags,
      grade_id,
      ...(isPoints(points) && { points }),
      ...(typeof checksum === 'string' && /^[0-9a-f]{32}$/.test(checksum) && { checksum }),
      ...(isCellType(cell_type) && { cell_type }),
    },
    problems,
  }
}

/** A cell's metadata with nbgrader's part exchanged, or without it where that is undefined. */
export function withNbgrader(metadata: JsonObject, nbgrader: NbgraderMetadata | undefined): JsonObject {
  const rest = without(metadata, 'nbgrader')
  return nbgrader ? { ...rest, nbgrader: { ...nbgrader } } : rest
}

function isPoints(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function isCellType(value: Json | undefined): value is CellType {
  return value === 'code' || value === 'markdown' || value === 'raw'
}
