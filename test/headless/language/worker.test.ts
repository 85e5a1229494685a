/** The built language worker, in a worker thread and in a browser's worker. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { chromium } from 'playwright-core'
import { chromiumFlags, needChromium } from '../../../scripts/chromium.mjs'
import { LanguageClient } from '../../../src/kernel/language/client'
import { startLanguageThread } from '../../../src/kernel/language/client.node'
import {
  LANGUAGE_PROTOCOL_VERSION,
  type LanguageMethods,
  type LanguageResponse,
} from '../../../src/kernel/language/protocol'

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

test('compiles and checks in a browser', async (t) => {
  const browser = await chromium.launch({ executablePath: await needChromium(), args: [...chromiumFlags] })
  t.after(() => browser.close())
  const page = await browser.newPage()
  const [script, types] = await Promise.all(
    ['language.js', 'types.json'].map((name) => readFile(join(dist, name), 'utf8')),
  )
  const cells = [
    { id: 'a', source: 'const a = tf.zeros([2])' },
    { id: 'b', source: 'a.shape\na.shapes' },
  ]
  const requests = [
    { request: 1, method: 'compile', params: cells[0] },
    { request: 2, method: 'initialize', params: { protocol: LANGUAGE_PROTOCOL_VERSION, types } },
    { request: 3, method: 'check', params: { notebook: 'n', cells } },
  ]
  const responses = await page.evaluate(
    async ([text, messages]) => {
      const address = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))
      const worker = new Worker(address)
      const responses: LanguageResponse[] = []
      for (const message of messages)
        responses.push(
          await new Promise<LanguageResponse>((resolve, reject) => {
            worker.onmessage = (event: MessageEvent<LanguageResponse>) => resolve(event.data)
            worker.onerror = (event) => reject(new Error(event.message))
            worker.postMessage(message)
          }),
        )
      return responses
    },
    [script!, requests] as const,
  )
  assert.ok(
    responses.every(({ ok }) => ok),
    JSON.stringify(responses),
  )
  const [compiled, , checked] = responses.map((response) => (response as { result: unknown }).result)
  assert.equal((compiled as LanguageMethods['compile']['result']).ok, true)
  assert.deepEqual(
    (checked as LanguageMethods['check']['result']).map(({ cell, line, column }) => [cell, line, column]),
    [['b', 2, 3]],
  )
})
