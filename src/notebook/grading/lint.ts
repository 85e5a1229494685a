/** What is wrong with a master, as far as its text tells; nothing is run. */
import type { Cell, Notebook } from '../types'
import { placeholdersOf } from './assignment'
import { error, placeOf, warning, type Finding } from './finding'
import { lintCell } from './lintCell'
import { lintLeaks } from './lintLeaks'
import { readNbgrader } from './metadata'
import { isAnswer, roleOf, totalPoints } from './roles'

/** Everything that a master's text shows to be wrong, in the order of its cells. */
export function lintMaster(master: Notebook): Finding[] {
  const placeholders = placeholdersOf(master)
  const findings = [
    ...master.cells.flatMap((cell, index) => lintCell(cell, index, placeholders)),
    ...lintGradeIds(master.cells),
    ...lintOrder(master.cells),
    ...lintLeaks(master, placeholders),
    ...lintWhole(master.cells),
  ]
  return inOrder(findings)
}

/** Findings by cell and line; those about the whole notebook first. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      (a.cell ?? -1) - (b.cell ?? -1) || (a.line ?? 0) - (b.line ?? 0) || a.rule.localeCompare(b.rule),
  )
}

function lintGradeIds(cells: readonly Cell[]): Finding[] {
  const first = new Map<string, number>()
  return cells.flatMap((cell, index) => {
    const id = readNbgrader(cell).nbgrader?.grade_id
    if (id === undefined) return []
    const other = first.get(id)
    if (other === undefined) {
      first.set(id, index)
      return []
    }
    return [
      error(
        'grade-id-doubled',
        placeOf(cell, index),
        'Cell {0} has the grade id “{1}” already.',
        other + 1,
        id,
      ),
    ]
  })
}

/** Each solution is followed by a test, and each test follows a solution. */
function lintOrder(cells: readonly Cell[]): Finding[] {
  const findings: Finding[] = []
  const roles = cells.map(roleOf)
  for (const [index, cell] of cells.entries()) {
    const place = placeOf(cell, index)
    if (roles[index] === 'solution' && !roles.slice(index).includes('test'))
      findings.push(
        warning(
          'solution-untested',
          place,
          'No test cell follows this solution: what students write here earns no points.',
        ),
      )
    if (roles[index] === 'test' && !roles.slice(0, index).some(isAnswer))
      findings.push(
        warning(
          'test-too-early',
          place,
          'No answer cell stands above this test cell, so it tests nothing of a student’s.',
        ),
      )
  }
  return findings
}

function lintWhole(cells: readonly Cell[]): Finding[] {
  const roles = cells.map(roleOf)
  if (!roles.some((role) => isAnswer(role) || role === 'task'))
    return [
      error(
        'no-answers',
        {},
        'No cell is marked as a solution, a manual answer or a task, so there is nothing to hand in.',
      ),
    ]
  return totalPoints(cells) ? [] : [warning('no-points', {}, 'The assignment is worth no points.')]
}
