import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseNotebook, type Cell, type JsonObject } from '../../../src/notebook'
import { without } from '../../../src/notebook/json'
import { lintMaster, namedTests } from '../../../src/notebook/grading'
import { cell, marked, master, notebook } from './notebooks'

const TESTS = "test('a', { run: () => f(), expect: 1 })"

/** What lint says of a master in which one cell is exchanged, as `rule cell:line`. */
function lint(id: string, ...replacement: Cell[]): string[] {
  const cells = master().cells.flatMap((each) => (each.id === id ? replacement : [each]))
  return lintMaster(notebook(cells)).map(
    ({ rule, cellId = '', line }) => `${rule} ${cellId}${line === undefined ? '' : `:${line}`}`,
  )
}

const withMarks = (cell: Cell, marks: JsonObject): Cell => ({
  ...cell,
  metadata: { nbgrader: { ...(cell.metadata['nbgrader'] as JsonObject), ...marks } },
})

test('a good master has nothing wrong with it', () => {
  assert.deepEqual(lintMaster(master()), [])
  const example = readFileSync(join(process.cwd(), 'examples/assignment/master/scores.genbook'), 'utf8')
  assert.deepEqual(lintMaster(parseNotebook(example).notebook), [])
})

test('each mistake of marking is named at its cell', () => {
  const tests = marked('test', 'step-test', TESTS)
  assert.deepEqual(lint('step-test', withMarks(tests, { points: null })), ['metadata-malformed step-test'])
  const unpriced = without(tests.metadata['nbgrader'] as JsonObject, 'points')
  assert.deepEqual(lint('step-test', { ...tests, metadata: { nbgrader: unpriced } }), [
    'points-missing step-test',
  ])
  assert.deepEqual(lint('step-test', withMarks(tests, { points: 0 })), ['points-zero step-test'])
  assert.deepEqual(lint('step-test', withMarks(tests, { grade_id: 'score-test' })), [
    'grade-id-doubled step-test',
  ])
  assert.deepEqual(lint('step-test', withMarks(tests, { grade_id: 'a b' })), [
    'solution-untested step',
    'metadata-malformed step-test',
  ])
  assert.deepEqual(lint('setup', withMarks(marked('locked', 'setup', 'const a = 1'), { points: 2 })), [
    'points-misplaced setup',
  ])
  assert.deepEqual(lint('end', marked('test', 'end', 'Text', { type: 'markdown' })), ['wrong-cell-type end'])
  assert.deepEqual(lint('end', marked('solution', 'end', 'Text', { type: 'markdown' })), [
    'solution-untested end',
    'wrong-cell-type end',
  ])
  assert.deepEqual(lint('end', marked('task', 'end', 'a()')), ['wrong-cell-type end'])
})

test('markers that are broken or in the wrong cell are named at their line', () => {
  const solution = (source: string) => lint('step', marked('solution', 'step', source))
  assert.deepEqual(solution('const a = 1\n// BEGIN SOLUTION\nconst step = a'), ['marker step:2'])
  assert.deepEqual(solution('const step = 1\n\n// BEGIN HIDDEN TESTS\ncheck()\n// END HIDDEN TESTS'), [
    'marker-misplaced step:3',
  ])
  assert.deepEqual(
    lint('end', cell('end', 'x\n<!-- BEGIN SOLUTION -->\ny\n<!-- END SOLUTION -->', {}, 'markdown')),
    ['marker-misplaced end:2'],
  )
})

test('solutions that are missing, and cells that test nothing, are named', () => {
  const solution = (source: string) => lint('step', marked('solution', 'step', source))
  assert.deepEqual(solution('// only a comment'), ['solution-missing step'])
  assert.deepEqual(solution("const step = () => {\n  throw new Error('Write your answer here')\n}"), [
    'solution-missing step:2',
  ])
  assert.deepEqual(lint('step-test', marked('test', 'step-test', 'check(step(4), 2)')), [
    'test-missing step-test',
  ])
  assert.deepEqual(
    lint('step-test', marked('test', 'step-test', `// BEGIN HIDDEN TESTS\n${TESTS}\n// END HIDDEN TESTS`)),
    ['test-hidden step-test'],
  )
  assert.deepEqual(lint('step-test', cell('step-test', '')), ['solution-untested step'])
  assert.deepEqual(lint('setup', marked('test', 'setup', TESTS)), ['test-too-early setup'])
})

test('a line of a solution that students would see is named where they see it', () => {
  const tests =
    "const expected = -x / sigma ** 2\n  return -x / sigma ** 2\ntest('a', { run: () => 1, expect: 1 })"
  assert.deepEqual(lint('step-test', marked('test', 'step-test', tests)), ['solution-shown step-test:2'])
})

test('a notebook with nothing to hand in, or worth nothing, says so', () => {
  assert.deepEqual(
    lintMaster(notebook([cell('a', 'x')])).map(({ rule }) => rule),
    ['no-answers'],
  )
  const free = [marked('solution', 's', 'const f = () => 1'), marked('test', 't', TESTS, { points: 0 })]
  assert.deepEqual(
    lintMaster(notebook(free)).map(({ rule }) => rule),
    ['no-points', 'points-zero'],
  )
})

test('tests are found by name and line', () => {
  const source =
    "test('a', {})\n  test<number>(\n    \"it's\", {})\nlatest('no')\ntest(name, {})\ntest(`b${c}`, {})"
  assert.deepEqual(namedTests(source), [
    { name: 'a', line: 1 },
    { name: "it's", line: 2 },
  ])
})
