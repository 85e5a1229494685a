/** The folder of a grading, read back. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../failure'
import { readAssignment, ResultFormatError } from './json'
import type { AssignmentSummary } from './result'
import { fromFile, type ResultSource } from './source'

export interface GradingFolder {
  readonly assignment: AssignmentSummary
  /** To be closed by the caller. */
  readonly source: ResultSource
}

/** @throws UsageError where the folder holds no grading, or one that cannot be read */
export async function readGradingFolder(dir: string): Promise<GradingFolder> {
  try {
    const assignment = readAssignment(await readFile(join(dir, 'assignment.json'), 'utf8'))
    return { assignment, source: await fromFile(join(dir, 'results.jsonl')) }
  } catch (error) {
    const { code, message, path = '' } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new UsageError(
        `${dir} is no folder of a grading: there is no ${path}. Name the --out folder of \`genbook grade\`.`,
      )
    if (error instanceof ResultFormatError || code !== undefined) throw new UsageError(`${dir}: ${message}`)
    throw error
  }
}
