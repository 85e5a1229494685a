/** A batch: one assignment, its submissions, and what they are graded with. Written once, read by every worker. */
import { createHash } from 'node:crypto'
import { UsageError } from '../../failure'
import { readResult } from '../json'
import type { AssignmentSummary, SubmissionResult } from '../result'
import { readAssignment } from '../json'
import type { Store } from './store'

/** Seed, limits: what `genbook grade` takes. */
export interface BatchSettings {
  readonly seed?: number
  /** Seconds for a submission. */
  readonly timeout?: number
  /** MiB. */
  readonly memory?: number
}

export interface BatchSubmission {
  readonly key: string
  readonly name: string
  readonly student: string
  /** Where it was found, for people. */
  readonly path: string
  /** Of the kept file; nothing where it could not be read, which its result will say. */
  readonly hash?: string
}

export interface Batch {
  readonly schema: 1
  readonly name: string
  /** File name of the master. */
  readonly masterName: string
  readonly master: string
  readonly runtime: string
  readonly settings: BatchSettings
  readonly submissions: readonly BatchSubmission[]
}

export const batchFile = (name: string) => `batches/${name}.json`
export const assignmentFile = (batch: string) => `batches/${batch}.assignment.json`
export const resultFile = (key: string) => `results/${key.slice(0, 2)}/${key}.json`

/** One key, one result: it changes with the file, its name and everything that decides its grade. */
export function taskKey(
  { name, master, runtime, settings }: Omit<Batch, 'submissions' | 'schema' | 'masterName'>,
  submission: Omit<BatchSubmission, 'key'>,
): string {
  const { timeout = null, memory = null, seed = null } = settings
  const parts = [name, master, runtime, seed, timeout, memory]
  const own = [submission.student, submission.name, submission.path, submission.hash ?? null]
  return createHash('sha256')
    .update(JSON.stringify([...parts, ...own]))
    .digest('hex')
}

/** @throws UsageError where there is no such batch */
export async function readBatch(store: Store, name: string): Promise<Batch> {
  const text = await store.read(batchFile(name))
  if (text === undefined)
    throw new UsageError(`There is no batch “${name}” in the store; \`genbook queue add\` makes one.`)
  return JSON.parse(text) as Batch
}

export interface Collected {
  readonly assignment: AssignmentSummary | undefined
  readonly results: readonly SubmissionResult[]
  /** Submissions that have no result yet. */
  readonly missing: readonly BatchSubmission[]
}

/** The results that are there. */
export async function collect(store: Store, batch: Batch): Promise<Collected> {
  const results: SubmissionResult[] = []
  const missing: BatchSubmission[] = []
  for (const submission of batch.submissions) {
    const text = await store.read(resultFile(submission.key))
    if (text === undefined) missing.push(submission)
    else results.push(readResult(text))
  }
  const assignment = await store.read(assignmentFile(batch.name))
  return { assignment: assignment === undefined ? undefined : readAssignment(assignment), results, missing }
}
