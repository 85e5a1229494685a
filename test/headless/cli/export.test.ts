import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { notebookProblems } from '../../schemas/validate'
import { Folder } from './genbook'
import { pngFacts } from './png'

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

test("a Jupyter notebook is valid by nbformat's schema, and has a picture beside each figure", async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook('a.genbook', [
    { markdown: '# Title' },
    "import { data, plot } from 'genbook'\nplot.samples({ data: data.moons().draw(20_000) })",
    "display({ 'application/vnd.plotly.v1+json': { data: 'no list' } })",
  ])
  assert.equal((await folder.genbook(['run', name, '--out', 'out'])).status, 0)
  const { status, stderr } = await folder.genbook(['export', 'out/a.genbook', '--ipynb', '--out', 'a.ipynb'])
  assert.deepEqual([status, stderr], [0, ''])
  const ipynb = await folder.readNotebook('a.ipynb')
  assert.deepEqual(notebookProblems(ipynb), [])
  const outputs = ipynb.cells.flatMap((cell) => cell.outputs ?? [])
  const pictures = outputs.map(({ data }) => data?.['image/png'])
  assert.equal(typeof pictures[0], 'string')
  assert.equal(pictures[1], undefined, 'what is no figure has no picture')
  const { width, height, coloured } = pngFacts(Buffer.from(pictures[0] as string, 'base64'))
  assert.ok(width >= 1000 && height >= 500, `${width}×${height}`)
  // Axes and letters alone are greys: the points must be there too.
  assert.ok(coloured > 5000, `${coloured} coloured pixels`)
})

test('a project runs and checks by its own commands, with types for editors', async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook(
    'My first.genbook',
    [
      { markdown: '# Title' },
      "import { data } from 'genbook'\nconst a = data.moons().draw(3)",
      'const again = 1',
      'a.shape',
    ],
    7,
  )
  const { status, stderr } = await folder.genbook(['export', name, '--project', 'made'])
  assert.deepEqual([status, stderr], [0, ''])
  const made = join(folder.path, 'made')
  const { scripts } = JSON.parse(await folder.read('made/package.json')) as {
    scripts: Record<string, string>
  }
  const run = (script: string) => {
    const [, program, ...args] = script.split(' ')
    return execFileSync(process.execPath, [program!, ...args], { cwd: made, encoding: 'utf8' })
  }
  assert.match(scripts['start']!, / --seed 7$/)
  run(scripts['start']!)
  const ran = await folder.readNotebook('made/out/notebook.genbook')
  assert.match(JSON.stringify(ran.cells[3]!.outputs), /3, ?2/)
  assert.match(await folder.read('made/out/notebook.html'), /<h1>Title<\/h1>/)
  run(scripts['check']!)
  const tsc = join(process.cwd(), 'node_modules/typescript/bin/tsc')
  assert.equal(execFileSync(process.execPath, [tsc, '-p', '.'], { cwd: made, encoding: 'utf8' }), '')

  const second = await folder.genbook(['export', name, '--project', 'made'])
  assert.equal(second.status, 2)
  assert.match(second.stderr, /not empty/)
})

test('a project brings the shipped models that its cells load, and no others', async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook('a.genbook', [
    `import { data, metrics, pretrained } from 'genbook'
const judge = await pretrained('digits-judge')
const { x, labels } = data.digits({ size: 16 }).drawLabelled(40)
const { value } = await metrics.agreement(x, labels, judge)
value > 0.9`,
  ])
  const { status, stderr } = await folder.genbook(['export', name, '--project', 'made'])
  assert.deepEqual([status, stderr], [0, ''])
  const made = join(folder.path, 'made')
  assert.deepEqual(readdirSync(join(made, 'genbook/dist/weights')).sort(), [
    'digits-judge.json',
    'digits-judge.safetensors',
  ])
  const args = ['genbook/dist/genbook.mjs', 'run', 'notebook.ts', '--out', 'out']
  execFileSync(process.execPath, args, { cwd: made, encoding: 'utf8' })
  const ran = await folder.readNotebook('made/out/notebook.genbook')
  assert.deepEqual(ran.cells[0]!.outputs[0]?.data?.['text/plain'], ['true'])
})
