import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { test } from 'node:test'
import { Folder } from './genbook'

interface Result {
  readonly status: number
  readonly files: readonly {
    readonly file: string
    readonly seed: number
    readonly device: { readonly backend: string }
    readonly counts: Readonly<Record<'ok' | 'error' | 'interrupted' | 'notRun', number>>
    readonly cells: readonly {
      readonly id: string
      readonly number: number
      readonly status: string
      readonly error?: {
        readonly name: string
        readonly message: string
        readonly frames: readonly { readonly line: number; readonly column: number }[]
      }
    }[]
    readonly ended?: string
    readonly notebook?: string
  }[]
}

test('runs cells in order, records what they show and leaves the input as it is', async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook('a.genbook', [
    { markdown: '# Title' },
    'const a: number = 2\nconsole.log("printed", a)',
    '',
    'a * 21',
  ])
  const before = await folder.read(name)
  const { status, stdout } = await folder.genbook(['run', name, '--backend', 'wasm', '--out', 'done'])
  assert.equal(status, 0)
  assert.match(stdout, /WASM/)
  assert.match(stdout, /2 of 2 ok/)
  assert.match(stdout, /done\/a\.genbook/)
  assert.equal(await folder.read(name), before)
  const { cells, metadata } = await folder.readNotebook('done/a.genbook')
  assert.deepEqual(
    cells.map(({ execution_count }) => execution_count),
    [undefined, 1, null, 2],
  )
  assert.deepEqual(cells[1]!.outputs, [{ output_type: 'stream', name: 'stdout', text: ['printed 2\n'] }])
  assert.deepEqual(cells[3]!.outputs[0]!.data!['text/plain'], ['42'])
  assert.equal(metadata.genbook?.run?.['backend'], 'wasm')
  assert.equal(typeof metadata.genbook?.run?.['version'], 'string')
})

test('cells that ask are answered by --input, then by their defaults, and else fail saying what to do', async (t) => {
  const folder = await Folder.create(t)
  await folder.notebook('a.genbook', [
    "import { input } from 'genbook'\nconst first = await input('Steps?', { default: 100 })",
    "const second = await input('Rate?', { default: 0.5 })\nconsole.log(first + second)",
    "await input('Name?')",
  ])
  const { status, stdout } = await folder.genbook([
    'run',
    'a.genbook',
    '--backend',
    'cpu',
    '--input',
    '41',
    '--json',
    '--out',
    'done',
  ])
  assert.equal(status, 1)
  const [file] = (JSON.parse(stdout) as Result).files
  assert.deepEqual(
    file?.cells.map(({ status }) => status),
    ['ok', 'ok', 'error'],
  )
  assert.match(file?.cells[2]?.error?.message ?? '', /“Name\?” was not answered: give its answer by --input/)
  const { cells } = await folder.readNotebook('done/a.genbook')
  assert.deepEqual(cells[1]!.outputs[0]!.text, ['41.5\n'])
})

test('without --out nothing is written', async (t) => {
  const folder = await Folder.create(t)
  await folder.notebook('a.genbook', ['1'])
  assert.equal((await folder.genbook(['run', 'a.genbook', '--backend', 'cpu'])).status, 0)
  assert.deepEqual(await readdir(folder.path), ['a.genbook'])
})

test('a failing cell does not stop the run, and is reported at its line', async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook('a.genbook', [
    'const a = 1',
    'function f() {\n  throw new RangeError("no good")\n}\nf()',
    'const b = (',
    'a + 1',
  ])
  const { status, stdout, stderr } = await folder.genbook([
    'run',
    name,
    '--backend',
    'cpu',
    '--json',
    '--out',
    'done',
  ])
  assert.equal(status, 1)
  assert.match(stderr, /cell 2 error/)
  const { files } = JSON.parse(stdout) as Result
  assert.deepEqual(files[0]!.counts, { ok: 2, error: 2, interrupted: 0, notRun: 0 })
  const [, thrown, syntax] = files[0]!.cells
  assert.equal(thrown!.error!.name, 'RangeError')
  assert.deepEqual([thrown!.error!.frames[0]!.line, thrown!.error!.frames[0]!.column], [2, 9])
  assert.equal(syntax!.error!.name, 'SyntaxError')
  assert.deepEqual([syntax!.error!.frames[0]!.line, syntax!.error!.frames[0]!.column], [1, 12])
  const { cells } = await folder.readNotebook('done/a.genbook')
  assert.deepEqual(
    cells.map(({ outputs }) => outputs.map(({ output_type }) => output_type)),
    [[], ['error'], ['error'], ['display_data']],
  )
  assert.equal(cells[1]!.outputs[0]!.evalue, 'no good')
})

test('--fail-fast ends at the first failing cell', async (t) => {
  const folder = await Folder.create(t)
  await folder.notebook('a.genbook', ['throw new Error("first")', '1'])
  await folder.notebook('b.genbook', ['1'])
  const { status, stdout, stderr } = await folder.genbook([
    'run',
    'a.genbook',
    'b.genbook',
    '--backend',
    'cpu',
    '--fail-fast',
    '--json',
  ])
  assert.equal(status, 1)
  const { files } = JSON.parse(stdout) as Result
  assert.equal(files.length, 1)
  assert.deepEqual(
    files[0]!.cells.map((cell) => cell.status),
    ['error', 'not run'],
  )
  assert.match(stderr, /b\.genbook was not run/)
})

test('a callback that throws after its cell has ended fails that cell', async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook('a.genbook', [
    'setTimeout(() => {\n  throw new Error("late")\n}, 1)',
    '1',
  ])
  const { status, stdout } = await folder.genbook(['run', name, '--backend', 'cpu', '--json'])
  assert.equal(status, 1)
  const [first, second] = (JSON.parse(stdout) as Result).files[0]!.cells
  assert.equal(first!.error!.message, 'late')
  assert.equal(first!.error!.frames[0]!.line, 2)
  assert.equal(second!.status, 'ok')
})

test('timers that the last cell leaves are waited for, but no callback holds the run up for ever', async (t) => {
  const folder = await Folder.create(t)
  await folder.notebook('late.genbook', ['setTimeout(() => { throw new Error("late") }, 900)'])
  await folder.notebook('endless.genbook', [
    'setTimeout(() => { while (true) {} }, 300)',
    'setInterval(() => {}, 10)',
  ])
  const { stdout } = await folder.genbook([
    'run',
    'late.genbook',
    'endless.genbook',
    '--backend',
    'cpu',
    '--json',
  ])
  const [late, endless] = (JSON.parse(stdout) as Result).files
  assert.equal(late!.cells[0]!.error!.message, 'late')
  assert.deepEqual(
    endless!.cells.map((cell) => cell.status),
    ['ok', 'ok'],
  )
})

test('a cell that takes too long is stopped, and the others keep their variables', async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook('a.genbook', ['let n = 0', 'while (true) n++', 'n > 0'])
  const { status, stdout } = await folder.genbook([
    'run',
    name,
    '--backend',
    'cpu',
    '--timeout',
    '1',
    '--json',
    '--out',
    'done',
  ])
  assert.equal(status, 1)
  const { cells } = (JSON.parse(stdout) as Result).files[0]!
  assert.deepEqual(
    cells.map((cell) => cell.status),
    ['ok', 'error', 'ok'],
  )
  assert.equal(cells[1]!.error!.name, 'Timeout')
  const stored = await folder.readNotebook('done/a.genbook')
  assert.deepEqual(stored.cells[2]!.outputs[0]!.data!['text/plain'], ['true'])
})

test('a cell that will not stop takes the kernel with it, and the cells after it are not run', async (t) => {
  const folder = await Folder.create(t)
  // A built-in function looks at no stop flag.
  const name = await folder.notebook('a.genbook', ['1', '/^(a+)+$/.test("a".repeat(60) + "b")', '2'])
  const { status, stdout } = await folder.genbook([
    'run',
    name,
    '--backend',
    'cpu',
    '--timeout',
    '1',
    '--json',
  ])
  assert.equal(status, 1)
  const file = (JSON.parse(stdout) as Result).files[0]!
  assert.deepEqual(
    file.cells.map((cell) => cell.status),
    ['ok', 'error', 'not run'],
  )
  assert.match(file.ended!, /kernel ended in cell 2/)
})

test('Ctrl-C stops the running cell, writes what there is and exits with 130', async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook('a.genbook', [
    'console.log("one")',
    'console.log("two")\nwhile (true) {}',
    '3',
  ])
  let sent = false
  const { status, stdout } = await folder.genbook(
    ['run', name, '--backend', 'cpu', '--json', '--out', 'done'],
    (printed, kill) => {
      if (sent || !printed.includes('cell 1 ok')) return
      sent = true
      // As `timeout` does, which signals the process and then its group.
      kill('SIGINT')
      kill('SIGTERM')
    },
  )
  assert.equal(status, 130)
  assert.deepEqual(
    (JSON.parse(stdout) as Result).files[0]!.cells.map((cell) => cell.status),
    ['ok', 'interrupted', 'not run'],
  )
  const { cells } = await folder.readNotebook('done/a.genbook')
  assert.deepEqual(cells[0]!.outputs[0]!.text, ['one\n'])
})

test('the same notebook gives the same bytes twice; another seed gives other numbers', async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook(
    'a.genbook',
    ['Math.random()', '(await tf.randomNormal([3]).data()).join()'],
    7,
  )
  for (const [out, ...more] of [['one'], ['two'], ['three', '--seed', '8']])
    assert.equal((await folder.genbook(['run', name, '--backend', 'wasm', '--out', out!, ...more])).status, 0)
  assert.equal(await folder.read('one/a.genbook'), await folder.read('two/a.genbook'))
  const [one, three] = await Promise.all([
    folder.readNotebook('one/a.genbook'),
    folder.readNotebook('three/a.genbook'),
  ])
  for (const index of [0, 1]) assert.notDeepEqual(one.cells[index]!.outputs, three.cells[index]!.outputs)
  assert.equal(one.metadata.genbook?.seed, 7)
  assert.equal(three.metadata.genbook?.seed, 8)
})

test('a model trains, and its report has the figures in it', async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook('a.genbook', [
    { markdown: 'A **model** of $x$' },
    "import { data, denoiser, mlp, plot, train, vp } from 'genbook'\nconst model = denoiser(vp(), mlp({ dim: 2, hidden: [8] }), { predicts: 'noise' })",
    'const run = await train(model, data.moons({ noise: 0.05 }), { steps: 20, batch: 16, rate: 1e-3 })\nplot.loss(run)',
  ])
  const { status, stdout } = await folder.genbook([
    'run',
    name,
    '--backend',
    'wasm',
    '--out',
    'done',
    '--html',
  ])
  assert.equal(status, 0, stdout)
  await folder.genbook(['run', name, '--backend', 'wasm', '--out', 'again'])
  assert.equal(await folder.read('again/a.genbook'), await folder.read('done/a.genbook'))
  const { cells } = await folder.readNotebook('done/a.genbook')
  assert.ok(cells[2]!.outputs.some(({ data }) => data?.['application/vnd.plotly.v1+json']))
  const html = await folder.read('done/a.html')
  assert.match(html, /<strong>model<\/strong>/)
  assert.match(html, /<math/)
  assert.match(html, /<script>/)
})

test('in a log, what takes thousands of steps leaves a line a cell, and nothing that a terminal draws', async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook('a.genbook', [
    "import { progress } from 'genbook'\nlet sum = 0\nfor (const k of progress(Array.from({ length: 50_000 }).keys(), 'terms')) sum += k",
    "await progress('walk', 5000, async (tick) => { for (let i = 0; i < 5000; i++) { tick(i); if (i % 100 === 0) await Promise.resolve() } })",
  ])
  const { status, stdout, stderr } = await folder.genbook(['run', name, '--backend', 'wasm', '--out', 'done'])
  assert.equal(status, 0, stderr)
  assert.doesNotMatch(stdout + stderr, /[\r\x08\x1b]/)
  const lines = stderr.trim().split('\n')
  assert.deepEqual(
    lines.filter((line) => /^a\.genbook: \d\/2 cell/.test(line)).map((line) => line.replace(/,.*/, '')),
    ['a.genbook: 1/2 cell 1 ok', 'a.genbook: 2/2 cell 2 ok'],
  )
  // On a machine that is busy for ten seconds, a line may say how far a cell is.
  assert.ok(lines.length < 10, stderr)
  const { cells } = await folder.readNotebook('done/a.genbook')
  assert.deepEqual(cells[0]!.outputs, [])
})

test('notebooks have sessions of their own', async (t) => {
  const folder = await Folder.create(t)
  await folder.notebook('a.genbook', ['const shared = 1'])
  await folder.notebook('b.genbook', ['typeof shared'])
  const { status } = await folder.genbook([
    'run',
    'a.genbook',
    'b.genbook',
    '--backend',
    'cpu',
    '--out',
    'done',
  ])
  assert.equal(status, 0)
  const { cells } = await folder.readNotebook('done/b.genbook')
  assert.match(String(cells[0]!.outputs[0]!.data!['text/plain']), /undefined/)
})

test('a GPU’s subgroups are used with --subgroups only', async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook('a.genbook', [
    'const { device } = tf.backend() as unknown as { device: GPUDevice }',
    "console.log(device.features.has('subgroups'))",
    'console.log((await tf.matMul(tf.ones([2, 5]), tf.ones([5, 2])).data()).join())',
  ])
  for (const [options, used] of [
    [[], 'false\n'],
    [['--subgroups'], 'true\n'],
  ] as const) {
    const ended = await folder.genbook(['run', name, '--backend', 'webgpu', ...options, '--out', 'done'])
    assert.equal(ended.status, 0, ended.stderr)
    const { cells } = await folder.readNotebook('done/a.genbook')
    assert.deepEqual(
      cells.map(({ outputs }) => outputs.flatMap(({ text }) => text)),
      [[], [used], ['5,5,5,5\n']],
    )
  }
})
