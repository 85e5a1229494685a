/**
 * Annotations for GitHub Actions: lines that a step prints and GitHub shows beside the run. GitHub keeps 10 of each kind
 * a step; the tenth says how many more there were.
 *
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
import type { SubmissionResult, SubmissionStatus } from '../result'
import { printable, shortened } from './printable'
import { statusWords, testWords } from './statusWords'

const PER_KIND = 10
const LONGEST_TITLE = 200
const LONGEST_MESSAGE = 2000

type Kind = 'error' | 'warning' | 'notice'

interface Annotation {
  readonly kind: Kind
  readonly file: string
  readonly title: string
  readonly message: string
}

/** Lines to print, one an annotation, at most 10 of each kind. Low scores are notices: they are no failures of the run. */
export function annotations(results: readonly SubmissionResult[]): string[] {
  const all = results.flatMap(annotationsOf)
  return (['error', 'warning', 'notice'] as const).flatMap((kind) => {
    const some = all.filter((annotation) => annotation.kind === kind)
    if (some.length <= PER_KIND) return some.map(line)
    const more = some.length - (PER_KIND - 1)
    const last = {
      kind,
      title: `${more} more`,
      message: `${more} more are in the summary and in results.jsonl.`,
    }
    return [...some.slice(0, PER_KIND - 1).map(line), line({ ...last, file: '' })]
  })
}

/** What concerns the person who runs the grading comes first: `failed` and `passed` are not for them. */
const kinds: Readonly<Partial<Record<SubmissionStatus, Kind>>> = {
  ungradable: 'error',
  tampered: 'error',
  killed: 'warning',
  oom: 'warning',
  timeout: 'warning',
  error: 'warning',
}

function annotationsOf(result: SubmissionResult): Annotation[] {
  const file = result.submission.path
  const kind = kinds[result.status]
  const tests = result.cells.flatMap(({ gradeId, tests }) => tests.map((test) => ({ gradeId, ...test })))
  return [
    ...(kind
      ? [
          {
            kind,
            file,
            title: `${result.student}: ${result.status}`,
            message: result.reason ?? statusWords[result.status],
          },
        ]
      : []),
    ...result.cells.flatMap(({ gradeId, manual }) =>
      manual?.flagged === undefined
        ? []
        : [
            {
              kind: 'warning' as const,
              file,
              title: `${result.student}: ${gradeId}`,
              message: manual.flagged,
            },
          ],
    ),
    ...tests
      .filter(({ flaky }) => flaky)
      .map(({ name }) => ({
        kind: 'warning' as const,
        file,
        title: `${result.student}: flaky`,
        message: `${name} came out differently when it was run again.`,
      })),
    ...tests
      .filter(({ status }) => status !== 'passed')
      .map(({ name, status, reason, expected }) => ({
        kind: 'notice' as const,
        file,
        title: `${result.student}: ${name}`,
        message: [reason ?? testWords[status], expected].filter(Boolean).join('\n'),
      })),
  ]
}

function line({ kind, file, title, message }: Annotation): string {
  const properties = [
    ...(file ? [`file=${property(shortened(printable(file), LONGEST_TITLE))}`] : []),
    `title=${property(shortened(printable(title), LONGEST_TITLE))}`,
  ]
  return `::${kind} ${properties.join(',')}::${data(shortened(printable(message), LONGEST_MESSAGE))}`
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
