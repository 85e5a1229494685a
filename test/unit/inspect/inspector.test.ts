import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { KernelMessage, Summary, ViewForm, ViewResult } from '../../../src/kernel/protocol'
import { Bench, prepare } from '../session/harness'

before(prepare)

/** The first message that fits, which may be on its way. */
async function message<T>(bench: Bench, found: (message: KernelMessage) => T | undefined): Promise<T> {
  for (;;) {
    for (const each of bench.messages) {
      const value = found(each)
      if (value !== undefined) return value
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

let requests = 0

function look(bench: Bench, name: string, as: ViewForm): Promise<ViewResult> {
  const request = ++requests
  bench.session.inspector.view({ type: 'view', request, name, as })
  return message(bench, (each) =>
    each.type === 'viewed' && each.request === request ? each.result : undefined,
  )
}

function summaryOf(bench: Bench, name: string): Promise<Summary> {
  bench.session.inspector.summarise([name])
  return message(bench, (each) => (each.type === 'summary' && each.name === name ? each : undefined))
}

test('the statistics of tensors, typed arrays and arrays of numbers', async () => {
  const bench = new Bench()
  const { status } = await bench.run(
    'const t = tf.tensor2d([[1, 2], [3, NaN]]); const f = new Float64Array([1, 3]); const a = [0, Infinity]; const b = tf.tensor1d([true, false], "bool")',
  )
  const version = status.variables.find(({ name }) => name === 't')?.version
  const t = await summaryOf(bench, 't')
  assert.equal(t.version, version)
  assert.deepEqual(
    [t.statistics?.finite?.mean, t.statistics?.nan, t.statistics?.looked, t.statistics?.size],
    [2, 1, 4, 4],
  )
  assert.equal((await summaryOf(bench, 'f')).statistics?.finite?.deviation, 1)
  assert.equal((await summaryOf(bench, 'a')).statistics?.infinite, 1)
  assert.deepEqual((await summaryOf(bench, 'b')).statistics?.finite?.histogram.counts, [1, 1])
})

test('what holds no numbers has no statistics, and is answered all the same', async () => {
  const bench = new Bench()
  await bench.run('const s = "text"; const t = tf.scalar(1); t.dispose(); const w = tf.tensor(["a"])')
  for (const name of ['s', 't', 'w', 'nobody'])
    assert.equal((await summaryOf(bench, name)).statistics, undefined, name)
})

test('a running cell is not made to wait: the answer comes after it', async () => {
  const bench = new Bench()
  await bench.run('const big = new Float64Array(3_000_000).fill(2); let go: () => void')
  const { done, number } = bench.start('await new Promise<void>((resolve) => { go = resolve }); tf.scalar(1)')
  bench.session.inspector.summarise(['big'])
  // As many turns as the work would take.
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
  assert.ok(!bench.messages.some(({ type }) => type === 'summary'))
  bench.session.interrupt(number)
  await done
  const { statistics } = await summaryOf(bench, 'big')
  assert.equal(statistics?.finite?.mean, 2)
})

test('statistics of small variables are told while a cell waits, those of large ones after it', async () => {
  const bench = new Bench()
  await bench.run(
    'const big = new Float64Array(200_000).fill(2); const small = tf.tensor1d([1, 3]); const few = [4, 4]',
  )
  const { done, number } = bench.start('await new Promise<void>(() => {}); const later = 1')
  bench.session.inspector.summarise(['big', 'later', 'small', 'few', 'nobody'])
  const told = (name: string) =>
    message(bench, (each) => (each.type === 'summary' && each.name === name ? each : undefined))
  assert.equal((await told('small')).statistics?.finite?.mean, 2)
  assert.equal((await told('few')).statistics?.finite?.mean, 4)
  const names = () => bench.messages.flatMap((each) => (each.type === 'summary' ? [each.name] : []))
  assert.deepEqual(names(), ['small', 'few'])
  bench.session.interrupt(number)
  await done
  assert.equal((await told('big')).statistics?.finite?.mean, 2)
  await told('nobody')
})

test('looking at variables leaves no tensor behind', async () => {
  const bench = new Bench()
  const before = await bench.run('const t = tf.range(0, 5_000_000).reshape([-1, 2])')
  await summaryOf(bench, 't')
  for (const kind of ['image', 'picture'] as const) await look(bench, 't', { kind })
  await look(bench, 't', { kind: 'table', row: 1_000_000, rows: 3 })
  const after = await bench.run('0')
  assert.deepEqual(after.status.memory, before.status.memory)
})

test('a table shows the rows that are asked for, the last axis across', async () => {
  const bench = new Bench()
  await bench.run(
    'const t = tf.range(0, 24).reshape([2, 3, 4]); const a = [0.1, 2]; const wide = tf.zeros([2, 1000])',
  )
  const middle = await look(bench, 't', { kind: 'table', row: 2, rows: 2 })
  assert.deepEqual(middle, {
    kind: 'table',
    tensor: { shape: [2, 3, 4], dtype: 'float32' },
    rowCount: 6,
    columns: ['0', '1', '2', '3'],
    row: 2,
    rows: [
      { index: '0, 2', cells: ['8', '9', '10', '11'] },
      { index: '1, 0', cells: ['12', '13', '14', '15'] },
    ],
    more: 0,
  })
  const beyond = await look(bench, 't', { kind: 'table', row: 5, rows: 100 })
  assert.ok(beyond.kind === 'table' && beyond.rows.length === 1)
  const list = await look(bench, 'a', { kind: 'table', row: 0, rows: 9 })
  assert.ok(list.kind === 'table')
  assert.deepEqual(
    list.rows.map(({ cells }) => cells),
    [['0.1'], ['2']],
  )
  const wide = await look(bench, 'wide', { kind: 'table', row: 0, rows: 9 })
  assert.ok(wide.kind === 'table' && wide.columns.length + wide.more === 1000 && wide.more > 0)
})

test('anything is a text: strings as they are, objects opened, what is too long from its beginning', async () => {
  const bench = new Bench()
  await bench.run(
    "const s = 'two\\nlines'; const o = { a: { b: { c: { d: { e: [1, 'x'] } } } }, m: new Map([['k', 2]]) }; const long = 'x'.repeat(300_000); const t = tf.tensor1d([1, 2])",
  )
  const text = async (name: string) => {
    const result = await look(bench, name, { kind: 'text' })
    assert.ok(result.kind === 'text')
    return result
  }
  assert.deepEqual(await text('s'), { kind: 'text', text: 'two\nlines', cut: false })
  assert.match((await text('o')).text.replace(/\s+/g, ' '), /e: \[ ?1, 'x' ?\].*'k' => 2/)
  const long = await text('long')
  assert.deepEqual([long.text.length, long.cut], [200_000, true])
  assert.match((await text('t')).text, /float32/)
})

test('images: one, a grid, and what is none', async () => {
  const bench = new Bench()
  await bench.run(
    'const one = tf.randomUniform([16, 12]); const many = tf.zeros([10, 8, 8, 1]); const points = tf.zeros([99, 2])',
  )
  const size = async (name: string) => {
    const image = await look(bench, name, { kind: 'image' })
    return image.kind === 'bundle' ? image.bundle['text/plain'] : image
  }
  assert.equal(await size('one'), 'Image of 12 × 16 pixels')
  // Four columns and three rows of eight pixels, with a line between.
  assert.equal(await size('many'), 'Image of 35 × 26 pixels')
  assert.deepEqual(await size('points'), {
    kind: 'failed',
    reason: '[99, 2] is not the shape of an image',
  })
})

test('pictures: points as points, everything else as a histogram', async () => {
  const bench = new Bench()
  await bench.run(
    'const points = tf.randomNormal([50, 2]); const values = tf.range(0, 10); const none = tf.fill([3], NaN)',
  )
  const picture = async (name: string) => {
    const result = await look(bench, name, { kind: 'picture' })
    return result.kind === 'bundle' ? (result.bundle['text/plain'] as string) : result
  }
  const points = await picture('points')
  assert.ok(typeof points === 'string' && points.includes('50'))
  assert.equal(await picture('values'), 'Histogram of values [10]: mean 4.5 ± 2.872')
  assert.deepEqual(await picture('none'), { kind: 'failed', reason: 'none has no finite value to draw' })
  const gone = await look(bench, 'nobody', { kind: 'picture' })
  assert.ok(gone.kind === 'failed' && /no variable nobody/.test(gone.reason))
})
