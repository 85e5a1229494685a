/** Results of several machines as one. */
import { UsageError } from '../failure'
import type { GradingFolder } from './folder'
import { pick, type ResultSource } from './source'

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
  const found = new Map<string, { source: ResultSource; index: number; dir: string }>()
  for (const { dir, assignment, source } of folders) {
    if (assignment.master !== first.assignment.master)
      throw new UsageError(
        `${dir} and ${first.dir} were graded with different masters; grade one of them again with the other's.`,
      )
    for (const [index, { student, submission, key }] of source.results.entries()) {
      const id = JSON.stringify([student, submission.path])
      const other = found.get(id)
      if (!other) found.set(id, { source, index, dir })
      else if (other.source.results[other.index]!.key !== key)
        throw new UsageError(
          `${student} (${submission.path}) was graded differently in ${other.dir} and ${dir}: another text, seed, version or limit. Remove one of the two.`,
        )
    }
  }
  return { assignment: first.assignment, source: pick([...found.values()]) }
}
