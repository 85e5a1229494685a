import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Folder } from './genbook'

test('errors stand at the place in the file that an editor opens', async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook('a.genbook', [
    'const a = 1',
    { markdown: 'text' },
    'const s = "\\u{1F600}\t\\"é"\nconst t: string = a; // "quoted"',
    'const open = (',
  ])
  const { status, stdout, stderr } = await folder.genbook(['check', name])
  assert.equal(status, 1)
  const lines = stdout.trimEnd().split('\n')
  assert.equal(lines.length, 2)
  const text = (await folder.read(name)).split('\n')
  for (const [index, word, message] of [
    [0, 't: string', /Type 'number' is not assignable to type 'string'\. \(cell 3, line 2\)$/],
    [1, '"', /Expression expected\. \(cell 4, line 1\)$/],
  ] as const) {
    const [, line, column] = /^a\.genbook:(\d+):(\d+): error: /.exec(lines[index]!)!
    assert.match(lines[index]!, message)
    assert.ok(text[Number(line) - 1]!.slice(Number(column) - 1).startsWith(word), lines[index])
  }
  assert.match(stderr, /2 errors in 1 notebook/)
})

test('a wrong call of the runtime and an import that is not bundled are errors', async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook('a.genbook', [
    "import { vp } from 'genbook'\nvp({ betaMix: 1 })",
    "import _ from 'lodash'",
  ])
  const { status, stdout } = await folder.genbook(['check', name])
  assert.equal(status, 1)
  assert.match(stdout, /betaMix/)
  assert.match(stdout, /'lodash'.*'genbook'/)
})

test('a notebook without errors passes', async (t) => {
  const folder = await Folder.create(t)
  await folder.notebook('a.genbook', ['const a: number = 1', 'a.toFixed()', 'display(tf.zeros([2]))'])
  await folder.notebook('b.genbook', ['const a = "another notebook"', 'a.toUpperCase()'])
  const { status, stdout, stderr } = await folder.genbook(['check', 'a.genbook', 'b.genbook'])
  assert.deepEqual([status, stdout], [0, ''])
  assert.match(stderr, /No errors in 2 notebooks/)
})

test('what was put right on reading is a warning', async (t) => {
  const folder = await Folder.create(t)
  await folder.notebook('a.genbook', ['1', '2'])
  await folder.text('a.genbook', (await folder.read('a.genbook')).replace('"c2"', '"c1"'))
  const { status, stdout } = await folder.genbook(['check', 'a.genbook'])
  assert.equal(status, 0)
  assert.match(stdout, /^a\.genbook:\d+:\d+: warning: cells\[1\]\.id: the id "c1" belongs to an earlier cell/)
})

test('one bad file does not hide the errors of the others', async (t) => {
  const folder = await Folder.create(t)
  await folder.text('bad.genbook', '[')
  await folder.notebook('a.genbook', ['const a: string = 1'])
  const { status, stdout, stderr } = await folder.genbook(['check', 'bad.genbook', 'a.genbook'])
  assert.equal(status, 2)
  assert.match(stderr, /1 error in 1 notebook\.\n1 file could not be checked\.\n$/)
  assert.match(stdout, /bad\.genbook:1:2: expected/)
  assert.match(stdout, /a\.genbook:\d+:\d+: error: Type 'number'/)
})
