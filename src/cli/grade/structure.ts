/** What a master says about its cells: which run and as what, which are graded, and for how many points. */
import type { Cell, Notebook } from '../../notebook'
import { pointsOf, readNbgrader, roleOf, sharesOf } from '../../notebook/grading'
import type { RunnerCell } from './runner/messages'
import type { AssignmentCell, CellKind } from './result'

export interface GradedCell extends RunnerCell {
  readonly gradeId?: string
  /** Among all cells of the notebook, from 1. */
  readonly number: number
}

/** The code cells with something in them, in order. */
export function gradedCells({ cells }: Notebook): GradedCell[] {
  return cells.flatMap((cell, index) => {
    if (cell.cell_type !== 'code' || !cell.source.trim()) return []
    const role = roleOf(cell)
    const kind = role === 'solution' || role === 'manual' ? 'answer' : role === 'test' ? 'tests' : 'given'
    const gradeId = readNbgrader(cell).nbgrader?.grade_id
    return [{ id: cell.id, source: cell.source, kind, number: index + 1, ...(gradeId && { gradeId }) }]
  })
}

const KINDS: Readonly<Record<string, CellKind>> = {
  solution: 'answer',
  test: 'tests',
  manual: 'manual',
  task: 'task',
}

/** The cells that a result tells of, in order. */
export function summaryCells({
  cells,
}: Notebook): (Omit<AssignmentCell, 'tests'> & { readonly id: string })[] {
  let title: string | undefined
  return cells.flatMap((cell) => {
    title = headingOf(cell) ?? title
    const kind = KINDS[roleOf(cell)]
    const { nbgrader } = readNbgrader(cell)
    if (!kind || !nbgrader) return []
    return [
      { id: cell.id, gradeId: nbgrader.grade_id, kind, maxPoints: pointsOf(cell), ...(title && { title }) },
    ]
  })
}

function headingOf({ cell_type, source }: Cell): string | undefined {
  if (cell_type !== 'markdown') return undefined
  return [...source.matchAll(/^#{1,6}[ \t]+(.+?)[ \t#]*$/gm)].at(-1)?.[1]
}

/**
 * The points of each test of a cell: those that it names, and an equal share of what is left where it names none. Where they do not
 * come to the cell's points, all are scaled so that they do.
 */
export function testPoints(
  { cells }: Notebook,
  id: string,
  tests: readonly { readonly name: string; readonly points?: number }[],
): number[] {
  const cell = cells.find((cell) => cell.id === id)
  const worth = cell ? pointsOf(cell) : 0
  const shares = sharesOf(tests, worth)
  const sum = tests.reduce((total, { name }) => total + (shares[name] ?? 0), 0)
  return tests.map(({ name }) => (sum > 0 ? ((shares[name] ?? 0) * worth) / sum : 0))
}
