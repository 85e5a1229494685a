/** The built language worker, in a worker thread and in a browser's worker. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { LanguageClient } from '../../../src/kernel/language/client'
import { startLanguageThread } from '../../../src/kernel/language/client.node'

const dist = join(process.cwd(), 'dist')
const client = new LanguageClient({
  start: startLanguageThread(join(dist, 'language.js')),
  types: () => readFile(join(dist, 'types.json'), 'utf8'),
})
after(() => client.dispose())

test('compiles and checks in a thread', async () => {
  const compiled = await client.compile('a', 'const a: number = 1')
  assert.ok(compiled.ok)
  assert.deepEqual(
    compiled.cell.analysis.declared.map(({ name }) => name),
    ['a'],
  )
  const found = await client.check('n', [
    { id: 'a', source: "import { vp } from 'genbook'\nconst a = vp()" },
    { id: 'b', source: 'const b: string = a' },
  ])
  assert.deepEqual(
    found.map(({ cell, line, column }) => [cell, line, column]),
    [['b', 1, 7]],
  )
  await client.close('n')
  assert.deepEqual(
    await client.check('n', [{ id: 'b', source: 'a' }]).then((again) => again.map(({ code }) => code)),
    [2304],
  )
})

test('a text that nests too deeply is an error of its cell, not of the worker', async () => {
  for (const source of [
    '('.repeat(50_000),
    '['.repeat(50_000) + ']'.repeat(50_000),
    `${'a?b:'.repeat(20_000)}c`,
  ]) {
    const compiled = await client.compile('deep', source)
    assert.equal(compiled.ok, false)
    const found = await client.check('deep', [
      { id: 'deep', source },
      { id: 'b', source: 'const b: string = 1' },
    ])
    assert.ok(found.some(({ cell }) => cell === 'deep'))
    assert.ok(found.some(({ cell }) => cell === 'b'))
  }
})

test('cells cannot reach the files of the machine that checks them', async () => {
  const source =
    '/// <reference path="/etc/passwd" />\n/// <reference types="node" />\nimport x from "/etc/passwd"\nimport y from "../../package.json"'
  const found = await client.check('files', [{ id: 'a', source }])
  assert.ok(found.length >= 2)
  assert.ok(found.every(({ message }) => !message.includes('root:')))
})
