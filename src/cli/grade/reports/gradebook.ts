/** The gradebook: one line a submission, and in long form one line a test. */
import type { AssignmentSummary, CellGrade, SubmissionResult } from '../result'
import { isOpen } from '../status'
import { writeCsv, type Field } from './csv'

const perSubmission = ['student', 'submission', 'status', 'points', 'max_points', 'percent'] as const
const remarks = ['to_grade', 'flagged', 'flaky', 'reason', 'notes', 'hash'] as const

/** One line a submission, one column a cell with points, headed `id [points to get]`. */
export function gradebook(
  results: readonly SubmissionResult[],
  assignment: AssignmentSummary,
  options: { readonly bom?: boolean } = {},
): string {
  const columns = assignment.cells.filter(({ maxPoints }) => maxPoints > 0)
  const maxPoints = columns.reduce((sum, cell) => sum + cell.maxPoints, 0)
  const rows = results.map((result): Field[] => {
    const cells = new Map(result.cells.map((cell) => [cell.gradeId, cell]))
    const list = (chosen: (cell: CellGrade) => boolean) =>
      result.cells
        .filter(chosen)
        .map(({ gradeId }) => gradeId)
        .join(' ')
    return [
      result.student,
      result.submission.name,
      result.status,
      result.points,
      maxPoints,
      maxPoints ? Math.round((1000 * result.points) / maxPoints) / 10 : undefined,
      ...columns.map(({ gradeId }) => cells.get(gradeId)?.points),
      list((cell) => isOpen(result, cell)),
      list(({ manual }) => manual?.flagged !== undefined),
      list(({ tests }) => tests.some(({ flaky }) => flaky)),
      result.reason,
      result.notes.join(' '),
      result.submission.hash,
    ]
  })
  const heads = columns.map(({ gradeId, maxPoints }) => `${gradeId} [${maxPoints}]`)
  return writeCsv([...perSubmission, ...heads, ...remarks], rows, options)
}

/** One line a test, and one a cell without tests that has points. */
export function longGradebook(
  results: readonly SubmissionResult[],
  options: { readonly bom?: boolean } = {},
): string {
  const head = [
    ...['student', 'submission', 'grade_id', 'title', 'kind', 'test', 'status', 'points', 'max_points'],
    ...['reason', 'given', 'returned', 'expected', 'seeds_passed', 'seeds', 'flaky', 'graded_by', 'comment'],
  ]
  const rows = results.flatMap((result) =>
    result.cells.flatMap((cell): Field[][] => {
      const of = [result.student, result.submission.name, cell.gradeId, cell.title, cell.kind]
      const person = [cell.manual?.by, cell.manual?.comment]
      if (!cell.tests.length)
        return cell.maxPoints > 0
          ? [
              [
                ...[...of, undefined, cell.status, cell.points, cell.maxPoints, cell.reason],
                ...Array<undefined>(6),
                ...person,
              ],
            ]
          : []
      return cell.tests.map(({ name, status, points, maxPoints, reason, evidence, seeds, flaky }) => [
        ...[...of, name, status, points, maxPoints, reason],
        ...[evidence?.given, evidence?.returned, evidence?.expected],
        ...[seeds?.passed, seeds?.of, flaky ? 'yes' : undefined],
        ...person,
      ])
    }),
  )
  return writeCsv(head, rows, options)
}
