import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { bundleOf } from '../../../src/kernel/display/bundle'
import { jsonBytes, toJson } from '../../../src/kernel/display/json'
import { tableBundle } from '../../../src/kernel/display/table'
import type { Json } from '../../../src/kernel/protocol'
import { decode } from '../../../src/renderers/figures'

const PLOTLY = 'application/vnd.plotly.v1+json'

test('arrays of records are tables with escaped text', async () => {
  const bundle = await bundleOf([
    { name: '<b>&"', loss: 0.5 },
    { name: 'second', loss: 12, extra: true },
  ])
  const html = bundle['text/html'] as string
  assert.match(html, /&lt;b&gt;&amp;&quot;/)
  assert.ok(!html.includes('<b>'))
  assert.equal(
    bundle['text/plain'],
    ['name    loss  extra', '------  ----  -----', '<b>&"    0.5', 'second    12  true'].join('\n'),
  )
})

test('a table shows six significant digits, and whole numbers as they are', () => {
  const rows = [
    { x: 1 / 3, n: 12345678 },
    { x: 1.23456789e-9, n: NaN },
    { x: -0.30000000000000004, n: Infinity },
  ]
  const text = tableBundle(rows)['text/plain'] as string
  const cells = text.split('\n').slice(2)
  assert.deepEqual(
    cells.map((line) => line.trim().split(/ +/)),
    [
      ['0.333333', '12345678'],
      ['1.23457e-9', 'NaN'],
      ['-0.3', 'Infinity'],
    ],
  )
  assert.match(tableBundle(rows)['text/html'] as string, />0\.333333</)
})

test('a long table says how many rows are not shown', async () => {
  const bundle = await bundleOf(Array.from({ length: 1000 }, (_, i) => ({ i })))
  assert.match(bundle['text/html'] as string, /… 800 more rows/)
  assert.match(bundle['text/plain'] as string, /… 800 more rows$/)
  assert.equal((bundle['text/html'] as string).match(/<tr>/g)?.length, 201)
})

test('arrays of anything else are no tables', async () => {
  for (const value of [[], [1, 2], [{ a: 1 }, 2], [new Date()], [{}], [[1], [2]]])
    assert.deepEqual(Object.keys(await bundleOf(value)), ['text/plain'])
})

test('a tensor is shown by type, shape, statistics and values', async () => {
  await tf.setBackend('cpu')
  const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2])
  const { 'text/plain': text } = await bundleOf(x)
  // The population's deviation of 1…6 is √(35/12) = 1.7078.
  assert.equal(
    text,
    ['Tensor float32 [3, 2]', 'mean 3.5 ± 1.708, min 1, max 6', '[[1, 2],', ' [3, 4],', ' [5, 6]]'].join(
      '\n',
    ),
  )
  assert.equal((await bundleOf(tf.scalar(2.5)))['text/plain'], 'Tensor float32 []\n2.5')
  const holes = (await bundleOf(tf.tensor1d([1, NaN, Infinity, 3])))['text/plain'] as string
  assert.match(holes, /mean 2 ± 1, min 1, max 3, 1 NaN, 1 infinite/)
  const long = (await bundleOf(tf.range(0, 1000)))['text/plain'] as string
  assert.match(long, /\[ *0, +1, +2, …, 997, 998, 999\]/)
  assert.match(
    (await bundleOf(tf.tensor1d([true, false, true], 'bool')))['text/plain'] as string,
    /2 true, 1 false/,
  )
  assert.match((await bundleOf(tf.zeros([0, 3])))['text/plain'] as string, /\[0, 3\]\nempty/)
  assert.match((await bundleOf(tf.tensor(['a', 'b'])))['text/plain'] as string, /\["a", "b"\]/)
  const rank3 = (await bundleOf(tf.range(0, 8).reshape([2, 2, 2])))['text/plain'] as string
  assert.match(rank3, /\[\[\[0, 1\],\n {2}\[2, 3\]\],\n\n \[\[4, 5\],\n {2}\[6, 7\]\]\]/)
})

test('a tensor may be disposed of right after it was shown; a disposed one is said to be', async () => {
  const x = tf.tensor1d([1, 2])
  const bundle = bundleOf(x)
  x.dispose()
  assert.match((await bundle)['text/plain'] as string, /mean 1\.5/)
  assert.match((await bundleOf(x))['text/plain'] as string, /disposed/)
})

test('figures carry typed arrays as packed numbers', async () => {
  const y = Float32Array.of(1.5, 2.5)
  const bundle = await bundleOf({
    data: [{ type: 'scatter', x: [1, 2], y }],
    layout: { title: { text: 'T' } },
  })
  const figure = bundle[PLOTLY] as unknown as { data: { x: Json; y: { dtype: string; bdata: string } }[] }
  assert.deepEqual(figure.data[0]!.x, [1, 2])
  assert.deepEqual([...decode(figure.data[0]!.y)], [1.5, 2.5])
  assert.match(bundle['text/plain'] as string, /^T: scatter/)
  assert.deepEqual(Object.keys(await bundleOf({ data: [{ name: 'row' }] })), ['text/plain'])
})

test('a value may show itself, as a bundle or as another value', async () => {
  const own = { toMimeBundle: () => ({ 'text/html': '<i>x</i>' }) }
  const bundle = await bundleOf(own)
  assert.equal(bundle['text/html'], '<i>x</i>')
  assert.equal(typeof bundle['text/plain'], 'string')
  const other = { [Symbol.for('genbook.display')]: () => 42 }
  assert.deepEqual(await bundleOf(other), { 'text/plain': '42' })
  const endless: object = { [Symbol.for('genbook.display')]: () => endless }
  assert.ok('text/plain' in (await bundleOf(endless)))
})

test('a bundle of a cell’s own holds texts and JSON, and nothing that cannot be stored', async () => {
  const own = (bundle: object) => ({ toMimeBundle: () => bundle })
  const shown = await bundleOf(own({ 'application/json': { big: 3n, f() {} }, 'text/plain': 'x' }))
  assert.deepEqual(shown, { 'application/json': { big: '3' }, 'text/plain': 'x' })
  assert.throws(() => bundleOf(own({ 'text/html': 5n })), /The text\/html of a bundle is a text.* not 5n/)
  assert.throws(() => bundleOf(own({ 'image/png': Uint8Array.of(1) })), /base64/)
})

test('the columns of a table are a list of keys', () => {
  assert.throws(() => tableBundle([{ abc: 1 }], 'abc' as never), /array of keys/)
})

test('JSON sizes are those of JSON.stringify in UTF-8', () => {
  const values: Json[] = [
    null,
    -1.5,
    'é漢😀"\\\n\u0001',
    [1, [], {}, 'x'],
    { a: [true, false], 'b"': { c: null } },
  ]
  for (const value of values) assert.equal(jsonBytes(value), Buffer.byteLength(JSON.stringify(value)))
})

test('anything becomes JSON, or an error says why not', () => {
  const value = {
    d: new Date(0),
    m: new Map([['k', new Set([1])]]),
    t: Uint8Array.of(1, 2),
    n: NaN,
    f() {},
    u: undefined,
    b: 3n,
  }
  assert.deepEqual(toJson(value, 1e6), {
    d: '1970-01-01T00:00:00.000Z',
    m: { k: [1] },
    t: [1, 2],
    n: null,
    b: '3',
  })
  const cycle: { self?: object } = {}
  cycle.self = cycle
  assert.throws(() => toJson(cycle, 1e6), /contains itself/)
  let deep: object = {}
  for (let level = 0; level < 1e4; level++) deep = { deep }
  assert.throws(() => toJson(deep, 1e6), /more than 400 levels deep/)
  assert.throws(() => toJson(new Float64Array(1e6), 1e6), /more than 1\.0 MB/)
  assert.deepEqual(Object.keys(toJson(JSON.parse('{"__proto__": 1}'), 1e6) as object), ['__proto__'])
})
