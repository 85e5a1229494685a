/**
 * Gradescope's `results.json` of one submission.
 *
 * Every text is declared as plain text, so that none of it is read as Markdown or HTML there.
 * Source: https://gradescope-autograders.readthedocs.io/en/latest/specs/
 */
import type { CellGrade, SubmissionResult, TestGrade } from '../result'
import { isOpen } from '../status'
import { failureText } from './failureText'
import { printable } from './printable'
import { statusWords } from './statusWords'

interface GradescopeTest {
  readonly name: string
  readonly name_format: 'text'
  readonly number: string
  readonly score: number
  readonly max_score: number
  readonly status: 'passed' | 'failed'
  readonly output: string
  readonly output_format: 'text'
}

export interface GradescopeResults {
  readonly score: number
  readonly execution_time: number
  readonly output: string
  readonly output_format: 'text'
  readonly stdout_visibility: 'hidden'
  readonly tests: readonly GradescopeTest[]
  readonly extra_data: { readonly genbook: { readonly status: string; readonly key: string } }
}

/** Points that a person still has to give are left to Gradescope's own manual questions, and said to be open. */
export function gradescopeResults(result: SubmissionResult): GradescopeResults {
  const open = result.cells.filter((cell) => isOpen(result, cell))
  const words = [
    statusWords[result.status],
    result.reason,
    ...result.notes,
    ...(open.length
      ? [`To be graded by a person: ${open.map(({ title, gradeId }) => title ?? gradeId).join(', ')}.`]
      : []),
  ]
  return {
    score: result.points,
    execution_time: Math.round(result.seconds * 1000) / 1000,
    output: printable(words.filter(Boolean).join('\n')),
    output_format: 'text',
    stdout_visibility: 'hidden',
    tests: result.cells.flatMap((cell, index) => testsOf(cell, index + 1)),
    extra_data: { genbook: { status: result.status, key: result.key } },
  }
}

function testsOf(cell: CellGrade, number: number): GradescopeTest[] {
  const { manual } = cell
  const whole = (output: string): GradescopeTest[] => [
    test(cell.title ?? cell.gradeId, String(number), cell.points, cell.maxPoints, output),
  ]
  // A person's points are one line: they may overrule the tests below.
  if (manual?.points !== undefined)
    return whole([manual.comment, ...cell.tests.map(failureText)].filter(Boolean).join('\n'))
  return cell.tests.map((grade, index) =>
    test(
      cell.title === undefined ? grade.name : `${cell.title}: ${grade.name}`,
      `${number}.${index + 1}`,
      grade.points,
      grade.maxPoints,
      failureText(grade),
      grade.status,
    ),
  )
}

function test(
  name: string,
  number: string,
  score: number,
  max: number,
  output: string,
  status: TestGrade['status'] = score >= max ? 'passed' : 'failed',
): GradescopeTest {
  return {
    name: printable(name),
    name_format: 'text',
    number,
    score,
    max_score: max,
    status: status === 'passed' ? 'passed' : 'failed',
    output: printable(output),
    output_format: 'text',
  }
}
