/** Results to report on. */
import type {
  AssignmentSummary,
  CellGrade,
  SubmissionResult,
  TestGrade,
} from '../../../../src/cli/grade/result'
import { settle, settleCell } from '../../../../src/cli/grade/status'

export function testGrade(
  name: string,
  points: number,
  maxPoints: number,
  more: Partial<TestGrade> = {},
): TestGrade {
  return { name, status: points === maxPoints ? 'passed' : 'failed', points, maxPoints, ...more }
}

export function cellGrade(
  gradeId: string,
  tests: readonly TestGrade[],
  more: Partial<CellGrade> = {},
): CellGrade {
  const maxPoints = tests.reduce((sum, test) => sum + test.maxPoints, 0)
  return settleCell({ gradeId, kind: 'tests', maxPoints, tests, ...more })
}

export function manualCell(gradeId: string, maxPoints: number, more: Partial<CellGrade> = {}): CellGrade {
  return settleCell({ gradeId, kind: 'manual', maxPoints, tests: [], source: 'Because.', ...more })
}

export function result(
  student: string,
  cells: readonly CellGrade[],
  more: Partial<SubmissionResult> = {},
): SubmissionResult {
  return {
    schema: 1,
    key: `key-of-${student}`,
    student,
    submission: { name: `${student}.genbook`, path: `in/${student}.genbook`, hash: `hash-of-${student}` },
    master: 'hash-of-master',
    runtime: '0.1.0',
    seed: 7,
    configuration: { timeout: 60 },
    ...settle(cells),
    cells,
    sandbox: { level: 'bubblewrap' },
    started: '2026-11-22T12:00:00.000Z',
    seconds: 1.5,
    ownSeconds: 1,
    peakMemory: 120e6,
    notes: [],
    ...more,
  }
}

/** The assignment that some results belong to, as its master would give it. */
export function assignmentOf(cells: readonly CellGrade[], title = 'Score matching'): AssignmentSummary {
  return {
    schema: 1,
    title,
    master: 'hash-of-master',
    cells: cells.map(({ gradeId, kind, title, maxPoints, tests }) => ({
      gradeId,
      kind,
      ...(title !== undefined && { title }),
      maxPoints,
      tests: tests.map(({ name, maxPoints, hidden }) => ({ name, maxPoints, ...(hidden && { hidden }) })),
    })),
  }
}
