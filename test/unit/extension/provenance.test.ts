/** Where document order and the session part, and where they do not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { surpriseOf, type CellNow } from '../../../src/extension/language/provenance'
import { textHash } from '../../../src/kernel/hash'
import type { Variable } from '../../../src/kernel/protocol'

const cells: readonly CellNow[] = [
  { id: 'a', source: 'let x = 1' },
  { id: 'b', source: 'x++' },
  { id: 'c', source: 'x' },
  { id: 'd', source: 'x = 7' },
]

/** `x` as a cell set it, whose text was then `source`. */
function setBy(cell: string, source = cells.find(({ id }) => id === cell)?.source ?? ''): Variable {
  const origin = { cell, run: 1, count: 1, hash: textHash(source) }
  return { name: 'x', kind: 'number', summary: '1', version: 1, origin }
}

test('the cell that declares it, or one between there and here, is no surprise', () => {
  assert.equal(surpriseOf(setBy('a'), cells, 'a', 'c'), undefined)
  assert.equal(surpriseOf(setBy('b'), cells, 'a', 'c'), undefined)
  assert.equal(surpriseOf(setBy('a'), cells, 'a', 'a'), undefined)
})

test('a cell further down is', () => assert.equal(surpriseOf(setBy('d'), cells, 'a', 'c'), 'later'))

test('so is one further up than the declaration that is meant', () => {
  const redeclared = [cells[0]!, { id: 'b', source: 'const x = 2' }, cells[2]!]
  assert.equal(surpriseOf(setBy('a'), redeclared, 'b', 'c'), 'earlier')
  assert.equal(surpriseOf(setBy('b', 'const x = 2'), redeclared, 'b', 'c'), undefined)
})

test('so is a cell that was edited, but not the one that is being edited', () => {
  assert.equal(surpriseOf(setBy('a', 'let x = 0'), cells, 'a', 'c'), 'changed')
  assert.equal(surpriseOf(setBy('a', 'let x = 0'), cells, 'a', 'a'), undefined)
})

test('so is a cell that is gone', () => assert.equal(surpriseOf(setBy('gone'), cells, 'a', 'c'), 'deleted'))

test('what no cell set surprises nobody', () => {
  assert.equal(
    surpriseOf({ name: 'x', kind: 'number', summary: '1', version: 0 }, cells, 'a', 'c'),
    undefined,
  )
})
