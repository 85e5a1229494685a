/**
 * What grader persons entered: `manual.csv` and `manual.json` in the grading's folder, and any .csv and .json in its folder
 * `manual/`, so that several persons can each keep a file of their own. Genbook never writes to a file that exists.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readCsv } from '../reports/csv'

export interface ManualEntry {
  readonly student: string
  /** Name of the submission; where it is left out, the student's name says enough. */
  readonly submission?: string
  readonly gradeId: string
  readonly points?: number
  readonly comment?: string
  readonly by?: string
  /** Fingerprint of the automatic part that the person saw. */
  readonly seen?: string
  /** `manual.csv:3`, for messages. */
  readonly place: string
}

export interface ManualEntries {
  readonly entries: readonly ManualEntry[]
  /** What could not be read, for people: the file, the line, what to do. */
  readonly problems: readonly string[]
}

export async function readManualEntries(folder: string): Promise<ManualEntries> {
  const problems: string[] = []
  const entries: ManualEntry[] = []
  for (const name of await sources(folder)) {
    const text = await readFile(join(folder, name), 'utf8').catch((error: Error) => {
      problems.push(`${name} could not be read: ${error.message}`)
    })
    if (text === undefined) continue
    try {
      const rows = name.endsWith('.json') ? jsonRows(text, name) : csvRows(text, name)
      for (const row of rows) {
        const entry = entryOf(row, problems)
        if (entry) entries.push(entry)
      }
    } catch (error) {
      problems.push(`${name}: ${(error as Error).message} No grade in it counts until it is mended.`)
    }
  }
  return { entries, problems }
}

async function sources(folder: string): Promise<string[]> {
  const list = (path: string) => readdir(path).catch(() => [] as string[])
  const own = (await list(folder)).filter((name) => name === 'manual.csv' || name === 'manual.json')
  const more = (await list(join(folder, 'manual'))).filter((name) => /^[^.].*\.(csv|json)$/.test(name))
  return [...own.sort(), ...more.sort().map((name) => `manual/${name}`)]
}

interface Row {
  readonly place: string
  readonly member: (name: string) => string
}

function csvRows(text: string, name: string): Row[] {
  const [head, ...rows] = readCsv(text)
  if (!head) return []
  const names = head.fields.map((field) => field.trim().toLowerCase())
  for (const needed of ['student', 'grade_id', 'points'])
    if (!names.includes(needed)) throw new Error(`its first line lacks the column “${needed}”.`)
  return rows.map(({ line, fields }) => ({
    place: `${name}:${line}`,
    member: (wanted) => unguarded(fields[names.indexOf(wanted)] ?? '').replace(/\r\n?/g, '\n'),
  }))
}

/** Takes away the apostrophe that keeps spreadsheet programs from computing a text. */
function unguarded(field: string): string {
  return /^'[\s'"]*[=+\-@＝＋－＠\t\n]/.test(field) ? field.slice(1) : field
}

function jsonRows(text: string, name: string): Row[] {
  const list: unknown = JSON.parse(text.replace(/^\ufeff/, ''))
  if (!Array.isArray(list)) throw new Error('it must be a list of objects.')
  return list.map((item: unknown, index) => {
    const place = `${name}: entry ${index + 1}`
    if (typeof item !== 'object' || item === null) throw new Error(`entry ${index + 1} is no object.`)
    return {
      place,
      member: (wanted) => {
        const value = (item as Readonly<Record<string, unknown>>)[wanted]
        if (value === undefined || value === null) return ''
        return typeof value === 'string' ? value : JSON.stringify(value)
      },
    }
  })
}

/** @returns nothing for a row that has not been filled in */
function entryOf({ place, member }: Row, problems: string[]): ManualEntry | undefined {
  const [points, comment] = [member('points').trim(), member('comment').trim()]
  if (!points && !comment) return undefined
  // Spreadsheet programs of many countries write 1,5.
  const value = Number(points.replace(',', '.'))
  if (points && !Number.isFinite(value)) {
    problems.push(`${place}: points must be a number, and are “${points}”. The grade does not count.`)
    return undefined
  }
  const [submission, by, seen] = [member('submission'), member('graded_by').trim(), member('seen').trim()]
  return {
    student: member('student'),
    ...(submission && { submission }),
    gradeId: member('grade_id').trim(),
    ...(points && { points: value }),
    ...(comment && { comment }),
    ...(by && { by }),
    ...(seen && { seen }),
    place,
  }
}
