/** Results of several machines as one. */
import { UsageError } from '../failure'
import type { GradingFolder } from './folder'
import type { SubmissionResult } from './result'

/**
 * Every submission once. Shards do not overlap; where folders do (a shard that was run again elsewhere), results of the
 * same key are the same grading, and the first counts.
 *
 * @param folders with their names, for errors
 * @throws UsageError where folders are of different masters, or hold different results for one submission
 */
export function mergeResults(folders: readonly (GradingFolder & { readonly dir: string })[]): GradingFolder {
  const [first] = folders
  if (!first) throw new UsageError('There is nothing to merge.')
  const found = new Map<string, { readonly result: SubmissionResult; readonly dir: string }>()
  for (const { dir, assignment, results } of folders) {
    if (assignment.master !== first.assignment.master)
      throw new UsageError(
        `${dir} and ${first.dir} were graded with different masters; grade one of them again with the other's.`,
      )
    for (const result of results) {
      const id = JSON.stringify([result.student, result.submission.path])
      const other = found.get(id)
      if (!other) found.set(id, { result, dir })
      else if (other.result.key !== result.key)
        throw new UsageError(
          `${result.student} (${result.submission.path}) was graded differently in ${other.dir} and ${dir}: another text, seed, version or limit. Remove one of the two.`,
        )
    }
  }
  return { assignment: first.assignment, results: [...found.values()].map(({ result }) => result) }
}
