import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Folder } from './genbook'

test('exports beside the notebook, or where --out says', async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook('a.genbook', [
    { markdown: '# Title' },
    'const a = 1',
    'const open = (',
    '`open too',
    'a + 1',
  ])

  const html = await folder.genbook(['export', name, '--html'])
  assert.deepEqual([html.status, html.stdout], [0, 'a.html\n'])
  assert.match(await folder.read('a.html'), /<h1>Title<\/h1>/)

  assert.equal((await folder.genbook(['export', name, '--ipynb', '--out', 'b.ipynb'])).status, 0)
  const ipynb = (await folder.readNotebook('b.ipynb')) as unknown as {
    metadata: { kernelspec: { name: string } }
    cells: unknown[]
  }
  assert.equal(ipynb.metadata.kernelspec.name, 'genbook')
  assert.equal(ipynb.cells.length, 5)

  assert.equal((await folder.genbook(['export', name, '--ts'])).status, 0)
  const ts = await folder.read('a.ts')
  assert.match(ts, /^const a = 1$/m)
  assert.match(ts, /^\/\/ const open = \($/m)
  assert.match(ts, /^\/\/ `open too$/m)
  assert.match(ts, /^a \+ 1$/m)
})

test('never writes over the notebook', async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook('a.ipynb', ['1'])
  const { status, stderr } = await folder.genbook(['export', name, '--ipynb'])
  assert.equal(status, 2)
  assert.match(stderr, /is the notebook itself/)
})
