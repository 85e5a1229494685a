import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Folder } from '../cli/genbook'
import { SOLUTION, TESTS, writeMaster, type Parts } from './assignment'

interface Printed {
  readonly findings: readonly {
    readonly rule: string
    readonly severity: string
    readonly cell?: number
    readonly cellLine?: number
    readonly message: string
  }[]
}

/** What lint finds, as `severity rule cell:line`, and its exit status. */
async function lint(t: TestContext, parts: Parts, ...flags: string[]) {
  const folder = await Folder.create(t)
  const name = await writeMaster(folder, parts)
  const { status, stdout, stderr } = await folder.genbook([
    ...['lint', name, '--backend', 'cpu', '--format', 'json'],
    ...flags,
  ])
  const { findings } = JSON.parse(stdout) as Printed
  const lines = findings.map(({ severity, rule, cell, cellLine }) =>
    [severity, rule, [cell, cellLine].filter((part) => part !== undefined).join(':')].join(' '),
  )
  return { status, lines, findings, stderr }
}

test('a good master is run with and without its solutions, and nothing is found', async (t) => {
  const { status, lines, stderr } = await lint(t, {})
  assert.deepEqual(lines, [])
  assert.equal(status, 0)
  assert.match(stderr, /Nothing to object to in master\.genbook/)
})

test('tests that pass where nothing was written are errors at their line', async (t) => {
  const easy = "test('exists', { run: () => typeof double, expect: 'function', points: 2 })"
  const open = "test('open', { run: () => 7, points: 1 })"
  const { status, lines } = await lint(t, { tests: `${easy}\n${open}` })
  assert.deepEqual(lines, ['error test-passes-empty 4:1', 'error test-passes-empty 4:2'])
  assert.equal(status, 1)
})

test('tests that fail on the master are errors, with the reason', async (t) => {
  const { lines, findings } = await lint(t, { solution: SOLUTION.replace('2 * x', '3 * x') })
  assert.deepEqual(lines, ['error test-fails-on-master 4:1'])
  assert.match(
    findings[0]?.message ?? '',
    /“two” fails on the master’s own solution: given 1: 2 .* expected, and 3 came back/,
  )
})

test('a master that does not run is an error where it fails', async (t) => {
  const { lines } = await lint(t, { solution: `${SOLUTION}\n// BEGIN SOLUTION\nmissing()\n// END SOLUTION` })
  assert.ok(lines.includes('error master-fails 3:7'), lines.join('\n'))
})

test('tests that are never reached, and points that do not add up, are named', async (t) => {
  const { lines } = await lint(t, {
    tests: `${TESTS}\nif (double(1) === 3) {\n  test('never', { run: () => 1, expect: 2 })\n}`,
    points: 4,
  })
  assert.deepEqual(lines, [
    'error points-mismatch 4',
    'error test-not-gradable 4:6',
    'warning test-unreachable 4:6',
  ])
})

test('a cell that does not compile without its hidden part is an error', async (t) => {
  const tests =
    "const cases = [1]\n// BEGIN HIDDEN TESTS\nfor (const x of cases) {\n// END HIDDEN TESTS\ntest('two', { run: () => double(x ?? 1), expect: 2 })\n// BEGIN HIDDEN TESTS\n}\n// END HIDDEN TESTS"
  const broken = tests
    .replace('cases) {\n// END', 'cases) {\nif (x) {\n// END')
    .replace('\n}\n// END', '\n}\n// END HIDDEN TESTS\n}\n// BEGIN HIDDEN TESTS\n// END')
  const { lines } = await lint(t, { tests: broken })
  assert.ok(lines.includes('error release-broken 4'), lines.join('\n'))
})

test('tests that the grader could not take apart, and values that students could read, are named', async (t) => {
  const loop = 'for (const x of [1, 2])\n  test(`of ${x}`, { run: () => double(x), expect: 2 * x })'
  const shared = "const key = 7\ntest('shared', { run: () => double(key), expect: 2 * key })"
  const { lines } = await lint(t, { tests: `${loop}\n${shared}` })
  assert.deepEqual(lines, ['error test-not-gradable 4:2', 'warning value-shared 4:4'])
})

test('without running, only what the text tells is found', async (t) => {
  const { lines, status } = await lint(
    t,
    { solution: SOLUTION.replace('2 * x', '3 * x'), tests: 'check()' },
    '--no-run',
  )
  assert.deepEqual(lines, ['error test-missing 4'])
  assert.equal(status, 1)
})

test('findings stand at their place in the file, and as annotations for GitHub', async (t) => {
  const folder = await Folder.create(t)
  const name = await writeMaster(folder, { solution: 'const a = 1\n// BEGIN SOLUTION: 100%, sure' })
  const text = await folder.genbook(['lint', name, '--no-run'])
  const [, line, column] = /^master\.genbook:(\d+):(\d+): error: .*\(cell 3, line 2\) \[marker\]$/m.exec(
    text.stdout,
  )!
  const source = (await folder.read(name)).split('\n')[Number(line) - 1] ?? ''
  assert.ok(source.slice(Number(column) - 1).startsWith('// BEGIN SOLUTION'), source)
  const github = await folder.genbook(['lint', name, '--no-run', '--format', 'github'])
  assert.match(
    github.stdout,
    new RegExp(`^::error file=master\\.genbook,line=${line},col=${column},title=genbook marker::`, 'm'),
  )
})
