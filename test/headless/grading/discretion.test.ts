/** What hidden tests give stays hidden, wherever a student's code carries it to. */
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gradeCourse } from './grade'
import { Course, masterOf, submissionOf } from './notebooks'

const SECRET = '8675309'
const master = masterOf([
  { id: 'keep', role: 'solution', source: 'const keep = (x: number) => x' },
  {
    id: 'tests-keep',
    role: 'test',
    points: 3,
    source: `import { test } from 'genbook'
test('visible', { given: [1], run: (x) => keep(x), points: 1 })
// BEGIN HIDDEN TESTS
test('hidden', { given: [${SECRET}], run: (x) => keep(x), points: 1 })
// END HIDDEN TESTS
test('visible, later', { given: [2], run: (x) => keep(x), points: 1 })`,
  },
  { id: 'show', role: 'solution', source: 'const show = (x: number) => x' },
  {
    id: 'tests-show',
    role: 'test',
    points: 2,
    source: `import { test } from 'genbook'
test('shows', { given: [3], run: (x) => show(x), points: 1 })
test('throws', { given: [4], run: (x) => keep(x), points: 1 })`,
  },
  { id: 'last', role: 'solution', source: 'const last = 1' },
])

/** Keeps what it is given, and gives it away in every way there is. */
const thief = submissionOf(master, {
  keep: `const given: number[] = []
function keep(x: number): unknown { given.push(x); console.log(given.join()); if (x === 4) throw new Error(given.join()); return given.length < 2 ? x : given.join() }`,
  show: `import { plot } from 'genbook'
console.log('seen ' + given.join())
display({ text: given.join() })
plot.samples(tf.tensor2d(given.map((x) => [x, x])))
function show(x: number) { display(given); return given.join() }`,
  last: 'throw new RangeError(given.join())',
})

test('no page and no report for students repeats what a hidden test gave', async (t) => {
  const course = await Course.create(t)
  await course.write('master.genbook', master)
  const shown = { output_type: 'stream' as const, name: 'stdout', text: 'as it was handed in\n' }
  const cells = thief.cells.map((cell) =>
    cell.id === 'show' && cell.cell_type === 'code' ? { ...cell, outputs: [shown] } : cell,
  )
  await course.write('submitted/thief.genbook', { ...thief, cells })
  const { results, status, printed } = await gradeCourse(course)
  assert.equal(status, 0, printed)
  const graded = join(course.path, 'graded')
  const page = await readFile(join(graded, 'feedback/thief.html'), 'utf8')
  const [gradescope] = await readdir(join(graded, 'gradescope'))
  const forStudents = [page, await readFile(join(graded, 'gradescope', gradescope!), 'utf8')]
  for (const name of ['junit.xml', 'summary.md']) forStudents.push(await readFile(join(graded, name), 'utf8'))
  for (const text of forStudents) assert.ok(!text.includes(SECRET), text)
  // The attack is real: the instructor reads all of it, marked.
  const result = results.get('thief')!
  const cell = (id: string) => result.cells.find(({ gradeId }) => gradeId === id)!
  assert.match(JSON.stringify(cell('show').outputs), new RegExp(`seen 1,${SECRET}`))
  assert.match(JSON.stringify(cell('show').outputs), /vnd\.plotly/)
  assert.doesNotMatch(page, /plotly/i)
  assert.equal(cell('show').afterHidden, true)
  assert.match(cell('last').detail ?? '', new RegExp(SECRET))
  assert.equal(cell('last').reason, 'The code threw RangeError.')
  const [before, hidden, later] = cell('tests-keep').tests
  assert.deepEqual(
    [before, hidden, later].map((one) => [one?.status, one?.hidden, one?.afterHidden]),
    [
      ['passed', undefined, undefined],
      ['failed', true, undefined],
      ['failed', undefined, true],
    ],
  )
  assert.match(later?.evidence?.returned ?? '', new RegExp(SECRET))
  assert.match(cell('tests-show').tests[1]?.evidence?.returned ?? '', new RegExp(SECRET))
  // What the student may read: what was given and expected there, and what they saw themselves.
  assert.match(page, /<dt>Expected<\/dt><dd><code>about 2<\/code>/)
  assert.match(page, /as it was handed in/)
})
