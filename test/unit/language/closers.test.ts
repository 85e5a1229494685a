import assert from 'node:assert/strict'
import { test } from 'node:test'
import ts from 'typescript'
import { closers } from '../../../src/kernel/language/closers'

test('what a half-written text leaves open is closed', () => {
  for (const [text, closing] of [
    ['', ''],
    ['f(a, [b', '])'],
    ['function f() { if (x) {', '}}'],
    ['`text', '`'],
    ['`text ${a', '}`'],
    ['`text ${f(`inner ${b', '}`)}`'],
    ['`text ${a} more', '`'],
    ['`a ${b} c ${d', '}`'],
    ['`whole ${a}`; (', ')'],
    ['/* comment', '*/'],
    ['f(/* comment', '*/)'],
    ['/* whole */ {', '}'],
    ['"open', ''],
    ['f(")")', ''],
    ['a) + (b', ')'],
    ['const o = { a: [1, 2', ']}'],
    ['// it’s (', ''],
  ] as const)
    assert.equal(closers(text), closing, text)
})

test('after any text, what follows its closers is code of the top level', () => {
  const words = ['{', '}', '(', ')', '[', ']', '`', '${', 'a', ' ', '\n', '/*', '*/', '//', "'", '=>', ';']
  let state = 1
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647
  let reached = 0
  for (let i = 0; i < 2000; i++) {
    const text = Array.from({ length: 6 }, () => words[Math.floor(random() * words.length)]).join('')
    const file = ts.createSourceFile('a.ts', `${text}\n${closers(text)};\nimport { x } from 'm'`, 99, true)
    const last = file.statements.at(-1)
    if (last && ts.isImportDeclaration(last)) reached++
  }
  // Brackets that close what was never open confuse the parser in a few of these texts.
  assert.ok(reached > 1900, String(reached))
})
