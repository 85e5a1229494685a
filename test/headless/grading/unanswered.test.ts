/** Work that was not done, from the file that is handed in to what the student reads. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { SubmissionResult } from '../../../src/cli/grade/result'
import { gradeCourse } from './grade'
import { Course, masterOf, submissionOf } from './notebooks'

const master = masterOf([
  { id: 'first', role: 'solution', source: 'function double(x: number) { return 2 * x }' },
  { id: 'helper', role: 'locked', source: 'const doubles = (list: number[]) => list.map((x) => double(x))' },
  {
    id: 'tests-first',
    role: 'test',
    points: 2,
    source: `import { test, below } from 'genbook'
test('doubles', { given: [[1, 2]], run: (list) => doubles(list), points: 1 })
test('small', { run: () => double(1e-3) + double(Math.random() * 1e-3), expect: below(1), points: 1 })`,
  },
  { id: 'second', role: 'solution', source: 'const shout = (text: string) => text.toUpperCase()' },
  {
    id: 'tests-second',
    role: 'test',
    points: 1,
    source: "import { test } from 'genbook'\ntest('shouts', { given: ['hey'], run: (x) => shout(x) })",
  },
  { id: 'why', type: 'markdown', role: 'manual', points: 2, source: 'Because.' },
])

const SHOUT = 'const shout = (text: string) => text.toUpperCase()'

let course: Course
let results: ReadonlyMap<string, SubmissionResult>
const ends: (() => unknown)[] = []

before(async () => {
  course = await Course.create({ after: (end) => void ends.push(end as () => unknown) })
  await course.write('master.genbook', master)
  const half = submissionOf(master, { second: SHOUT })
  await course.write('submitted/none.genbook', submissionOf(master, {}))
  await course.write('submitted/half.genbook', half)
  const lost = half.cells.filter(({ id }) => id !== 'first')
  await course.write('submitted/lost.genbook', { ...half, cells: lost })
  await course.write(
    'submitted/empty.genbook',
    submissionOf(master, { first: ' \n', second: SHOUT, why: '' }),
  )
  await course.write(
    'submitted/tried.genbook',
    submissionOf(master, { first: "throw new Error('Write your answer here') // where?", second: SHOUT }),
  )
  const graded = await gradeCourse(course, ['--jobs', '2'])
  assert.equal(graded.status, 0, graded.printed)
  results = graded.results
})
after(async () => {
  for (const end of ends) await end()
})

const said = (result: SubmissionResult | undefined) =>
  result?.cells.map(({ gradeId, status, reason, tests }) => [
    gradeId,
    status,
    reason,
    ...tests.map(({ status, reason }) => `${status}: ${reason}`),
  ])

const LEFT = (name: string) => `Not answered: the cell “${name}” reads as it was released.`

test('who hands in what was released has failed and reads why, and nobody else need look at it', async () => {
  const none = results.get('none')
  assert.equal(none?.status, 'failed')
  assert.equal(none.points, 0)
  assert.match(none.reason ?? '', /^Nothing was answered/)
  assert.deepEqual(said(none), [
    ['first', 'failed', LEFT('first')],
    ['tests-first', 'failed', undefined, `failed: ${LEFT('first')}`, `failed: ${LEFT('first')}`],
    ['second', 'failed', LEFT('second')],
    ['tests-second', 'failed', undefined, `failed: ${LEFT('second')}`],
    ['why', 'failed', LEFT('why')],
  ])
  const page = await readFile(join(course.path, 'graded/feedback/none.html'), 'utf8')
  assert.match(page, /Nothing was answered/)
  assert.doesNotMatch(
    page,
    /Write your answer here|YOUR ANSWER HERE|Your answer<|The code threw|Your code ended with an error/,
  )
  // A test of chance that failed for want of an answer is not flaky, and is not run again.
  assert.ok(none.cells.every(({ tests }) => tests.every(({ flaky }) => !flaky)))
})

test('what was answered counts beside what was not', () => {
  const half = results.get('half')
  assert.deepEqual([half?.status, half?.points, half?.reason], ['failed', 1, undefined])
  assert.deepEqual(said(half)?.slice(2, 4), [
    ['second', 'passed', undefined],
    ['tests-second', 'passed', undefined, 'passed: undefined'],
  ])
})

test('an answer whose cell is gone is not answered, and is said to be gone', () => {
  const lost = results.get('lost')
  assert.deepEqual([lost?.status, lost?.points], ['failed', 1])
  const gone = 'Not answered: the cell “first” was not found in the submission.'
  assert.deepEqual(said(lost)?.[1], [
    'tests-first',
    'failed',
    undefined,
    `failed: ${gone}`,
    `failed: ${gone}`,
  ])
})

test('an empty answer is none, in words neither', () => {
  const empty = results.get('empty')
  assert.deepEqual([empty?.status, empty?.points], ['failed', 1])
  assert.equal(empty?.cells[1]?.tests[0]?.reason, 'Not answered: the cell “first” is empty.')
  assert.deepEqual(
    [empty?.cells[4]?.status, empty?.cells[4]?.reason],
    ['failed', 'Not answered: the cell “why” is empty.'],
  )
})

test('an answer that throws is one all the same', () => {
  const tried = results.get('tried')
  assert.equal(tried?.status, 'error')
  assert.equal(tried.cells[0]?.unanswered, undefined)
  assert.match(tried.cells[1]?.tests[0]?.reason ?? '', /Error/)
})
