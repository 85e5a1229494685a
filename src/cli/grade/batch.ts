/** Grades many submissions, several at a time, each once. */
import { configurationOf, gradeOne } from './gradeOne'
import type { Journal } from './journal'
import { keyOf } from './key'
import type { SubmissionResult } from './result'
import { GraderFault } from './runnerProcess'
import { withoutBulk, type ResultSource } from './source'
import { readSubmission, type SubmissionFile } from './submissionFile'
import type { Assignment, GradeOptions, Submission } from './types'

/** What somebody watching is told. */
export interface BatchWatcher {
  /** @param known whether the journal had it */
  graded(result: SubmissionResult, known: boolean): void
  failed(submission: Submission, fault: Error): void
}

export interface Batch {
  readonly source: ResultSource
  /** Submissions of which there is no result, through the grader's own fault. */
  readonly faults: readonly { readonly submission: Submission; readonly message: string }[]
}

/** @param jobs how many at a time. @returns what there is when `options.signal` is aborted, or all is done */
export async function gradeBatch(
  assignment: Assignment,
  submissions: readonly Submission[],
  options: GradeOptions & { readonly jobs: number },
  journal: Journal,
  watcher: BatchWatcher,
): Promise<Batch> {
  const results: SubmissionResult[] = []
  const faults: { submission: Submission; message: string }[] = []
  const waiting = submissions.values()
  const work = async () => {
    for (const submission of waiting) {
      if (options.signal?.aborted) return
      try {
        const file = await readSubmission(submission)
        const known = recall(assignment, submission, file, options, journal)
        const result = known ?? (await gradeOne(assignment, submission, options, file))
        if (!known) journal.add(result)
        results.push(withoutBulk(result))
        watcher.graded(result, known !== undefined)
      } catch (error) {
        if (options.signal?.aborted) return
        if (!(error instanceof GraderFault)) throw error
        faults.push({ submission, message: error.message })
        watcher.failed(submission, error)
      }
    }
  }
  await Promise.all(Array.from({ length: options.jobs }, work))
  const full = (index: number) => {
    const { key, student, submission } = results[index]!
    return Promise.resolve({ ...journal.get(key)!, student, submission })
  }
  return { source: { results, full, close: () => Promise.resolve() }, faults }
}

/** The same text was graded before with the same master, runtime, seed and configuration: only whose it is may differ. */
function recall(
  assignment: Assignment,
  { name, student, path }: Submission,
  { hash }: SubmissionFile,
  options: GradeOptions,
  journal: Journal,
): SubmissionResult | undefined {
  const known = journal.get(keyOf(assignment, hash, configurationOf(options)))
  return known && { ...known, student, submission: { name, path, hash } }
}
