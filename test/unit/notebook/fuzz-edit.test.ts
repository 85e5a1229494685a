import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import {
  type Cell,
  type Json,
  type JsonObject,
  type Notebook,
  type Output,
  parseNotebook,
  writeNotebook,
} from '../../../src/notebook'
import { readJson } from '../../../src/notebook/reader'
import { type Generated, generate, randomText } from './generator'
import { Random } from './random'

const replaced = <T>(items: readonly T[], index: number, item: T): T[] =>
  items.map((old, i) => (i === index ? item : old))
const without = <T>(items: readonly T[], index: number): T[] => items.filter((_, i) => i !== index)
const inserted = <T>(items: readonly T[], index: number, item: T): T[] => [
  ...items.slice(0, index),
  item,
  ...items.slice(index),
]

function randomValue(random: Random): Json {
  return random.pick<Json>([
    1,
    0.5,
    'ä"\n',
    null,
    true,
    [],
    {},
    [1, [2], { b: 1, a: [] }],
    { z: { y: [1] }, é: '\ud800' },
  ])
}

function editMetadata(random: Random, metadata: JsonObject): JsonObject {
  const entries = Object.entries(metadata)
  const index = random.below(entries.length + 1)
  const [key = ''] = entries[index] ?? []
  switch (random.below(3)) {
    case 0:
      return Object.fromEntries([
        ...entries,
        [random.pick(['added', 'b', '日', '__proto__']), randomValue(random)],
      ])
    case 1:
      return Object.fromEntries(without(entries, index))
    default:
      return Object.fromEntries(
        entries.length > index ? replaced(entries, index, [key, randomValue(random)]) : entries,
      )
  }
}

function newOutput(random: Random): Output {
  return random.pick<Output>([
    { output_type: 'stream', name: 'stderr', text: randomText(random) },
    {
      output_type: 'display_data',
      data: { 'text/plain': randomText(random), 'application/json': randomValue(random) },
      metadata: {},
    },
    { output_type: 'execute_result', execution_count: 9, data: { 'image/png': 'AAAA' }, metadata: { a: 1 } },
    { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['1', '2\n'] },
    { output_type: 'unknown', json: { output_type: 'other', x: randomValue(random) } },
  ])
}

function editOutputs(random: Random, outputs: readonly Output[]): readonly Output[] {
  const index = random.below(outputs.length + 1)
  switch (random.below(4)) {
    case 0:
      return inserted(outputs, index, newOutput(random))
    case 1:
      return without(outputs, index)
    case 2:
      return replaced(outputs, index, newOutput(random))
    default:
      return random.shuffle(outputs)
  }
}

function editCell(random: Random, cell: Cell): Cell {
  switch (random.below(4)) {
    case 0:
      return { ...cell, source: randomText(random) }
    case 1:
      return {
        ...cell,
        source: cell.source.slice(0, random.below(cell.source.length + 1)) + randomText(random),
      }
    case 2:
      return { ...cell, metadata: editMetadata(random, cell.metadata) }
    default:
      return cell.cell_type === 'code' ? { ...cell, outputs: editOutputs(random, cell.outputs) } : cell
  }
}

/** The same notebook with the keys of its objects in another order, as editors may hand it back. */
function reordered<T>(random: Random, value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => reordered(random, item)) as T
  if (typeof value !== 'object' || value === null) return value
  const entries = random
    .shuffle(Object.entries(value))
    .map(([key, item]) => [key, reordered<unknown>(random, item)])
  return Object.fromEntries(entries) as T
}

let fresh = 0

function edit(random: Random, notebook: Notebook, original: Notebook): Notebook {
  const { cells } = notebook
  const index = random.below(cells.length + 1)
  const cell = cells[index]
  switch (random.below(9)) {
    case 0: {
      const id = `new-${fresh++}`
      const source = randomText(random)
      const added: Cell = random.chance(0.5)
        ? { cell_type: 'code', id, metadata: {}, source, execution_count: null, outputs: [] }
        : { cell_type: 'markdown', id, metadata: editMetadata(random, {}), source }
      return { ...notebook, cells: inserted(cells, index, added) }
    }
    case 1:
      return { ...notebook, cells: without(cells, index) }
    case 2:
      return cell
        ? { ...notebook, cells: inserted(without(cells, index), random.below(cells.length), cell) }
        : notebook
    case 3:
      return { ...notebook, metadata: editMetadata(random, notebook.metadata) }
    case 4: {
      const before = original.cells.find(({ id }) => id === cell?.id)
      return before ? { ...notebook, cells: replaced(cells, index, before) } : original
    }
    case 5: {
      const asEditor = cells.map((each) => ({ ...each, source: each.source.replace(/\r\n?|\n/g, '\r\n') }))
      return reordered(random, { ...notebook, cells: asEditor })
    }
    default:
      return cell ? { ...notebook, cells: replaced(cells, index, editCell(random, cell)) } : notebook
  }
}

/**
 * A notebook as it compares: line ends of cells' text alike, for an editor may change them without an edit, and numbers
 * as every carrier of JSON leaves them, without -0 and with null beyond the doubles.
 */
function comparable(notebook: Notebook): Notebook {
  const cells = notebook.cells.map((cell) => ({ ...cell, source: cell.source.replace(/\r\n?/g, '\n') }))
  return JSON.parse(JSON.stringify({ ...notebook, cells })) as Notebook
}

/** What the file held and the notebook still holds stands in the new text with the same characters. */
function checkKept(
  { cells }: Generated,
  { cells: then }: Notebook,
  notebook: Notebook,
  written: string,
): void {
  for (const cell of notebook.cells) {
    const index = then.findIndex(({ id }) => id === cell.id)
    const before = then[index]
    const piece = cells[index]
    if (!before || !piece) continue
    if (piece.id && isDeepStrictEqual(cell, before))
      assert(written.includes(piece.piece.text), piece.piece.text)
    if (isDeepStrictEqual(cell.metadata, before.metadata)) assert(written.includes(piece.metadata.text))
    if (cell.cell_type !== 'code' || before.cell_type !== 'code') continue
    for (const output of cell.outputs) {
      const at = before.outputs.findIndex((old) => isDeepStrictEqual(old, output))
      const text = piece.outputs[at]?.text
      if (text !== undefined) assert(written.includes(text), `${text} is not in ${written}`)
    }
  }
}

test('ten thousand random edits are written so that reading gives the same, with all else untouched', () => {
  for (let seed = 0; seed < 1000; seed++) {
    const random = new Random(seed)
    const generated = generate(random)
    const original = parseNotebook(generated.text)
    const before = comparable(original.notebook)
    assert.equal(writeNotebook(original.notebook, original), generated.text)
    let { notebook } = original
    for (let step = 0; step < 10; step++) {
      notebook = edit(random, notebook, original.notebook)
      const written = writeNotebook(notebook, original)
      const now = comparable(notebook)
      const message = `seed ${seed}, step ${step}`
      assert.deepEqual(comparable(parseNotebook(written).notebook), now, message)
      if (isDeepStrictEqual(now, before)) assert.equal(written, generated.text, message)
      checkKept(generated, before, now, written)
    }
    const plain = parseNotebook(writeNotebook(notebook)).notebook
    assert.deepEqual(plain, JSON.parse(JSON.stringify(notebook)), `seed ${seed}`)
    assert.equal(writeNotebook(original.notebook, original), generated.text)
  }
})

test('JSON is read as JSON.parse reads it', () => {
  for (let seed = 0; seed < 2000; seed++) {
    const { text } = generate(new Random(seed + 5000))
    assert.deepEqual(readJson(text), JSON.parse(text.replace(/^\uFEFF/, '')))
  }
})
