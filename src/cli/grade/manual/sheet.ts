/** The sheets that grader persons fill in. */
import { writeCsv } from '../reports/csv'
import type { CellGrade, SubmissionResult } from '../result'
import { isOpen } from '../status'
import { fingerprint } from './fingerprint'

const HEAD = [
  ...['student', 'submission', 'grade_id', 'title', 'max_points', 'points', 'comment', 'graded_by', 'seen'],
  'remark',
]

/** Every cell that persons grade, with what has been entered. */
export function wholeSheet(
  results: readonly SubmissionResult[],
  options: { readonly bom?: boolean },
): string | undefined {
  return sheet(
    results,
    ({ status }, { kind, maxPoints }) =>
      status !== 'ungradable' && (kind === 'manual' || kind === 'task') && maxPoints > 0,
    options,
  )
}

/** The cells that still need points, and those to look at again. */
export function openSheet(
  results: readonly SubmissionResult[],
  options: { readonly bom?: boolean },
): string | undefined {
  return sheet(results, (result, cell) => isOpen(result, cell) || cell.manual?.flagged !== undefined, options)
}

/** @returns nothing where there is nothing to fill in */
function sheet(
  results: readonly SubmissionResult[],
  wanted: (result: SubmissionResult, cell: CellGrade) => boolean,
  options: { readonly bom?: boolean },
): string | undefined {
  const rows = results.flatMap((result) =>
    result.cells
      .filter((cell) => wanted(result, cell))
      .map(({ gradeId, title, maxPoints, manual }) => [
        ...[result.student, result.submission.name, gradeId, title, maxPoints],
        ...[manual?.points, manual?.comment, manual?.by, fingerprint(result), manual?.flagged],
      ]),
  )
  return rows.length ? writeCsv(HEAD, rows, options) : undefined
}
