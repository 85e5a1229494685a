/** How a grading ends: its exit status, and what it prints. */
import { seconds } from '../words'
import { pointsText, oneLine } from './reports/printable'
import { classStatistics } from './reports/class/statistics'
import { isOpen } from './status'
import type { AssignmentSummary, SubmissionResult } from './result'

export const GradingStatus = {
  /** Everything was graded. Low scores are not failures. */
  graded: 0,
  /** Some submissions could not be graded; all others were. */
  someUngradable: 3,
  /** The grader itself broke: results are missing or not to be trusted. */
  broken: 4,
} as const

export function gradingStatus(results: readonly SubmissionResult[]): number {
  return results.some(({ status }) => status === 'ungradable')
    ? GradingStatus.someUngradable
    : GradingStatus.graded
}

/** Several lines, with a line end after the last. @param milliseconds that the batch took, where something was graded */
export function gradingSummary(
  results: readonly SubmissionResult[],
  assignment: AssignmentSummary,
  {
    dir,
    milliseconds,
    problems = [],
  }: { readonly dir: string; readonly milliseconds?: number; readonly problems?: readonly string[] },
): string {
  const { points, maxPoints, statuses } = classStatistics(results, assignment)
  const open = results.flatMap((result) => result.cells.filter((cell) => isOpen(result, cell))).length
  const flagged = results.flatMap(({ cells }) =>
    cells.filter(({ manual }) => manual?.flagged !== undefined),
  ).length
  const pace = milliseconds ? ` in ${seconds(milliseconds)}` : ''
  const rows: [string, string][] = [
    ...statuses.map(({ status, count }): [string, string] => [status, String(count)]),
    ...(points
      ? ([
          [
            'points',
            `mean ${pointsText(points.mean)}, median ${pointsText(points.median)} of ${pointsText(maxPoints)}`,
          ],
        ] as [string, string][])
      : []),
    ...(open ? [['to grade', `${open} by hand: ${dir}/manual.csv`] satisfies [string, string]] : []),
    ...(flagged
      ? ([['flagged', `${flagged} by hand, whose automatic part has changed since`]] as [string, string][])
      : []),
    ['reports', `${dir}/class.html, ${dir}/gradebook.csv, ${dir}/feedback`],
  ]
  return [
    '',
    `${oneLine(assignment.title)}: ${results.length} ${results.length === 1 ? 'submission' : 'submissions'}${pace}`,
    ...rows.map(([name, value]) => `  ${name.padEnd(12)} ${value}`),
    ...problems.map((problem) => `  manual grades: ${oneLine(problem, 400)}`),
    '',
  ].join('\n')
}
