import assert from 'node:assert/strict'
import { test } from 'node:test'
import { splitTests } from '../../../src/kernel/grading/split'
import { Bench, prepare } from '../session/harness'

const SOURCE = `import { test, below } from 'genbook'
const grid = [-1, 0, 2.5], truth = [1, 0, -2.5]
const filled: number[] = []
for (const x of grid) filled.push(x)
console.log(truth)
test('visible', {
  given: grid,
  run: (x) => score(x) + filled.length,
  expect: (x) => truth[grid.indexOf(x)],
  points: 2,
  otherwise: 'a secret hint',
})
// BEGIN HIDDEN TESTS
const answer = 42
test('hidden name', { run: () => score(17), expect: below(answer) })
// END HIDDEN TESTS
`

test('only what run needs is left, at the same lines', () => {
  const { tests, collecting, problems } = splitTests(SOURCE)
  assert.deepEqual(problems, [])
  assert.deepEqual(
    tests.map(({ name, hidden }) => ({ name, hidden })),
    [
      { name: 'visible', hidden: false },
      { name: 'hidden name', hidden: true },
    ],
  )
  for (const secret of [
    'truth',
    'secret hint',
    '42',
    'answer',
    'hidden name',
    'visible',
    'expect',
    'below',
    'points',
    'HIDDEN',
  ])
    assert.ok(!collecting.includes(secret), `${secret} is in:\n${collecting}`)
  for (const needed of ['grid', 'filled.push(x)', 'score(x) + filled.length', 'score(17)'])
    assert.ok(collecting.includes(needed), `${needed} is not in:\n${collecting}`)
  const line = (text: string, what: string) => text.split('\n').findIndex((each) => each.includes(what))
  assert.equal(line(collecting, 'score(17)'), line(SOURCE, 'score(17)'))
  assert.equal(line(collecting, 'filled.push'), line(SOURCE, 'filled.push'))
})

test('names that both sides use are told, because a student could read their values', () => {
  assert.deepEqual(splitTests(SOURCE).shared, ['grid'])
})

test('what is cut is told', () => {
  const { cut } = splitTests(SOURCE)
  assert.deepEqual(
    cut.map(({ start, end }) => SOURCE.slice(start, end)),
    ['truth = [1, 0, -2.5]', 'console.log(truth)', 'const answer = 42'],
  )
})

test('the collecting cell compiles and declares its tests by number', async () => {
  await prepare()
  const bench = new Bench()
  await bench.run('function score(x) { return x }', 'answer')
  const { outcome, texts } = await bench.run(
    splitTests(SOURCE).collecting.replaceAll("'0'", "'zero'"),
    'tests',
  )
  assert.equal(outcome.status, 'ok')
  assert.match(texts.join('\n'), /zero: it ran/)
  assert.match(texts.join('\n'), /1: it ran/)
})

for (const [name, source, message] of [
  ['a name that is not written out', 'test(name, { run: () => 1 })', /must be its name/],
  ['options that are not written out', "test('a', options)", /must be written out/],
  ['spread options', "test('a', { ...options, run: () => 1 })", /has the members/],
  ['no run', "test('a', { expect: 1 })", /no `run`/],
  ['a test in a loop', "for (const n of [1, 2]) test('a' + n, { run: () => n })", /statement of its own/],
  ['a test in a function', "const f = () => test('a', { run: () => 1 })", /statement of its own/],
  ['two of one name', "test('a', { run: () => 1 })\ntest('a', { run: () => 2 })", /two tests/],
  ['an unknown member', "test('a', { run: () => 1, expected: 1 })", /has the members/],
] as const)
  test(`refused: ${name}`, () => {
    const { problems } = splitTests(source)
    assert.match(problems.map(({ message }) => message).join('\n'), message)
  })

test('imported under another name, or with its module, a test is one', () => {
  const { tests } = splitTests(
    "import { test as check } from 'genbook'\nimport * as g from 'genbook'\ncheck('a', { run: () => 1 })\nawait g.test('b', { run() { return 2 } })",
  )
  assert.deepEqual(
    tests.map(({ name }) => name),
    ['a', 'b'],
  )
})
