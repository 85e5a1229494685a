/** The batch in Markdown, for GitHub's step summary or a merge request: what happened, and what needs a person. */
import type { AssignmentSummary, SubmissionResult } from '../result'
import { classStatistics } from './class/statistics'
import { percent } from './class/page'
import { oneLine, pointsText } from './printable'
import { statusLabels, statusWords } from './statusWords'

const MOST_ROWS = 200

export function summaryMarkdown(results: readonly SubmissionResult[], assignment: AssignmentSummary): string {
  const { submissions, points, maxPoints, statuses, tests } = classStatistics(results, assignment)
  const notable = results.filter(
    ({ status }) => status !== 'passed' && status !== 'failed' && status !== 'needs-manual',
  )
  return [
    `# ${text(assignment.title)}`,
    `${submissions} submissions${
      points
        ? `, mean ${pointsText(points.mean)} and median ${pointsText(points.median)} of ${pointsText(maxPoints)} points`
        : ''
    }.`,
    table(
      ['Status', 'Submissions'],
      statuses.map(({ status, count }) => [statusLabels[status], String(count)]),
    ),
    ...(tests.length
      ? [
          '## Checks',
          table(
            ['Check', 'Passed', 'Share'],
            tests.map(({ title, name, passed, of }) => [
              title === name ? text(name) : `${text(title)}: ${text(name)}`,
              `${passed} of ${of}`,
              percent(passed, of),
            ]),
          ),
        ]
      : []),
    ...(notable.length
      ? [
          '## Needs a look',
          table(
            ['Submission', 'Status', 'Why'],
            notable.map(({ student, status, reason }) => [
              text(student),
              statusLabels[status],
              text(reason ?? statusWords[status]),
            ]),
          ),
        ]
      : []),
    ...(results.length <= MOST_ROWS
      ? [
          '## Submissions',
          table(
            ['Submission', 'Status', 'Points'],
            results.map(({ student, status, points }) => [
              text(student),
              statusLabels[status],
              `${pointsText(points)} of ${pointsText(maxPoints)}`,
            ]),
          ),
        ]
      : []),
    '',
  ].join('\n\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cut = rows.length > MOST_ROWS ? [`\n${rows.length - MOST_ROWS} more are in gradebook.csv.`] : []
  const lines = [head, head.map(() => '---'), ...rows.slice(0, MOST_ROWS)].map(
    (row) => `| ${row.join(' | ')} |`,
  )
  return [...lines, ...cut].join('\n')
}

/** Untrusted text that Markdown shows as it is: every mark and every character of HTML is a reference. */
function text(untrusted: string): string {
  return oneLine(untrusted, 160).replace(/[^\p{L}\p{M}\p{N} ,;'%‹›…]/gu, (character) =>
    /[\x21-\x7e]/.test(character) ? `&#${character.charCodeAt(0)};` : character,
  )
}
