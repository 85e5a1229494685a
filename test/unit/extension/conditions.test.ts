/** Hit counts and logpoints as people write them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hitCondition, logParts } from '../../../src/extension/debug/conditions'

test('hit counts are numbers, with or without a comparison', () => {
  for (const text of ['3', '= 3', '==3', ' === 3 '])
    assert.deepEqual(hitCondition(text), { operator: '=', count: 3 }, text)
  for (const operator of ['>', '>=', '<', '<=', '%'])
    assert.deepEqual(hitCondition(`${operator} 12`), { operator, count: 12 })
  for (const text of ['', 'i > 3', '3.5', '-1', '> x', '% 0', '!= 3'])
    assert.equal(hitCondition(text), undefined, text)
})

test('a logpoint’s message is text with expressions in braces', () => {
  assert.deepEqual(logParts('x = {x}'), [{ text: 'x = ' }, { expression: 'x' }])
  assert.deepEqual(logParts('{f({ a: 1 })}, {b}!'), [
    { expression: 'f({ a: 1 })' },
    { text: ', ' },
    { expression: 'b' },
    { text: '!' },
  ])
  assert.deepEqual(logParts('nothing'), [{ text: 'nothing' }])
  assert.deepEqual(logParts('{} {open'), [{ text: '{}' }, { text: ' {open' }])
  assert.deepEqual(logParts(''), [])
})
