import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CompiledCell } from '../../../src/kernel/cell'
import { cellError, formatError, syntaxError } from '../../../src/kernel/session/errors'
import { excerpt } from '../../../src/kernel/session/excerpt'
import { rawFrames, RunSource, scriptName } from '../../../src/kernel/session/stack'

const source = 'function f() {\n  return y\n}\nf()'
/** Lines and columns as they are: every line maps to itself from its first column on, and `return y` at the y. */
const map = JSON.stringify({
  version: 3,
  sources: ['cell.ts'],
  names: [],
  mappings: 'AAAA;AACA,SAAS;AACT;AACA',
})
const cell: CompiledCell = {
  id: 'c1',
  source,
  code: '',
  map,
  analysis: { declared: [], used: [], assigned: [], imports: [] },
}
const find = (run: number) => (run === 7 ? new RunSource(cell, 3) : undefined)
const script = scriptName('c1', 7)

function withStack(stack: string): Error {
  return Object.assign(new ReferenceError('y is not defined'), { stack })
}

test('stacks of all engines give the frames of cells only', () => {
  const stacks = [
    // V8
    `ReferenceError: y is not defined\n    at f (${script}:2:10)\n    at Engine.tidy (tf.js:1:2)\n    at async ${script}:4:1`,
    // Firefox
    `f@${script}:2:10\ntidy@tf.js:1:2\nasync*@${script}:4:1`,
    // Safari
    `f@${script}:2:10\ntidy@tf.js:1:2\neval code@${script}:4:1`,
  ]
  for (const stack of stacks)
    assert.deepEqual(rawFrames(stack), [
      { run: 7, function: 'f', line: 2, column: 10 },
      { run: 7, function: '', line: 4, column: 1 },
    ])
})

test('an error is shown with the lines of the cell and a mark under the column', () => {
  const error = cellError(
    withStack(`ReferenceError: y\n    at f (${script}:2:10)\n    at eval (${script}:4:1)`),
    find,
  )
  assert.deepEqual(error.frames, [
    { cell: 'c1', count: 3, function: 'f', line: 2, column: 10 },
    { cell: 'c1', count: 3, function: '', line: 4, column: 1 },
  ])
  assert.equal(
    formatError(error),
    [
      'ReferenceError: y is not defined',
      '    at f (cell [3], line 2, column 10)',
      '    at cell [3], line 4, column 1',
      '',
      '  1 | function f() {',
      '> 2 |   return y',
      '    |          ^',
      '  3 | }',
    ].join('\n'),
  )
})

test('anything can be thrown', () => {
  const cases: [unknown, string, string][] = [
    ['text', 'Thrown', "'text'"],
    [undefined, 'Thrown', 'undefined'],
    [{ code: 3 }, 'Thrown', '{ code: 3 }'],
    [new TypeError('bad'), 'TypeError', 'bad'],
    [new Error(''), 'Error', ''],
  ]
  for (const [thrown, name, message] of cases) {
    const error = cellError(thrown, find)
    assert.deepEqual([error.name, error.message], [name, message])
  }
  const trap = () => {
    throw new Error('trap')
  }
  assert.match(cellError(new Proxy({}, { get: trap, getPrototypeOf: trap }), find).message, /unreadable/)
  const hostile = Object.defineProperty(new Error('m'), 'stack', { get: trap })
  assert.equal(cellError(hostile, find).message, 'm')
})

test('causes and gathered errors are told', () => {
  const caused = new Error('outer', { cause: new RangeError('inner', { cause: 'root' }) })
  assert.equal(
    cellError(caused, find).message,
    "outer\nCaused by RangeError: inner\nCaused by Thrown: 'root'",
  )
  const all = new AggregateError([new Error('one'), new TypeError('two')], 'both failed')
  assert.equal(cellError(all, find).message, 'both failed\n  - Error: one\n  - TypeError: two')
  const circle = new Error('circle')
  circle.cause = circle
  assert.match(cellError(circle, find).message, /^circle\nCaused by Error: circle/)
})

test('an endless message is cut', () => {
  const { message } = cellError(new Error('x'.repeat(1_000_000)), find)
  assert.ok(message.length < 11_000)
  assert.match(message, /1,000,000 characters/)
})

test('a syntax error names its place', () => {
  const diagnostic = {
    cell: 'c1',
    category: 'error' as const,
    code: 1005,
    message: "';' expected.",
    start: 4,
    end: 5,
    line: 1,
    column: 5,
  }
  const error = syntaxError([diagnostic, diagnostic], 'let a b', 2)
  assert.equal(
    formatError(error),
    "SyntaxError: ';' expected. (and 1 more)\n    at cell [2], line 1, column 5\n\n> 1 | let a b\n    |     ^",
  )
})

test('excerpts keep tabs, and cut long lines around the column', () => {
  assert.equal(excerpt('\tfoo()', 1, 2), '> 1 | \tfoo()\n    | \t^')
  const long = excerpt(`${'a'.repeat(500)}X${'b'.repeat(500)}`, 1, 501)
  const [text, mark] = long.split('\n') as [string, string]
  assert.ok(text.length < 200)
  assert.equal(text[mark.indexOf('^')], 'X')
  assert.equal(excerpt('one line', 5, 1), '')
})
