import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Philox } from './philox'
import { generate, generatedMaster, type Generated } from './generated'
import { gradeCourse, type Graded } from './grade'
import { Course, masterOf, submissionOf } from './notebooks'

async function courseOf(t: TestContext, generated: readonly Generated[]): Promise<Course> {
  const course = await Course.create(t)
  await course.write('master.genbook', generatedMaster)
  for (const { name, content } of generated) await course.write(`submitted/${name}.genbook`, content)
  return course
}

function asConstructed({ results, printed }: Graded, generated: readonly Generated[]): void {
  assert.equal(results.size, generated.length, printed)
  for (const { name, points, statuses } of generated) {
    const result = results.get(name)
    const said = () =>
      JSON.stringify(result, (key, value: unknown) => (key === 'outputs' ? undefined : value), 1)
    assert.equal(result?.points, points, said())
    assert.ok(statuses.includes(result.status), said())
  }
}

const OPTIONS = ['--jobs', '2', '--cell-timeout', '120', '--memory', '1000']

/** How many lines of a journal are whole. */
async function journaled(course: Course): Promise<number> {
  const text = await readFile(join(course.path, 'graded/journal.jsonl'), 'utf8').catch(() => '')
  return text.split('\n').length - 1
}

test('200 submissions get the grades that they were made for, though the grader is killed twice on the way', async (t) => {
  const generated = generate(200)
  const course = await courseOf(t, generated)
  // At a moment that no submission chooses: when so many lines are in the journal.
  const random = new Philox(Date.now())
  for (const least of [20 + random.integer(30), 80 + random.integer(40)]) {
    const killed = await gradeCourse(course, OPTIONS, (child) => {
      const timer = setInterval(() => {
        void journaled(course).then((lines) => lines >= least && child.kill('SIGKILL'))
      }, 50)
      child.on('exit', () => clearInterval(timer))
    })
    assert.equal(killed.signal, 'SIGKILL', killed.printed)
    assert.ok((await journaled(course)) >= least)
  }
  const before = await journaled(course)
  const graded = await gradeCourse(course, OPTIONS)
  assert.equal(graded.status, 3, graded.printed)
  asConstructed(graded, generated)
  assert.match(graded.printed, new RegExp(`${before} from the journal`))
  assert.match(graded.printed, /a minute/)
})

test('a rerun does only what changed', async (t) => {
  const generated = generate(4)
  const course = await courseOf(t, generated)
  assert.equal((await gradeCourse(course, OPTIONS)).status, 0)
  assert.equal(await journaled(course), 4)

  // Nothing changed: not one more line.
  asConstructed(await gradeCourse(course, OPTIONS), generated)
  assert.equal(await journaled(course), 4)

  // One submission changed.
  await course.write('submitted/student-0003.genbook', generated[0]!.content)
  const again = await gradeCourse(course, OPTIONS)
  assert.equal(again.results.get('student-0003')?.points, 6)
  assert.equal(again.results.get('student-0003')?.student, 'student-0003')

  // Another seed changes everything.
  const lines = await journaled(course)
  await gradeCourse(course, [...OPTIONS, '--seed', '99'])
  assert.ok((await journaled(course)) >= lines + 3)
})

test('a half-written line of the journal is no result, and costs none', async (t) => {
  const generated = generate(3)
  const course = await courseOf(t, generated)
  await gradeCourse(course, OPTIONS)
  const path = join(course.path, 'graded/journal.jsonl')
  const text = await readFile(path, 'utf8')
  const [first, second, third] = text.split('\n') as [string, string, string]
  await writeFile(path, `${first}\nrubbish\n${second}\n${third.slice(0, third.length / 2)}`)
  asConstructed(await gradeCourse(course, OPTIONS), generated)
  const lines = (await readFile(path, 'utf8')).split('\n')
  assert.equal(lines.length, 5)
  assert.doesNotThrow(() => void JSON.parse(lines[3]!))
})

test('shards are graded apart and are together the whole', async (t) => {
  const generated = generate(5)
  const course = await courseOf(t, generated)
  const names: string[] = []
  for (const shard of ['1/2', '2/2']) {
    await rm(join(course.path, 'graded'), { recursive: true, force: true })
    names.push(...(await gradeCourse(course, [...OPTIONS, '--shard', shard])).results.keys())
  }
  assert.deepEqual(
    names.sort(),
    generated.map(({ name }) => name),
  )
})

test('two graders do not write into one folder', async (t) => {
  const course = await courseOf(t, generate(2))
  await course.write('graded/journal.lock', String(process.pid))
  const { status, printed } = await gradeCourse(course, OPTIONS)
  assert.equal(status, 2)
  assert.match(printed, /is grading into graded/)
})

test('a master whose own solution fails a test grades nobody', async (t) => {
  const course = await Course.create(t)
  const master = masterOf([
    { id: 'answer', role: 'solution', source: 'const f = 1' },
    {
      id: 'tests',
      role: 'test',
      points: 1,
      source: "import { test } from 'genbook'\ntest('two', { run: () => f, expect: 2 })",
    },
  ])
  await course.write('master.genbook', master)
  await course.write('submitted/a.genbook', submissionOf(master, {}))
  const { status, printed } = await gradeCourse(course, OPTIONS)
  assert.equal(status, 2)
  assert.match(
    printed,
    /the master's own solution does not pass the test “two”: 2 .* expected, and 1 came back/,
  )
})

test('without a sandbox nothing is run, unless a person vouches for it', async (t) => {
  const course = await courseOf(t, generate(1))
  const refused = await gradeCourse(course, [...OPTIONS, '--sandbox', 'none'])
  assert.equal(refused.status, 2)
  assert.match(refused.printed, /--sandbox none needs --trust/)
  const trusted = await gradeCourse(course, [...OPTIONS, '--sandbox', 'none', '--trust'])
  assert.equal(trusted.status, 0)
  assert.match(trusted.printed, /Sandbox: no sandbox/)
  assert.equal(trusted.results.get('student-0000')?.points, 6)
  assert.equal(trusted.results.get('student-0000')?.sandbox.level, 'none')
})

test('predicates are asked in the instructor’s session, of data and not of code', async (t) => {
  const course = await Course.create(t)
  const master = masterOf([
    {
      id: 'answer',
      role: 'solution',
      source: '// BEGIN SOLUTION\nconst p = () => [0.25, 0.75]\n// END SOLUTION',
    },
    {
      id: 'tests',
      role: 'test',
      points: 1,
      source: `import { test, satisfies } from 'genbook'
const tolerance = 1e-9
test('probabilities', { run: () => p(), expect: satisfies((p: number[]) => Math.abs(p.reduce((a, b) => a + b, 0) - 1) < tolerance, 'probabilities that sum to 1') })`,
    },
  ])
  await course.write('master.genbook', master)
  await course.write(
    'submitted/right.genbook',
    submissionOf(master, { answer: 'const p = () => [0.5, 0.5]' }),
  )
  await course.write(
    'submitted/wrong.genbook',
    submissionOf(master, { answer: 'const tolerance = 9\nconst p = () => [0.5, 0.6]' }),
  )
  const { results } = await gradeCourse(course, OPTIONS)
  assert.equal(results.get('right')?.points, 1)
  assert.equal(results.get('wrong')?.points, 0)
  assert.match(JSON.stringify(results.get('wrong')), /probabilities that sum to 1 expected/i)
})
