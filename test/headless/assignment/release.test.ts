import assert from 'node:assert/strict'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseNotebook } from '../../../src/notebook'
import { assignmentOf, visiblePoints } from '../../../src/notebook/grading'
import { assertNotebook } from '../../schemas/validate'
import { Folder } from '../cli/genbook'
import { SOLUTION, TESTS, writeMaster } from './assignment'

test('a master is released under its name, without what is the instructor’s', async (t) => {
  const folder = await Folder.create(t)
  const name = await writeMaster(folder)
  const { status, stdout, stderr } = await folder.genbook([
    'release',
    name,
    '--out',
    'students',
    '--backend',
    'cpu',
  ])
  assert.equal(status, 0, stderr)
  assert.equal(stdout.trim(), join('students', name))
  assert.match(stderr, /3 points\. Nothing to object to\./)
  const text = await folder.read(join('students', name))
  assertNotebook(text)
  for (const secret of ['return 2 * x', "'ten'", 'BEGIN', 'END']) assert.ok(!text.includes(secret), secret)
  const { notebook } = parseNotebook(text)
  assert.equal(assignmentOf(notebook).released?.cells.length, 4)
  assert.deepEqual(visiblePoints(notebook.cells[3]!), { two: 1 })
})

test('two releases of one master are the same file', async (t) => {
  const folder = await Folder.create(t)
  const name = await writeMaster(folder)
  for (const out of ['a', 'b']) await folder.genbook(['release', name, '--out', out, '--backend', 'cpu'])
  assert.equal(await folder.read(join('a', name)), await folder.read(join('b', name)))
})

test('a master with errors is not released, unless forced, and then shows nothing hidden', async (t) => {
  const folder = await Folder.create(t)
  const name = await writeMaster(folder, { tests: `${TESTS}\n// BEGIN HIDDEN TESTS\nsecret()` })
  const refused = await folder.genbook(['release', name, '--out', 'students', '--no-run'])
  assert.equal(refused.status, 1)
  assert.match(refused.stderr, /1 error: master\.genbook was not released/)
  await assert.rejects(folder.read(join('students', name)))
  const forced = await folder.genbook(['release', name, '--out', 'students', '--no-run', '--force'])
  assert.equal(forced.status, 0)
  const text = await folder.read(join('students', name))
  assert.ok(!text.includes('secret()') && !text.includes("'ten'"))
})

test('the master is never overwritten', async (t) => {
  const folder = await Folder.create(t)
  const name = await writeMaster(folder)
  const before = await folder.read(name)
  const { status, stderr } = await folder.genbook(['release', name, '--out', '.', '--no-run'])
  assert.equal(status, 2)
  assert.match(stderr, /would overwrite the master/)
  assert.equal(await folder.read(name), before)
})

test('a folder that is a file, and a missing --out, are said', async (t) => {
  const folder = await Folder.create(t)
  const name = await writeMaster(folder, { solution: SOLUTION })
  await mkdir(join(folder.path, 'd'))
  await folder.text('file', '')
  assert.match(
    (await folder.genbook(['release', name, '--out', 'file'])).stderr,
    /--out file is not a folder/,
  )
  assert.equal((await folder.genbook(['release', name])).status, 2)
})

test('the released example is what its master gives', async (t) => {
  const folder = await Folder.create(t)
  const examples = join(process.cwd(), 'examples/assignment')
  const master = await readFile(join(examples, 'master/scores.genbook'), 'utf8')
  await folder.text('scores.genbook', master)
  const { status } = await folder.genbook(['release', 'scores.genbook', '--out', 'out', '--backend', 'cpu'])
  assert.equal(status, 0)
  // Its tolerances are of its cells as they are.
  assert.equal(await folder.read('scores.genbook'), master)
  assert.equal(
    await folder.read('out/scores.genbook'),
    await readFile(join(examples, 'released/scores.genbook'), 'utf8'),
  )
})
