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
