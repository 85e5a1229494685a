import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VariableWords } from '../../../src/extension/runtime/messages'
import { fits, rowOf, sorted } from '../../../src/extension/runtime/rows'
import { barsPath } from '../../../src/extension/runtime/sparkline'
import type { Statistics, Summary, Variable } from '../../../src/kernel/protocol'

/** Every word is its own name, so that what is said can be told. */
const words = new Proxy({} as VariableWords, {
  get: (_, key: string) =>
    ({ nan: '{0} NaN', infinite: '{0} infinite', parameters: '{0} parameters', setBy: 'set by [{0}]' })[
      key
    ] ?? key,
})

const tensor = (name: string, shape: readonly number[], more: Partial<Variable> = {}): Variable => ({
  name,
  kind: 'tensor',
  summary: `Tensor float32 [${shape.join(', ')}]`,
  version: 1,
  tensor: { shape, dtype: 'float32' },
  ...more,
})

const summary = (name: string, statistics?: Partial<Statistics>): Summary => ({
  type: 'summary',
  name,
  version: 1,
  ...(statistics && { statistics: { looked: 4, size: 4, nan: 0, infinite: 0, ...statistics } }),
})

const finite = {
  mean: 1234.5678,
  deviation: 1e-7,
  min: -2,
  max: 1e9,
  histogram: { start: 0, width: 1, counts: [1] },
}

test('a tensor’s row says mean, deviation, range and what is not finite', () => {
  const x = tensor('x', [2, 2], { bytes: 16, origin: { cell: 'a', run: 1, count: 3, hash: '' } })
  const row = rowOf(x, summary('x', { finite, nan: 1, infinite: 2 }), { changed: true }, words)
  assert.deepEqual(row, {
    name: 'x',
    kind: 'tensor',
    shape: '[2, 2] float32',
    value: '1235 ± 1.00e-7',
    range: '-2 … 1.00e+9',
    warning: '1 NaN, 2 infinite',
    histogram: finite.histogram,
    memory: '16 B',
    hint: 'Tensor float32 [2, 2]\nset by [3]',
    changed: true,
    old: false,
    opens: true,
  })
})

test('numbers that may be of an earlier moment are marked, and the hint says why', () => {
  const row = rowOf(tensor('x', [2]), summary('x', { finite }), { old: true }, words)
  assert.deepEqual([row.old, row.hint], [true, 'Tensor float32 [2]\nold'])
})

test('what has no numbers says what it is', () => {
  const value = (variable: Variable, found?: Summary) => rowOf(variable, found, {}, words).value
  const plain = { version: 1, summary: 'text' }
  assert.equal(value(tensor('x', [2])), '…', 'until its statistics are there')
  assert.equal(value(tensor('x', [2]), summary('x')), 'Tensor float32 [2]', 'where there are none')
  assert.equal(value(tensor('x', [2]), summary('x', {})), 'noFinite')
  assert.equal(value(tensor('x', [0]), summary('x', { size: 0, looked: 0 })), '[]')
  assert.equal(value(tensor('x', []), summary('x', { size: 1, finite: { ...finite, mean: 5 } })), '5')
  assert.equal(value({ name: 'f', kind: 'function', signature: 'f(x)', ...plain }), 'f(x)')
  assert.equal(value({ name: 'm', kind: 'model', parameters: 12345, ...plain }), '12,345 parameters')
  assert.equal(value({ name: 's', kind: 'string', ...plain }), 'text')
  const gone = tensor('x', [2], { tensor: { shape: [2], dtype: 'float32', disposed: true } })
  assert.deepEqual(
    [rowOf(gone, summary('x', { finite }), {}, words).opens, value(gone, summary('x', { finite }))],
    [false, 'Tensor float32 [2]'],
  )
})

test('what has more to see than its row says can be opened', () => {
  const opens = (kind: string) =>
    rowOf({ name: 'x', kind, summary: '', version: 1 }, undefined, {}, words).opens
  assert.deepEqual(['string', 'array', 'object', 'Map', 'Denoiser'].map(opens), [
    true,
    true,
    true,
    true,
    true,
  ])
  assert.deepEqual(['number', 'boolean', 'function', 'class'].map(opens), [false, false, false, false])
})

test('a filter looks at name, type and shape, word by word', () => {
  const x = tensor('betas', [4, 2])
  for (const filter of ['', 'beta', 'BETAS tensor', '[4, float', ' 2] ']) assert.ok(fits(x, filter), filter)
  for (const filter of ['alpha', 'betas array', '[2']) assert.ok(!fits(x, filter), filter)
})

test('variables are ordered by what is asked for, equal ones as in the session', () => {
  const all = [
    tensor('b', [2], { bytes: 8 }),
    tensor('A', [3], { bytes: 8 }),
    tensor('c', [1, 1], { bytes: 4 }),
  ]
  const order = (key: Parameters<typeof sorted>[2]['key'], descending = false) =>
    sorted(all, new Map([['c', summary('c', { finite })]]), { key, descending })
      .map(({ name }) => name)
      .join('')
  assert.deepEqual(
    [
      order('session'),
      order('session', true),
      order('name'),
      order('shape'),
      order('memory'),
      order('value', true),
    ],
    ['bAc', 'cAb', 'Abc', 'cbA', 'cbA', 'cbA'],
  )
})

test('a bar that counts something can be seen, and none stands where nothing was counted', () => {
  const path = barsPath({ start: 0, width: 1, counts: [1_000_000, 0, 1] })
  assert.equal(path.match(/M/g)?.length, 2)
  assert.match(path, /V17H/, 'one unit high')
  assert.match(path, /V0H/, 'as high as there is room')
})
