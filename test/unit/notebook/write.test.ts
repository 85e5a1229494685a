import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Cell,
  type CodeCell,
  newNotebook,
  type Notebook,
  parseNotebook,
  writeNotebook,
} from '../../../src/notebook'
import { notebookText } from './samples'

/** The text after an edit of the notebook that it holds. */
function edited(text: string, edit: (notebook: Notebook) => Notebook): string {
  const original = parseNotebook(text)
  return writeNotebook(edit(original.notebook), original)
}

function withCell(notebook: Notebook, id: string, change: (cell: Cell) => Cell): Notebook {
  return { ...notebook, cells: notebook.cells.map((cell) => (cell.id === id ? change(cell) : cell)) }
}

const code = (id: string, source: string): CodeCell => ({
  cell_type: 'code',
  id,
  metadata: {},
  source,
  execution_count: null,
  outputs: [],
})

test('a new notebook is written as Jupyter writes it', () => {
  const notebook: Notebook = {
    ...newNotebook(),
    cells: [
      { cell_type: 'markdown', id: 'b', metadata: { tags: ['é', '\u2028'] }, source: '' },
      {
        ...code('a', 'one\n\ttwo\r\n'),
        outputs: [
          { output_type: 'stream', name: 'stdout', text: 'x\ny' },
          {
            output_type: 'display_data',
            data: { 'text/plain': 'a\n', 'image/png': 'AA==', 'application/json': { b: [1, []], a: 'x\ny' } },
            metadata: {},
          },
        ],
      },
    ],
  }
  const expected = `{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "b",
   "metadata": {
    "tags": [
     "é",
     "\u2028"
    ]
   },
   "source": []
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "a",
   "metadata": {},
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "x\\n",
      "y"
     ]
    },
    {
     "data": {
      "application/json": {
       "a": "x\\ny",
       "b": [
        1,
        []
       ]
      },
      "image/png": "AA==",
      "text/plain": [
       "a\\n"
      ]
     },
     "metadata": {},
     "output_type": "display_data"
    }
   ],
   "source": [
    "one\\n",
    "\\ttwo\\r\\n"
   ]
  }
 ],
 "metadata": {
  "kernelspec": {
   "display_name": "Genbook",
   "language": "typescript",
   "name": "genbook"
  },
  "language_info": {
   "file_extension": ".ts",
   "mimetype": "text/typescript",
   "name": "typescript"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`
  assert.equal(writeNotebook(notebook), expected)
})

test('opening and saving changes no byte, whatever the layout', () => {
  const minified = JSON.stringify(JSON.parse(notebookText))
  for (const text of [
    notebookText,
    notebookText.replaceAll('\n', '\r\n'),
    '\uFEFF' + notebookText,
    minified,
    '',
    ' \n',
  ])
    assert.equal(
      edited(text, (notebook) => notebook),
      text,
    )
})

test('what an editor does to line ends, base64 and key order is no edit', () => {
  const asEditor = (notebook: Notebook): Notebook =>
    withCell(
      withCell(notebook, 'code-1', (cell) => ({ ...cell, source: cell.source.replaceAll('\r\n', '\n') })),
      'intro',
      (cell) => ({ ...cell, attachments: { 'a.png': { 'image/png': 'iVBORw==' } } }) as Cell,
    )
  assert.equal(edited(notebookText, asEditor), notebookText)
})

test('source whose lines all stood on one line gets a line for each, at the indentation around it', () => {
  const written = edited(notebookText, (notebook) =>
    withCell(notebook, 'code-1', (cell) => ({ ...cell, source: 'const a = 2\r\nа + "ü"\n' })),
  )
  const before = String.raw`["const a = 1\r\n", "\u0430 + \"ü\"\n"]`
  const after = String.raw`[
        "const a = 2\r\n",
        "а + \"ü\"\n"
      ]`
  assert(notebookText.includes(before))
  assert.equal(written, notebookText.replace(before, after))
})

test('an edit in a notebook of Jupyter leaves a one-line difference', () => {
  const notebook: Notebook = { ...newNotebook(), cells: [code('a', 'one\ntwo\nthree'), code('b', 'x')] }
  const text = writeNotebook(notebook).replace('"one\\n"', '"\\u006fne\\n"')
  const change = (to: string) =>
    edited(text, (old) => withCell(old, 'a', (cell) => ({ ...cell, source: to })))
  assert.equal(change('one\n2\nthree'), text.replace('"two\\n"', '"2\\n"'))
  assert.equal(change('one\nthree'), text.replace('    "two\\n",\n', ''))
  assert.equal(
    change('one\ntwo\nand\nthree'),
    text.replace('    "two\\n",\n', '    "two\\n",\n    "and\\n",\n'),
  )
  assert.equal(change('one\ntwo\nthree\n'), text.replace('"three"', '"three\\n"'))
  assert.equal(change('one\ntwo\nthree'), text)
})

test('changed metadata is fitted into the layout, and its neighbours keep their characters', () => {
  const text = notebookText.replaceAll('\n', '\r\n')
  const written = edited(text, (notebook) => ({
    ...notebook,
    metadata: { ...notebook.metadata, tiny: 2, added: { a: [1, 2] } },
  }))
  assert.equal(
    written,
    text
      .replace('"tiny": 1E-7', '"tiny": 2')
      .replace('"mine": -0.0}}', '"mine": -0.0}, "added": {"a": [1, 2]}}'),
  )
})

test('inserted, moved and deleted cells leave the others as they are', () => {
  const cell = (id: string) => `{"id":"${id}",  "cell_type":"raw","metadata":{},"source":"${id}"}`
  const file = (...cells: string[]) =>
    `{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[${cells.map((each) => `\n   ${each}`).join()}\n]}`
  const text = file(cell('a'), cell('b'), cell('c'))
  const arrange = (arrangement: (cells: readonly Cell[]) => readonly Cell[]) =>
    edited(text, (notebook) => ({ ...notebook, cells: arrangement(notebook.cells) }))
  assert.equal(
    arrange((cells) => cells.toReversed()),
    file(cell('c'), cell('b'), cell('a')),
  )
  assert.equal(
    arrange(([, second]) => (second ? [second] : [])),
    file(cell('b')),
  )
  assert.equal(
    arrange(() => []),
    '{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[]}',
  )
  const added =
    '{\n    "cell_type": "raw",\n    "id": "n",\n    "metadata": {},\n    "source": [\n     "1"\n    ]\n   }'
  for (const index of [0, 1, 3]) {
    const texts = [cell('a'), cell('b'), cell('c')]
    texts.splice(index, 0, added)
    const fresh: Cell = { cell_type: 'raw', id: 'n', metadata: {}, source: '1' }
    assert.equal(
      arrange((cells) => cells.toSpliced(index, 0, fresh)),
      file(...texts),
    )
  }
})

test('a file without ids is left alone until something changes, then has them all', () => {
  const text = `{
  "nbformat": 4,
  "nbformat_minor": 2,
  "metadata": {"x": 1.0},
  "cells": [
    {
      "cell_type": "markdown",
      "metadata": {},
      "source": "a"
    },
    {
      "cell_type": "code",
      "source": ["b"]
    }
  ]
}`
  const original = parseNotebook(text)
  const [first, second] = original.notebook.cells
  assert(first && second)
  assert.equal(writeNotebook(original.notebook, original), text)
  const written = edited(text, (notebook) =>
    withCell(notebook, first.id, (cell) => ({ ...cell, source: 'new\n' })),
  )
  assert.equal(
    written,
    `{
  "nbformat": 4,
  "nbformat_minor": 5,
  "metadata": {"x": 1.0},
  "cells": [
    {
      "cell_type": "markdown",
      "id": "${first.id}",
      "metadata": {},
      "source": [
        "new\\n"
      ]
    },
    {
      "cell_type": "code",
      "execution_count": null,
      "id": "${second.id}",
      "metadata": {},
      "outputs": [],
      "source": ["b"]
    }
  ]
}`,
  )
})

test('a cell that lost its id is written over the one with its text', () => {
  const original = parseNotebook(notebookText)
  const { notebook } = original
  const renamed = withCell(notebook, 'code-1', (cell) => ({ ...cell, id: 'another' }))
  assert.equal(writeNotebook(renamed, original), notebookText.replace('"code-1"', '"another"'))
})

test('values nested too deeply to be read again are written as a note', () => {
  let deep: unknown = 1
  for (let level = 0; level < 100_000; level++) deep = [deep]
  const output = { output_type: 'display_data', data: { 'application/json': deep }, metadata: {} } as never
  const notebook: Notebook = { ...newNotebook(), cells: [{ ...code('a', ''), outputs: [output] }] }
  const text = writeNotebook(notebook)
  assert.match(text, /nested too deeply to be stored/)
  assert.equal(parseNotebook(text).notebook.cells.length, 1)
  const original = parseNotebook(writeNotebook({ ...notebook, cells: [code('a', '')] }))
  assert.match(writeNotebook(notebook, original), /nested too deeply to be stored/)
})
