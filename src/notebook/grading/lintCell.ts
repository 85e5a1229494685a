/** What is wrong with one cell of a master. */
import { isObject, own } from '../json'
import type { Cell } from '../types'
import { error, placeOf, warning, type Finding } from './finding'
import { belongs, findMarkers, linesOf } from './markers'
import { readNbgrader } from './metadata'
import { fits, hasPoints, isAnswer, roleOf } from './roles'
import { hasPlaceholder, strip, type Placeholders } from './strip'
import { callsTest } from './testNames'

export function lintCell(cell: Cell, index: number, placeholders: Placeholders): Finding[] {
  return [...lintMetadata(cell, index), ...lintMarkers(cell, index), ...lintSource(cell, index, placeholders)]
}

function lintMetadata(cell: Cell, index: number): Finding[] {
  const place = placeOf(cell, index)
  const { nbgrader, problems } = readNbgrader(cell)
  const findings = problems.map((problem) =>
    error('metadata-malformed', place, 'The grading metadata is malformed. {0}', problem),
  )
  const role = roleOf(cell)
  if (!fits(role, cell.cell_type))
    findings.push(
      error('wrong-cell-type', place, 'A {0} cell cannot be marked as {1}.', cell.cell_type, WORDS[role]),
    )
  const points = own(rawMarks(cell), 'points')
  if (hasPoints(role) && points === undefined)
    findings.push(
      error('points-missing', place, 'The cell “{0}” has no points.', nbgrader?.grade_id ?? cell.id),
    )
  else if (hasPoints(role) && nbgrader?.points === 0)
    findings.push(warning('points-zero', place, 'The cell “{0}” is worth 0 points.', nbgrader.grade_id))
  if (nbgrader && !hasPoints(role) && points !== undefined)
    findings.push(
      warning(
        'points-misplaced',
        place,
        'The cell “{0}” is marked as {1}, which has no points; put them into the cell that tests it.',
        nbgrader.grade_id,
        WORDS[role],
      ),
    )
  return findings
}

function lintMarkers(cell: Cell, index: number): Finding[] {
  const { regions, problems } = findMarkers(cell.source)
  const role = roleOf(cell)
  return [
    ...problems.map(({ line, template, args }) =>
      error('marker', placeOf(cell, index, line + 1), template, ...args),
    ),
    ...regions
      .filter(({ what }) => !belongs(what, role))
      .map(({ what, first }) =>
        error(
          'marker-misplaced',
          placeOf(cell, index, first + 1),
          'BEGIN {0} stands in a cell that is marked as {1}; it belongs into {2}.',
          what.toUpperCase(),
          WORDS[role],
          what === 'solution' ? 'an answer' : what === 'hidden tests' ? WORDS.test : WORDS.task,
        ),
      ),
  ]
}

function lintSource(cell: Cell, index: number, placeholders: Placeholders): Finding[] {
  const role = roleOf(cell)
  const place = placeOf(cell, index)
  if (isAnswer(role) && hasPlaceholder(cell.source, cell.cell_type, placeholders)) {
    const first = linesOf(cell.cell_type === 'code' ? placeholders.code : placeholders.text)[0]?.trim()
    const line = linesOf(cell.source).findIndex((text) => text.trim() === first) + 1
    return [
      error(
        'solution-missing',
        placeOf(cell, index, line),
        'The master still has the placeholder where the solution should be.',
      ),
    ]
  }
  if (role === 'solution' && !hasCode(cell.source))
    return [error('solution-missing', place, 'The master has no solution in this cell.')]
  if (role !== 'test' || cell.cell_type !== 'code') return []
  if (!callsTest(cell.source))
    return [error('test-missing', place, 'This test cell declares no test: test(name, { run, expect }).')]
  return strip(cell.source, role, cell.cell_type, placeholders).trim()
    ? []
    : [warning('test-hidden', place, 'All of this test cell is hidden: students will see an empty cell.')]
}

/** Whether there is anything but comments. */
function hasCode(source: string): boolean {
  return source.replace(/\/\*[^]*?\*\/|\/\/[^\n\r]*/g, '').trim() !== ''
}

function rawMarks(cell: Cell) {
  const value = own(cell.metadata, 'nbgrader')
  return isObject(value) ? value : {}
}

const WORDS = {
  solution: 'a solution',
  test: 'a test',
  manual: 'a manual answer',
  task: 'a task',
  locked: 'locked',
  plain: 'nothing',
} as const
