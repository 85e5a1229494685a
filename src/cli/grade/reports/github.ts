/** What a step of GitHub Actions shows of a grading: annotations beside the run, and its summary. */
import { appendFile, stat } from 'node:fs/promises'
import type { AssignmentSummary, SubmissionResult } from '../result'
import { annotations } from './annotations'
import { summaryMarkdown } from './summaryMarkdown'

/** GitHub shows no summary of a step that is larger. */
const LARGEST_SUMMARY = 1_000_000

/**
 * Prints annotations and appends to the step's summary where a step of GitHub Actions runs; elsewhere does nothing.
 *
 * @param env of the process
 */
export async function tellGithub(
  results: readonly SubmissionResult[],
  assignment: AssignmentSummary,
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
): Promise<void> {
  if (env['GITHUB_ACTIONS'] !== 'true') return
  for (const line of annotations(results)) print(line)
  const file = env['GITHUB_STEP_SUMMARY']
  if (!file) return
  const size = await stat(file).then(
    ({ size }) => size,
    () => 0,
  )
  const summary = summaryMarkdown(results, assignment)
  if (size + Buffer.byteLength(summary) <= LARGEST_SUMMARY) await appendFile(file, `\n${summary}`)
}
