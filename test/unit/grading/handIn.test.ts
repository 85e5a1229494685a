import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorOutput, type Cell, type Notebook } from '../../../src/notebook'
import {
  assignmentOf,
  changedCells,
  checkHandIn,
  releaseNotebook,
  vanishedCells,
  type Released,
} from '../../../src/notebook/grading'
import { Random } from '../notebook/random'
import { cell, master } from './notebooks'

const ANSWERS: Readonly<Record<string, string>> = {
  score: 'function score(x: number): number {\n  return -x\n}',
  step: 'const step = (x: number) => 0.5 * x',
  why: 'Because.',
}

/** A released notebook, answered and run. */
function done(edit: (cells: Cell[]) => Cell[] = (cells) => cells): Notebook {
  const released = releaseNotebook(master())
  const cells = released.cells.map((cell, index): Cell => {
    const answered = { ...cell, source: ANSWERS[cell.id] ?? cell.source }
    return answered.cell_type === 'code' ? { ...answered, execution_count: index } : answered
  })
  return { ...released, cells: edit(cells) }
}

const change = (id: string, make: (cell: Cell) => Cell) => (cells: Cell[]) =>
  cells.map((cell) => (cell.id === id ? make(cell) : cell))
const found = (notebook: Notebook, size?: number) =>
  checkHandIn(notebook, size)?.map(({ rule, cellId = '' }) => `${rule} ${cellId}`.trim())
const record = (): Released => assignmentOf(releaseNotebook(master())).released!

test('a notebook that is answered and run is ready, and one that is no assignment is not checked', () => {
  assert.deepEqual(found(done()), [])
  assert.equal(found(master()), undefined)
})

test('a fresh assignment lacks all answers and runs', () => {
  assert.deepEqual(found(releaseNotebook(master())), [
    'cell-not-run setup',
    'answer-missing score',
    'cell-not-run score',
    'cell-not-run score-test',
    'answer-missing step',
    'cell-not-run step',
    'cell-not-run step-test',
    'answer-missing why',
  ])
})

test('what became of single cells is named at them', () => {
  assert.deepEqual(found(done(change('score', (cell) => ({ ...cell, source: '  \n' })))), [
    'answer-missing score',
  ])
  assert.deepEqual(found(done((cells) => cells.filter(({ id }) => id !== 'score' && id !== 'setup'))), [
    'cell-vanished setup',
    'cell-vanished score',
  ])
  assert.deepEqual(found(done(change('setup', (cell) => ({ ...cell, source: 'const sigma = 2' })))), [
    'locked-cell-changed setup',
  ])
  assert.deepEqual(
    found(done(change('step', ({ id, source, metadata }) => cell(id, source, metadata, 'markdown')))),
    ['cell-retyped step'],
  )
  const failing = change(
    'score-test',
    (cell) => ({ ...cell, outputs: [errorOutput('TestError', 'no', [])] }) as Cell,
  )
  assert.deepEqual(found(done(failing)), ['cell-fails score-test'])
  assert.deepEqual(found(done(change('why', (cell) => ({ ...cell, source: 'x'.repeat(1e6 + 1) })))), [
    'answer-too-long why',
  ])
  assert.deepEqual(found(done(), 6e7), ['file-too-large'])
})

test('code of the student’s own is not graded, unless it answers a task', () => {
  const own = cell('mine', 'const helper = 1')
  assert.deepEqual(found(done((cells) => cells.toSpliced(3, 0, own))), ['own-code mine'])
  const task = done().cells.findIndex(({ id }) => id === 'draw')
  assert.deepEqual(found(done((cells) => cells.toSpliced(task + 1, 0, own))), [])
  assert.deepEqual(found(done((cells) => cells.toSpliced(3, 0, cell('empty', ' ')))), [])
})

test('whatever vanished comes back where it was', () => {
  const all = releaseNotebook(master()).cells
  const random = new Random(5)
  for (let round = 0; round < 300; round++) {
    const left = all.filter(() => random.chance(0.6))
    const restorations = vanishedCells(record(), left)
    const cells = left.flatMap((each, index) => [
      ...restorations.filter((one) => one.index === index).map((one) => one.cell.id),
      each.id,
    ])
    cells.push(...restorations.filter((one) => one.index === left.length).map((one) => one.cell.id))
    assert.deepEqual(
      cells,
      all.map(({ id }) => id),
    )
  }
})

test('locked cells that were changed are known with their text', () => {
  const cells = done(change('setup', (cell) => ({ ...cell, source: 'x' }))).cells
  assert.deepEqual(
    changedCells(record(), cells).map(({ index, cell }) => [index, cell.id, cell.source]),
    [[1, 'setup', master().cells[1]?.source]],
  )
  assert.deepEqual(changedCells(record(), done().cells), [])
})
