import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Folder } from '../cli/genbook'

const CELLS = [
  "import { plot, data } from 'genbook'\nplot.samples({ data: data.moons({ noise: 0.05 }).draw(64) })",
  'tf.randomNormal([3]).sum()',
  "console.log('took', Math.round(performance.now()), 'ms')",
]

test('a notebook that was run shows the same again, cell by cell', async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook('a.genbook', CELLS, 3)
  await folder.genbook(['run', name, '--out', 'done', '--backend', 'cpu'])
  const { status, stdout } = await folder.genbook(['rerun', `done/${name}`, '--backend', 'cpu'])
  assert.match(stdout, /3 of 3 cells as stored/)
  assert.equal(status, 0)
})

test('what changed is named by cell, and the file is left alone', async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook('a.genbook', CELLS, 3)
  await folder.genbook(['run', name, '--out', '.done', '--backend', 'cpu'])
  const stored = (await folder.read(`.done/${name}`)).replace('[3]', '[4]')
  await folder.text('b.genbook', stored)
  const { status, stdout } = await folder.genbook([
    'rerun',
    'b.genbook',
    '--backend',
    'cpu',
    '--format',
    'json',
  ])
  const { cells } = JSON.parse(stdout) as {
    cells: { number: number; verdict: string; differences: string[] }[]
  }
  assert.deepEqual(
    cells.map(({ verdict }) => verdict),
    ['same', 'different', 'same'],
  )
  assert.match(cells[1]?.differences[0] ?? '', /was stored, and .* came back/)
  assert.equal(status, 1)
  assert.equal(await folder.read('b.genbook'), stored)
})

test('a cell that fails now is different, and one that was never run is not compared', async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook('a.genbook', ['1 + 1', '2 + 2'])
  await folder.genbook(['run', name, '--out', 'done', '--backend', 'cpu'])
  const notebook = JSON.parse(await folder.read(`done/${name}`)) as {
    cells: { source: string[]; execution_count: number | null; outputs: unknown[] }[]
  }
  notebook.cells[0]!.source = ['missing()']
  Object.assign(notebook.cells[1]!, { execution_count: null, outputs: [] })
  await folder.text('b.genbook', JSON.stringify(notebook))
  const { status, stdout } = await folder.genbook(['rerun', 'b.genbook', '--backend', 'cpu'])
  assert.equal(status, 1)
  assert.match(stdout, /0 of 1 cell as stored, 1 with nothing stored/)
  assert.match(stdout, /cell 1\n +output 1, a value: an error came back/)
})

test('nothing to compare with, and a bad declaration, are said before anything runs', async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook('a.genbook', ['1'])
  const nothing = await folder.genbook(['rerun', name])
  assert.equal(nothing.status, 2)
  assert.match(nothing.stderr, /holds no outputs to compare with/)
  const noise = await folder.genbook(['rerun', name, '--noise', '('])
  assert.equal(noise.status, 2)
  assert.match(noise.stderr, /"\(" is not a regular expression/)
})
