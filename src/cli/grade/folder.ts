/** The folder of a grading, read back. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../failure'
import { readAssignment, readResults, ResultFormatError } from './json'
import type { AssignmentSummary, SubmissionResult } from './result'

export interface GradingFolder {
  readonly assignment: AssignmentSummary
  readonly results: readonly SubmissionResult[]
}

/** @throws UsageError where the folder holds no grading, or one that cannot be read */
export async function readGradingFolder(dir: string): Promise<GradingFolder> {
  const [assignment, results] = await Promise.all([read(dir, 'assignment.json'), read(dir, 'results.jsonl')])
  try {
    return {
      assignment: readAssignment(assignment),
      results: readResults(results, join(dir, 'results.jsonl')),
    }
  } catch (error) {
    if (!(error instanceof ResultFormatError)) throw error
    throw new UsageError(`${dir}: ${error.message}`)
  }
}

async function read(dir: string, name: string): Promise<string> {
  try {
    return await readFile(join(dir, name), 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new UsageError(
      code === 'ENOENT' || code === 'ENOTDIR'
        ? `${dir} is no folder of a grading: it has no ${name}. Name the --out folder of \`genbook grade\`.`
        : `${dir}: ${message}`,
    )
  }
}
