import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { runTests } from '../../../scripts/run-tests.mjs'

const folder = mkdtempSync(join(tmpdir(), 'genbook-run-'))
after(() => rmSync(folder, { recursive: true }))

// A test runner inside a test runner must not believe that it is part of it.
delete process.env['NODE_TEST_CONTEXT']

async function counted(source: string, minutes = 1): Promise<{ passed: number; failed: number }> {
  const file = join(folder, 'sample.mjs')
  writeFileSync(file, `import { test, describe, before } from 'node:test'\n${source}`)
  const { passed, failed, failures } = await runTests([file], { minutes, say: () => {} })
  assert.equal(failures.length, failed, 'what failed is told again')
  return { passed, failed }
}

test('tests in groups and under tests count one by one, groups do not', async () => {
  const source = `test('a', () => {}); describe('g', () => { test('b', (t) => t.test('c', () => {})) })`
  assert.deepEqual(await counted(source), { passed: 3, failed: 0 })
})

test('what fails, is skipped or is left to be done counts as failed', async () => {
  const source = `test('a', () => { throw new Error('no') }); test.skip('b', () => {}); test.todo('c', () => {}); test('d', () => {})`
  assert.deepEqual(await counted(source), { passed: 1, failed: 3 })
})

test('a file without tests, one that cannot be loaded and one that dies count as failed', async () => {
  assert.deepEqual(await counted(''), { passed: 0, failed: 1 })
  assert.deepEqual(await counted(`throw new Error('at once')`), { passed: 0, failed: 1 })
  assert.equal((await counted(`test('a', () => process.exit(0))`)).failed > 0, true)
  assert.equal((await counted(`test('a', () => process.kill(process.pid, 'SIGKILL'))`)).failed > 0, true)
})

test('a group whose preparation fails counts as failed', async () => {
  const source = `describe('g', () => { before(() => { throw new Error('no') }); test('a', () => {}) })`
  assert.equal((await counted(source)).failed > 0, true)
})

test('what throws after its test has ended counts as failed', async () => {
  const source = `test('a', () => void setTimeout(() => { throw new Error('late') }, 10)); test('b', () => new Promise((r) => setTimeout(r, 100)))`
  assert.deepEqual(await counted(source), { passed: 2, failed: 1 })
})

test('a file that does not end counts as failed when its time is over', async () => {
  const result = await counted(`test('a', () => new Promise((r) => setTimeout(r, 1e6)))`, 0.03)
  assert.deepEqual(result, { passed: 0, failed: 1 })
})

test('what failed is told with its file, its name and why, so that it can be told again at the end', async () => {
  const file = join(folder, 'sample.mjs')
  writeFileSync(
    file,
    `import { test } from 'node:test'\ntest('a', () => {}); test('b', () => { throw new Error('no') })`,
  )
  const said: string[] = []
  const { failures } = await runTests([file], { say: (text) => said.push(text) })
  assert.equal(failures.length, 1)
  assert.match(failures[0]!, /^✖ .*sample\.mjs: b \(.*Error: no/s)
  assert.deepEqual(said, failures)
})
