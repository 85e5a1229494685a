import assert from 'node:assert/strict'
import { mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { readResult } from '../../../src/cli/grade/json'
import { calibrationKey } from '../../../src/cli/grade/calibration'
import { seedOf } from '../../../src/cli/executed'
import { parseNotebook, writeNotebook } from '../../../src/notebook'
import { assignmentOf, withAssignment, type Calibration } from '../../../src/notebook/grading'
import { assertNotebook } from '../../schemas/validate'
import { Folder } from '../cli/genbook'
import { SOLUTION, TESTS, writeMaster } from './assignment'

const RELEASE = ['release', 'master.genbook', '--out', 'students', '--backend', 'cpu']

/** A test whose result is another on plain JavaScript. */
const apart = (within: string) =>
  `test('two', { given: [1], run: (x) => double(x) + (tf.getBackend() === 'cpu' ? 0.001 : 0), within: ${within}, points: 3 })`

async function calibrationIn(folder: Folder, name: string): Promise<Calibration | undefined> {
  return assignmentOf(parseNotebook(await folder.read(name)).notebook).calibration
}

test('a release calibrates the master, and leaves it alone until a cell changes', async (t) => {
  const folder = await Folder.create(t)
  const name = await writeMaster(folder)
  const first = await folder.genbook(RELEASE)
  assert.equal(first.status, 0, first.stderr)
  assert.match(first.stderr, /Tolerances were calibrated on wasm(,| and) cpu/)
  const text = await folder.read(name)
  assertNotebook(text)
  const calibration = await calibrationIn(folder, name)
  assert.ok(calibration)
  assert.equal(first.stderr.includes('webgpu was left out: '), !calibration.backends.includes('webgpu'))
  assert.deepEqual(Object.keys(calibration.tests['double-test']!), ['ten', 'two'])
  assert.ok(!(await folder.read(join('students', name))).includes('calibration'))

  const before = await stat(join(folder.path, name))
  const second = await folder.genbook([...RELEASE, '--no-run'])
  assert.match(second.stderr, /Tolerances are as calibrated on wasm.*: no cell has changed since\./)
  assert.equal((await stat(join(folder.path, name))).ino, before.ino)
  assert.equal(await folder.read(name), text)

  await folder.text(name, text.replace("'ten'", "'tenfold'"))
  const third = await folder.genbook(RELEASE)
  assert.match(third.stderr, /Tolerances were calibrated on/)
  const again = await calibrationIn(folder, name)
  assert.notEqual(again?.key, calibration.key)
  assert.deepEqual(Object.keys(again?.tests['double-test'] ?? {}), ['tenfold', 'two'])
})

test('--no-calibrate and --no-run leave the master as it is, and say so', async (t) => {
  const folder = await Folder.create(t)
  const name = await writeMaster(folder)
  const before = await folder.read(name)
  for (const option of ['--no-calibrate', '--no-run']) {
    const { status, stderr } = await folder.genbook([...RELEASE, option])
    assert.equal(status, 0, stderr)
    assert.ok(stderr.includes(`Tolerances were not calibrated (${option})`), stderr)
    assert.equal(await folder.read(name), before)
  }
})

test('a test that allows less than backends differ by stops the release', async (t) => {
  const folder = await Folder.create(t)
  const name = await writeMaster(folder, { tests: apart('{ absolute: 1e-4 }') })
  const before = await folder.read(name)
  const { status, stderr } = await folder.genbook(RELEASE)
  assert.equal(status, 1, stderr)
  assert.match(
    stderr,
    /^master\.genbook:\d+:\d+: error: In double-test, the test “two” allows less than backends differ by: wasm gives 2, and cpu gives 2\.001\. \(cell 4, line 1\) \[backends-disagree\]$/m,
  )
  assert.match(stderr, /1 error: master\.genbook was not released/)
  assert.equal(await folder.read(name), before)
  await assert.rejects(folder.read(join('students', name)))

  const calibrate = await folder.genbook(['calibrate', name])
  assert.equal(calibrate.status, 1, calibrate.stderr)
  assert.match(calibrate.stderr, /no tolerances were written into master\.genbook/)
  assert.equal(await folder.read(name), before)
})

test('a property that holds on one backend alone stops the release, too', async (t) => {
  const folder = await Folder.create(t)
  const tests =
    "import { below } from 'genbook'\ntest('two', { run: () => (tf.getBackend() === 'cpu' ? 0.2 : 0.05), expect: below(0.1), points: 3 })"
  const name = await writeMaster(folder, { tests })
  const { status, stderr } = await folder.genbook(['calibrate', name])
  assert.equal(status, 1, stderr)
  assert.match(stderr, /the test “two” passes on wasm and not on cpu: .*0\.2/)
})

test('tolerances can be found for another seed than the master’s', async (t) => {
  const folder = await Folder.create(t)
  const name = await writeMaster(folder)
  const { status, stderr } = await folder.genbook(['calibrate', name, '--seed', '99'])
  assert.equal(status, 0, stderr)
  const { notebook } = parseNotebook(await folder.read(name))
  assert.notEqual(seedOf(notebook), 99)
  assert.equal(assignmentOf(notebook).calibration?.key, calibrationKey(notebook, 99))
})

test('a test that allows more, or says nothing, gets its tolerance', async (t) => {
  const folder = await Folder.create(t)
  const name = await writeMaster(folder, { tests: apart('undefined') })
  const { status, stdout, stderr } = await folder.genbook(['calibrate', name])
  assert.equal(status, 0, stderr)
  // Eight times 0.001 / 2.
  assert.equal(stdout.trim(), 'double-test: two: relative 0.004')
})

test('grading judges by the tolerances in the master, while they are of its cells', async (t) => {
  const folder = await Folder.create(t)
  const name = await writeMaster(folder, { tests: TESTS, solution: SOLUTION.replace('2 * x', '2.001 * x') })
  await mkdir(join(folder.path, 'submitted'))
  await folder.text('submitted/ada.genbook', await folder.read(name))
  await writeMaster(folder)
  const { notebook } = parseNotebook(await folder.read(name))
  const wide = { relative: 0.01, absolute: 0 }
  const key = calibrationKey(notebook, seedOf(notebook))
  for (const [made, points] of [
    [key, 3],
    ['of other cells', 0],
  ] as const) {
    const calibration = { key: made, backends: ['wasm'], tests: { 'double-test': { two: wide, ten: wide } } }
    await folder.text(name, writeNotebook(withAssignment(notebook, { calibration })))
    const graded = await folder.genbook([
      ...['grade', name, 'submitted', '--out', 'graded', '--sandbox', 'none', '--trust'],
    ])
    assert.equal(graded.status, 0, graded.stderr)
    const [line = ''] = (await readFile(join(folder.path, 'graded/results.jsonl'), 'utf8')).split('\n')
    assert.equal(readResult(line).points, points)
  }
})
