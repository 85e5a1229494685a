import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { textHash } from '../../../src/kernel/hash'
import type { Flow, Variable } from '../../../src/kernel/protocol'
import { Bench, prepare } from './harness'

before(prepare)

const flowOf = (bench: Bench, run: number): Flow | undefined => {
  const message = bench.messages.find((each) => each.type === 'finished' && each.run === run)
  return message?.type === 'finished' ? message.flow : undefined
}

const named = (variables: readonly Variable[], name: string) => variables.find((each) => each.name === name)

test('a variable names the run that set it last, and how the text read', async () => {
  const bench = new Bench()
  await bench.run('let n = 1; const f = () => n', 'a')
  const first = await bench.run('n = 2', 'b')
  const n = named(first.status.variables, 'n')
  assert.deepEqual(n?.origin, { cell: 'b', run: 2, count: 2, hash: textHash('n = 2') })
  const f = named(first.status.variables, 'f')
  assert.equal(f?.origin?.cell, 'a')
  assert.ok(n.version > f.version)
  assert.deepEqual(flowOf(bench, 2), { reads: {}, sets: ['n'] })
})

test('a run says what it read of other cells, and from which run', async () => {
  const bench = new Bench()
  await bench.run('const a = 1; const b = 2', 'a')
  await bench.run('const c = a + b', 'b')
  await bench.run('const a = 1', 'a')
  await bench.run('a + c + Math.PI', 'c')
  assert.deepEqual(flowOf(bench, 2), { reads: { a: 1, b: 1 }, sets: ['c'] })
  assert.deepEqual(flowOf(bench, 3)?.sets, [], 'the same value, declared anew, makes nothing stale')
  assert.deepEqual(flowOf(bench, 4), { reads: { a: 3, c: 2 }, sets: [] }, 'but it is the later run’s')
})

test('training a model and filling a list set them; looking at them does not', async () => {
  const bench = new Bench()
  await bench.run(
    "import { mlp, denoiser, vp, data, train, sample, ddim } from 'genbook'\nconst model = denoiser(vp(), mlp({ dim: 2, hidden: [4] }))\nconst list: number[] = [1]",
  )
  await bench.run('const x = await sample(ddim(model, { steps: 2 }), 4)', 'look')
  assert.deepEqual(flowOf(bench, 2)?.sets, ['x'])
  await bench.run('await train(model, data.moons(), { steps: 1, batch: 4 }); list.push(2)', 'change')
  assert.deepEqual(flowOf(bench, 3)?.sets, ['model', 'list'])
})

test('numbers that are changed where they are count as set, wherever in plain data they stand', async () => {
  const bench = new Bench()
  const names = ['list', 'floats', 'nested', 'record', 'buffer', 'large']
  await bench.run(
    `const list = Array.from({ length: 200 }, (_, i) => i); const floats = new Float32Array(100_000);
    const nested = [[1, 2], [3, 4]]; const record = { x: new Float64Array(3), label: 'points' };
    const buffer = tf.buffer([2, 2]); const large = new Float64Array(1_000_000)`,
  )
  await bench.run('list[3]; floats.at(-1); nested[1]![0]; record.x[0]; buffer.get(0, 0); large[7]', 'look')
  assert.deepEqual(flowOf(bench, 2)?.sets, [])
  await bench.run(
    'list[3] = -3; floats[77_777] = 1e-30; nested[1]![0] += 2 ** -40; record.x[2] = -0; buffer.set(1, 1, 0); large.fill(1)',
    'change',
  )
  assert.deepEqual(flowOf(bench, 3)?.sets, names)
})

test('what a cell changes has a new version while it runs', async () => {
  const bench = new Bench()
  const before = await bench.run(
    'const floats = new Float32Array([1, 3]); const same = tf.scalar(1); let n = 1; let go: () => void',
  )
  const version = (name: string) => {
    bench.session.postStatus()
    const status = bench.messages.findLast((each) => each.type === 'status')!
    return [status.during, named(status.variables, name)?.version]
  }
  const first = (name: string) => named(before.status.variables, name)!.version
  const { done, number } = bench.start(
    'floats[0] = 5; n = 2; await new Promise<void>((resolve) => { go = resolve })\nconst last = tf.scalar(2)',
  )
  while (version('floats')[1] === first('floats')) await new Promise((resolve) => setImmediate(resolve))
  const [during, changed] = version('floats')
  assert.equal(during, number)
  assert.deepEqual(version('same'), [number, first('same')])
  assert.deepEqual(version('last'), [number, undefined], 'not yet set')
  bench.session.interrupt(number)
  await done
  assert.deepEqual(version('floats'), [undefined, changed], 'what was seen of it is what it still is')
})

test('a failed run set only what it reached', async () => {
  const bench = new Bench()
  await bench.run('const a = 1; const b = 1', 'a')
  await bench.run('const a = 2; throw new Error("x"); const b = 2', 'b')
  assert.deepEqual(flowOf(bench, 2)?.sets, ['a'])
})

test('what a callback changes later is the doing of the cell that left it', async () => {
  const bench = new Bench()
  await bench.run('let n = 0', 'a')
  await bench.run('setTimeout(() => { n = 1 })', 'b')
  const now = () => {
    bench.session.postStatus()
    const status = bench.messages.at(-1)
    return status?.type === 'status' ? named(status.variables, 'n') : undefined
  }
  while (now()?.summary !== '1') await new Promise((resolve) => setTimeout(resolve, 1))
  await bench.run('0', 'c')
  assert.equal(now()?.origin?.cell, 'b')
})

test('variables carry shape, type, parameters, bytes and signatures', async () => {
  const bench = new Bench()
  const { status } = await bench.run(
    [
      "import { mlp, denoiser, vp } from 'genbook'",
      'const t = tf.zeros([3, 2])',
      'const f64 = new Float64Array(5)',
      'const list = [1, 2, 3]',
      'function f(x: number, { steps = 100 } = {}) { return x + steps }',
      'const arrow = async <T>(\n  value: T,\n  by = list.length,\n) => [value, by]',
      'const made = (() => (a: number) => a)()',
      'const other = function (b = f) { return b }',
      'class A { constructor(readonly width: number) {} }',
      'const model = denoiser(vp(), mlp({ dim: 2, hidden: [4] }))',
    ].join('\n'),
  )
  const { variables } = status
  assert.deepEqual(named(variables, 't')?.tensor, { shape: [3, 2], dtype: 'float32' })
  assert.equal(named(variables, 't')?.bytes, 24)
  assert.deepEqual(named(variables, 'f64')?.tensor, { shape: [5], dtype: 'float64' })
  assert.deepEqual(named(variables, 'list')?.tensor, { shape: [3], dtype: 'number' })
  assert.equal(named(variables, 'f')?.signature, 'f(x: number, { steps = 100 } = {})')
  assert.equal(named(variables, 'arrow')?.signature, 'arrow(value: T, by = list.length)')
  assert.equal(named(variables, 'made')?.signature, '(anonymous)(a)')
  assert.equal(named(variables, 'other')?.signature, 'other(b = f)')
  assert.equal(named(variables, 'A')?.signature, 'class A(width)')
  const { parameters = 0, bytes } = named(variables, 'model')!
  assert.ok(parameters > 20, String(parameters))
  assert.equal(bytes, 4 * parameters)
})
