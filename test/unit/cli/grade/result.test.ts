import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../../../property'
import { readAssignment, readResult, writeResult } from '../../../../src/cli/grade/json'
import { settle, settleCell, sumOfPoints, worst } from '../../../../src/cli/grade/status'
import { assignmentOf, cellGrade, manualCell, result, testGrade } from './fixtures'

const third = (name: string) => testGrade(name, 1 / 3, 1 / 3)

test('a cell has the points and the worst status of its tests', () => {
  const cell = cellGrade('q1', [third('a'), third('b'), third('c')])
  assert.deepEqual([cell.points, cell.status], [1, 'passed'])
  const late = cellGrade('q1', [
    third('a'),
    testGrade('b', 0, 1, { status: 'timeout' }),
    testGrade('c', 0, 1),
  ])
  assert.deepEqual([late.points, late.status], [0.333333, 'timeout'])
  assert.equal(cellGrade('q1', [testGrade('b', 0, 1, { status: 'malformed' })]).status, 'failed')
})

test('a manual cell waits for a person, whose points count', () => {
  const waiting = manualCell('essay', 4)
  assert.deepEqual([waiting.points, waiting.status], [0, 'needs-manual'])
  const graded = settleCell({ ...waiting, manual: { points: 3 } })
  assert.deepEqual([graded.points, graded.status], [3, 'failed'])
  assert.equal(settleCell({ ...waiting, manual: { points: 4 } }).status, 'passed')
  assert.equal(settleCell({ ...waiting, manual: { comment: 'Read it again.' } }).status, 'needs-manual')
})

test('a manual answer that was left as it was released waits for nobody, and a person may give points all the same', () => {
  const left = manualCell('essay', 4, { unanswered: true, reason: 'Not answered.' })
  assert.deepEqual([left.points, left.status], [0, 'failed'])
  assert.equal(settleCell({ ...left, manual: { points: 4 } }).status, 'passed')
})

test('a person may overrule tests, and taking it back restores what they gave', () => {
  const cell = cellGrade('q1', [testGrade('a', 1, 2)])
  const overruled = settleCell({ ...cell, manual: { points: 2 } })
  assert.deepEqual([overruled.points, overruled.automaticPoints, overruled.status], [2, 1, 'passed'])
  const { manual, ...without } = overruled
  assert.equal(manual?.points, 2)
  assert.deepEqual(settleCell(without), cell)
})

test('a submission has the worst status of its cells, and what ended it outranks them', () => {
  const cells = [cellGrade('q1', [testGrade('a', 1, 2)]), manualCell('essay', 4)]
  assert.deepEqual(settle(cells), { points: 1, maxPoints: 6, status: 'needs-manual' })
  assert.equal(settle(cells, 'oom').status, 'oom')
  assert.equal(settle(cells, 'ungradable').status, 'ungradable')
  assert.equal(worst(['failed', 'tampered', 'timeout']), 'tampered')
  assert.equal(worst([]), 'passed')
  assert.equal(sumOfPoints([0.1, 0.2]), 0.3)
})

test('what is written is read back, in one line for every program', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, reason) => {
      const written = writeResult(
        result(name, [cellGrade('q', [testGrade(name, 0, 1, { reason })])], { reason }),
      )
      assert.doesNotMatch(written, /[\x00-\x1f\x7f-\x9f\u2028\u2029]/)
      assert.deepEqual(readResult(written), JSON.parse(written))
      assert.equal(readResult(written).student, name)
    }),
  )
})

test('a line that is no result is refused with the place', () => {
  const good = result('ada', [cellGrade('q', [testGrade('a', 1, 1)])])
  const broken = (change: object) => JSON.stringify({ ...good, ...change })
  const cases: [string, RegExp][] = [
    ['{', /^not JSON: /],
    ['null', /^not a grading result: expected "schema": 1$/],
    [broken({ schema: 2 }), /of schema 2, and this Genbook reads 1; use the newer one/],
    [broken({ status: 'excellent' }), /\.status must be one of passed, .* and is "excellent"$/],
    [broken({ points: null }), /\.points must be a finite number, and is null$/],
    [broken({ cells: [{}] }), /\.cells\[0\]\.gradeId must be a text, and is undefined$/],
    [broken({ notes: 'x'.repeat(100) }), /\.notes must be a list, and is "x{59}…$/],
  ]
  for (const [line, message] of cases)
    assert.throws(() => readResult(line), { name: 'ResultFormatError', message })
  // A later Genbook may add members.
  assert.equal(readResult(broken({ later: true })).student, 'ada')
})

test('an assignment is read with every member checked', () => {
  const assignment = assignmentOf([cellGrade('q', [testGrade('a', 1, 1, { hidden: true })])])
  assert.deepEqual(readAssignment(JSON.stringify(assignment)), assignment)
  assert.throws(
    () => readAssignment(JSON.stringify({ ...assignment, cells: [{ gradeId: 1 }] })),
    /cells\[0\]\.gradeId must be a text, and is 1/,
  )
})
