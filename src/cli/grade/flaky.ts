/** Results that another run might change: which deserve one, and what two runs say together. */
import type { Execution } from './execute'
import type { CellGrade, TestGrade } from './result'
import { settleCell } from './status'
import type { Assignment } from './types'

interface Run {
  readonly cells: readonly CellGrade[]
  readonly ended: Execution
}

/** What is expected of chance, or of how fast a machine is, rather than of a value. */
const OF_CHANCE: ReadonlySet<string> = new Set([
  'below',
  'atLeast',
  'between',
  'sameLaw',
  'distanceBelow',
  'invertibleTo',
  'integratesToOne',
  'nfeAtMost',
])

/** Whether something failed that may have been bad luck: time, a process that was ended, a test of chance. */
export function deservesAnother(
  { status }: Execution,
  cells: readonly CellGrade[],
  { testCells }: Assignment,
): boolean {
  if (status === 'timeout' || status === 'killed') return true
  const names = new Set(
    [...testCells.values()].flatMap(({ tests }) =>
      tests
        .filter(({ expected }) => expected.flat().some(({ judge }) => OF_CHANCE.has(judge)))
        .map(({ name }) => name),
    ),
  )
  return cells.some(
    (cell) =>
      cell.status === 'timeout' ||
      cell.tests.some(
        (test) =>
          test.status === 'timeout' || (test.status === 'failed' && !test.unanswered && names.has(test.name)),
      ),
  )
}

/**
 * Two runs of one submission as one result. What ran out of time, or was ended, in only one of them counts as in the other:
 * that was the machine's doing. A test whose data differed counts as failed, since nobody gets two tries. Both are marked as flaky.
 */
export function compareRuns(first: Run, second: Run): { cells: CellGrade[]; ended: Execution } {
  const better = severity(second.ended) <= severity(first.ended) ? second : first
  const other = better === second ? first : second
  const cells = better.cells.map((cell, index) => {
    const tests = cell.tests.map((test, number) => together(test, other.cells[index]?.tests[number]))
    return settleCell({ ...cell, tests })
  })
  return { cells, ended: better.ended }
}

function together(test: TestGrade, other: TestGrade | undefined): TestGrade {
  if (!other || (test.status === 'passed') === (other.status === 'passed')) return test
  const [passed, failed] = test.status === 'passed' ? [test, other] : [other, test]
  const unlucky = failed.status === 'timeout' || failed.status === 'killed' || failed.status === 'missing'
  if (unlucky) return { ...passed, flaky: true, reason: `It was run twice. ${failed.reason ?? ''}`.trim() }
  return { ...failed, flaky: true, reason: `It passed in one of two runs. ${failed.reason ?? ''}`.trim() }
}

function severity({ status }: Execution): number {
  return status === 'passed' ? 0 : 1
}
