/** What Genbook itself keeps of an assignment, under `metadata.genbook.grading` of the notebook. */
import { isArray, isObject, type Json, type JsonObject, own } from '../json'
import type { Attachments, Cell, CellType, Notebook } from '../types'
import { PLACEHOLDERS, type Placeholders } from './strip'

export interface AssignmentMetadata {
  /** What people call the assignment. */
  readonly title?: string
  /** What stands in for solutions, where it is not the usual text. */
  readonly placeholders?: Partial<Placeholders>
  /** Seconds that grading one submission may take. */
  readonly seconds?: number
  /** Of a master only. */
  readonly calibration?: Calibration
  /** Of a released notebook only. */
  readonly released?: Released
}

/** Tolerances found by running the master on each backend there was. */
export interface Calibration {
  /** Names the sources that were run: see `calibrationKey`. */
  readonly key: string
  /** `wasm`, `cpu`, `webgpu`. */
  readonly backends: readonly string[]
  /** Tolerance by grade id of the test cell, then by the test's name. */
  readonly tests: Readonly<Record<string, Readonly<Record<string, Tolerance>>>>
}

export interface Tolerance {
  readonly relative: number
  readonly absolute: number
}

/** The cells as they were released, so that what vanished or changed can be named, and restored. */
export interface Released {
  readonly version: 1
  readonly cells: readonly ReleasedCell[]
}

export interface ReleasedCell {
  readonly id: string
  readonly cell_type: CellType
  readonly metadata: JsonObject
  readonly source: string
  readonly attachments?: Attachments
}

/** What a notebook says about itself as an assignment. Never throws: what is malformed is left out. */
export function assignmentOf(notebook: Pick<Notebook, 'metadata'>): AssignmentMetadata {
  const genbook = own(notebook.metadata, 'genbook')
  const grading = isObject(genbook) ? own(genbook, 'grading') : undefined
  if (!isObject(grading)) return {}
  const title = own(grading, 'title')
  const seconds = own(grading, 'seconds')
  const placeholders = own(grading, 'placeholders')
  const calibration = readCalibration(own(grading, 'calibration'))
  const released = readReleased(own(grading, 'released'))
  return {
    ...(typeof title === 'string' && { title }),
    ...(typeof seconds === 'number' && seconds > 0 && { seconds }),
    ...(isObject(placeholders) && { placeholders: readPlaceholders(placeholders) }),
    ...(calibration && { calibration }),
    ...(released && { released }),
  }
}

/** The notebook with some of it exchanged; a member given as undefined is removed, and unknown ones stay. */
export function withAssignment(
  notebook: Notebook,
  changes: { readonly [Key in keyof AssignmentMetadata]?: AssignmentMetadata[Key] | undefined },
): Notebook {
  const genbook = own(notebook.metadata, 'genbook')
  const ours = isObject(genbook) ? genbook : {}
  const grading = own(ours, 'grading')
  const merged = { ...(isObject(grading) ? grading : {}), ...(changes as JsonObject) }
  const present = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined))
  return { ...notebook, metadata: { ...notebook.metadata, genbook: { ...ours, grading: present } } }
}

/** What stands in for solutions in this assignment. */
export function placeholdersOf(notebook: Pick<Notebook, 'metadata'>): Placeholders {
  return { ...PLACEHOLDERS, ...assignmentOf(notebook).placeholders }
}

/** A cell as the record of a release keeps it. */
export function recordCell(cell: Cell): ReleasedCell {
  const { id, cell_type, metadata, source } = cell
  const attachments = cell.cell_type === 'code' ? undefined : cell.attachments
  return { id, cell_type, metadata, source, ...(attachments && { attachments }) }
}

function readPlaceholders(value: JsonObject): Partial<Placeholders> {
  const code = own(value, 'code')
  const text = own(value, 'text')
  return {
    ...(typeof code === 'string' && code.trim() && { code }),
    ...(typeof text === 'string' && text.trim() && { text }),
  }
}

function readCalibration(value: Json | undefined): Calibration | undefined {
  if (!isObject(value)) return undefined
  const key = own(value, 'key')
  const backends = own(value, 'backends')
  const tests = own(value, 'tests')
  if (typeof key !== 'string' || !isArray(backends) || !isObject(tests)) return undefined
  return {
    key,
    backends: backends.filter((backend) => typeof backend === 'string'),
    tests: Object.fromEntries(
      Object.entries(tests).map(([gradeId, byName]) => [gradeId, readTolerances(byName)]),
    ),
  }
}

function readTolerances(value: Json): Record<string, Tolerance> {
  if (!isObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, tolerance]): [string, Tolerance][] => {
      if (!isObject(tolerance)) return []
      const relative = own(tolerance, 'relative')
      const absolute = own(tolerance, 'absolute')
      return isSize(relative) && isSize(absolute) ? [[name, { relative, absolute }]] : []
    }),
  )
}

function isSize(value: Json | undefined): value is number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value)
}

function readReleased(value: Json | undefined): Released | undefined {
  if (!isObject(value) || own(value, 'version') !== 1) return undefined
  const cells = own(value, 'cells')
  if (!isArray(cells)) return undefined
  return { version: 1, cells: cells.flatMap((cell) => readReleasedCell(cell) ?? []) }
}

function readReleasedCell(value: Json): ReleasedCell | undefined {
  if (!isObject(value)) return undefined
  const id = own(value, 'id')
  const cell_type = own(value, 'cell_type')
  const metadata = own(value, 'metadata')
  const source = own(value, 'source')
  const attachments = own(value, 'attachments')
  if (typeof id !== 'string' || typeof source !== 'string') return undefined
  if (cell_type !== 'code' && cell_type !== 'markdown' && cell_type !== 'raw') return undefined
  return {
    id,
    cell_type,
    metadata: isObject(metadata) ? metadata : {},
    source,
    ...(isObject(attachments) && { attachments: readAttachments(attachments) }),
  }
}

function readAttachments(value: JsonObject): Attachments {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, file]) => (isObject(file) ? [[name, file]] : [])),
  )
}
