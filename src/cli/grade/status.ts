/** What a result comes to: points and statuses from the parts up. */
import type { CellGrade, CellStatus, SubmissionStatus, TestGrade, TestStatus } from './result'

/** Worst first. A cell that waits for a person outranks a failed test: the grade is not final yet. */
const ORDER: readonly CellStatus[] = [
  'tampered',
  'killed',
  'oom',
  'timeout',
  'error',
  'needs-manual',
  'failed',
  'passed',
]

/** The worst of some statuses; `passed` of none. */
export function worst(statuses: Iterable<CellStatus>): CellStatus {
  let found: CellStatus = 'passed'
  for (const status of statuses) if (ORDER.indexOf(status) < ORDER.indexOf(found)) found = status
  return found
}

/** What a test's status means for its cell. */
export function cellStatusOf(test: TestStatus): CellStatus {
  return test === 'missing' || test === 'malformed' ? 'failed' : test
}

/** Points of tests and of cells are sums of decimal shares: thirds of a point should not show as 0.9999999999999999. */
export function sumOfPoints(points: Iterable<number>): number {
  let sum = 0
  for (const value of points) sum += value
  return Math.round(sum * 1e6) / 1e6
}

/** The cell with the points and the status that its tests and its manual grade give it. */
export function settleCell(
  cell: Omit<CellGrade, 'points' | 'automaticPoints' | 'status'> & Partial<CellGrade>,
): CellGrade {
  const automaticPoints = sumOfPoints(cell.tests.map(({ points }) => points))
  const { manual } = cell
  return {
    ...cell,
    automaticPoints,
    points: manual?.points ?? automaticPoints,
    status: settledStatus(cell),
  }
}

/** @returns the cell's own status where no test and no person decides it */
function settledStatus({
  kind,
  tests,
  manual,
  maxPoints,
  unanswered,
  status = 'passed',
}: Pick<CellGrade, 'kind' | 'tests' | 'manual' | 'maxPoints' | 'unanswered'> & {
  readonly status?: CellStatus
}): CellStatus {
  if (manual?.points !== undefined) return manual.points >= maxPoints ? 'passed' : 'failed'
  if (kind === 'manual' || kind === 'task') {
    // Nobody must read what was released.
    if (unanswered) return 'failed'
    const own = status === 'passed' || status === 'failed' ? 'needs-manual' : status
    return maxPoints > 0 ? own : status
  }
  return tests.length ? worst(tests.map((test: TestGrade) => cellStatusOf(test.status))) : status
}

/**
 * The totals of a submission.
 *
 * @param ended what ended the submission as a whole, where something did; it outranks what its cells say
 */
export function settle(
  cells: readonly CellGrade[],
  ended: SubmissionStatus = 'passed',
): { points: number; maxPoints: number; status: SubmissionStatus } {
  return {
    points: sumOfPoints(cells.map(({ points }) => points)),
    maxPoints: sumOfPoints(cells.map(({ maxPoints }) => maxPoints)),
    status: ended === 'ungradable' ? ended : worst([ended, ...cells.map(({ status }) => status)]),
  }
}

/** Whether a person must still give points. Where there was nothing to grade, nobody must. */
export function isOpen(
  result: { readonly status: SubmissionStatus },
  cell: { readonly status: CellStatus },
): boolean {
  return result.status !== 'ungradable' && cell.status === 'needs-manual'
}
