import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createConsole, format } from '../../../src/kernel/session/console'

test('values are joined by blanks, and directives are filled in', () => {
  const cases: [unknown[], string][] = [
    [[], ''],
    [['a', 1, { b: 2 }], 'a 1 { b: 2 }'],
    [['%s is %d years and %i%%, %o', 'x', 1.5, 2.9, ['z'], 'rest'], "x is 1.5 years and 2%, ['z'] rest"],
    [['100%'], '100%'],
    [['%s %s', 'one'], 'one %s'],
    [['%cstyled', 'color: red'], 'styled'],
    [[1, '%s', 2], '1 %s 2'],
    [['%d %i %f', Symbol('s'), Object.create(null), '2.5'], 'NaN NaN 2.5'],
  ]
  for (const [values, text] of cases) assert.equal(format(values), text)
})

test('methods write to the stream they belong to', () => {
  const written: [string, string][] = []
  const console = createConsole((name, text) => written.push([name, text]))
  console.log('a')
  console.warn('b')
  console.group('g')
  console.log('in\nner')
  console.groupEnd()
  console.assert(1 === 1, 'no')
  console.assert(false, 'yes')
  console.count()
  console.count()
  console.table([{ a: 1 }])
  assert.deepEqual(written, [
    ['stdout', 'a\n'],
    ['stderr', 'b\n'],
    ['stdout', 'g\n'],
    ['stdout', '  in\n  ner\n'],
    ['stderr', 'Assertion failed: yes\n'],
    ['stdout', 'default: 1\n'],
    ['stdout', 'default: 2\n'],
    ['stdout', 'a\n-\n1\n'],
  ])
})

test('assertions and traces fill in directives, dir opens as many levels as asked', () => {
  const written: string[] = []
  const console = createConsole((_, text) => written.push(text))
  console.assert(false, '%s is %d', 'x', 1)
  console.trace('at %d', 2)
  console.dir({ a: { b: 1 } }, { depth: 0 })
  console.dir({ a: { b: { c: { d: { e: 1 } } } } }, { depth: null })
  assert.deepEqual(written, [
    'Assertion failed: x is 1\n',
    'Trace: at 2\n',
    '{ a: [Object] }\n',
    '{ a: { b: { c: { d: { e: 1 } } } } }\n',
  ])
})

test('a group that was left open indents only what its owner prints', () => {
  const written: string[] = []
  let owner = {}
  const console = createConsole(
    (_, text) => written.push(text),
    () => owner,
  )
  console.group('open')
  console.log('in')
  owner = {}
  console.log('other')
  assert.deepEqual(written, ['open\n', '  in\n', 'other\n'])
})
