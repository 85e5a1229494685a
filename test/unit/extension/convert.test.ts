import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNotebook } from '../../../src/notebook/parse'
import { writeNotebook } from '../../../src/notebook/write'
import {
  CODE,
  fromEditor,
  MARKUP,
  toEditor,
  type EditorNotebook,
} from '../../../src/extension/notebook/convert'
import { generate } from '../notebook/generator'
import { Random } from '../notebook/random'
import { notebookText } from '../notebook/samples'

/**
 * What VS Code does to a notebook's data on the way to its editor and back: everything but bytes goes through JSON, and
 * the lines of a cell all end alike.
 */
function carried({ metadata, cells }: EditorNotebook): EditorNotebook {
  const json = <T>(value: T): T => JSON.parse(JSON.stringify(value ?? {})) as T
  return {
    metadata: json(metadata),
    cells: cells.map((cell) => ({
      ...cell,
      value: cell.value.replace(/\r\n|\r|\n/g, '\n'),
      metadata: json(cell.metadata),
      outputs: (cell.outputs ?? []).map(({ items, metadata }) => ({
        items: items.map(({ mime, data }) => ({ mime, data: data.slice() })),
        metadata: json(metadata),
      })),
    })),
  }
}

function roundTrip(text: string): string {
  const parsed = parseNotebook(text)
  return writeNotebook(fromEditor(carried(toEditor(parsed.notebook, 'key'))), parsed)
}

test('opening and saving changes no byte of a notebook with every kind of cell and output', () => {
  assert.equal(roundTrip(notebookText), notebookText)
})

test('opening and saving changes no byte of random notebooks', () => {
  for (let seed = 0; seed < 500; seed++) {
    const { text } = generate(new Random(seed))
    assert.equal(roundTrip(text), text, `seed ${seed}`)
  }
})

test('without the original text, everything that the file said is still there', () => {
  const { notebook } = parseNotebook(notebookText.replaceAll('\\r\\n', '\\n'))
  const again = fromEditor(carried(toEditor(notebook)))
  assert.equal(writeNotebook(again), writeNotebook(notebook))
})

test('a raw cell is one that VS Code shows as text and does not run', () => {
  const { cells } = toEditor(parseNotebook(notebookText).notebook)
  assert.deepEqual(
    cells.map(({ kind, languageId }) => [kind, languageId]),
    [
      [MARKUP, 'markdown'],
      [CODE, 'genbook-typescript'],
      [CODE, 'plaintext'],
    ],
  )
})

test('cells without an id get one each, the same every time', () => {
  const cells = ['a', 'a', 'b'].map(
    (value) => ({ kind: CODE, value, languageId: 'genbook-typescript' }) as const,
  )
  const ids = () => fromEditor({ cells }).cells.map(({ id }) => id)
  assert.equal(new Set(ids()).size, 3)
  assert.deepEqual(ids(), ids())
})

test('of two cells with one id, the second gets another', () => {
  const cell = { kind: CODE, value: 'a', languageId: 'genbook-typescript', metadata: { id: 'same' } } as const
  const [first, second] = fromEditor({ cells: [cell, cell] }).cells
  assert.equal(first?.id, 'same')
  assert.notEqual(second?.id, 'same')
})
