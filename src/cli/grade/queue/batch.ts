/** A batch: one assignment, its submissions, and what they are graded with. Written once, read by every worker. */
import { createHash } from 'node:crypto'
import { UsageError } from '../../failure'
import type { AssignmentSummary, SubmissionResult } from '../result'
import { readAssignment, readResult } from '../json'
import { withoutBulk, type ResultSource } from '../source'
import type { Store } from './store'

/** What decides results besides the texts. */
export interface BatchSettings {
  readonly seed: number
  /** Seconds for a submission, and for a cell of it. */
  readonly timeout: number
  readonly cellTimeout: number
  /** MiB. */
  readonly memory: number
}

export interface BatchSubmission {
  readonly key: string
  readonly name: string
  readonly student: string
  /** Where it was found, for people. */
  readonly path: string
  /** Of the kept file; nothing where there was no file to keep. */
  readonly hash?: string
  /** Why there was none. */
  readonly problem?: string
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
  const { seed, timeout, cellTimeout, memory } = settings
  const own = [submission.student, submission.name, submission.path, submission.hash ?? null]
  const text = JSON.stringify([name, master, runtime, seed, timeout, cellTimeout, memory, ...own])
  return createHash('sha256').update(text).digest('hex')
}

/** @throws UsageError where there is no such batch */
export async function readBatch(store: Store, name: string): Promise<Batch> {
  const text = await store.read(batchFile(name))
  if (text === undefined)
    throw new UsageError(`There is no batch “${name}” in the store; \`genbook queue add\` makes one.`)
  return JSON.parse(text) as Batch
}

export interface Collected {
  /** Nothing where no worker has opened the assignment yet. */
  readonly assignment: AssignmentSummary | undefined
  readonly source: ResultSource
  /** Submissions that have no result yet. */
  readonly missing: readonly BatchSubmission[]
}

/** The results that are there. */
export async function collect(store: Store, batch: Batch): Promise<Collected> {
  const results: SubmissionResult[] = []
  const missing: BatchSubmission[] = []
  for (const submission of batch.submissions) {
    const result = await resultOf(store, submission.key)
    if (result) results.push(withoutBulk(result))
    else missing.push(submission)
  }
  const assignment = await store.read(assignmentFile(batch.name))
  return {
    assignment: assignment === undefined ? undefined : readAssignment(assignment),
    source: {
      results,
      full: async (index) => (await resultOf(store, results[index]!.key))!,
      close: () => Promise.resolve(),
    },
    missing,
  }
}

async function resultOf(store: Store, key: string): Promise<SubmissionResult | undefined> {
  const text = await store.read(resultFile(key))
  return text === undefined ? undefined : readResult(text)
}
