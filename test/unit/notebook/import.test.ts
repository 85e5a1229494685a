import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Cell, fromTypeScript, newNotebook, toTypeScript } from '../../../src/notebook'

const cell = (cell_type: Cell['cell_type'], id: string, source: string): Cell =>
  cell_type === 'code'
    ? { cell_type, id, metadata: {}, source, execution_count: null, outputs: [] }
    : { cell_type, id, metadata: {}, source }

const read = (text: string) =>
  fromTypeScript(text).notebook.cells.map(({ cell_type, id, source }) => [cell_type, id, source])

test('a notebook comes back from its TypeScript with kinds, ids and texts', () => {
  const cells = [
    cell('markdown', 'title', '# A\n\n- one\n  - two\n\n// %% id="not-a-cell"'),
    cell('code', 'first', 'const x = 1\n\nconst text = `\n  indented\n`'),
    cell('raw', 'as-is', '  // raw'),
    cell('code', 'last', 'export {}\nx + 1 // %% no marker'),
  ]
  assert.deepEqual(
    read(toTypeScript({ ...newNotebook(), cells })),
    cells.map(({ cell_type, id, source }) => [cell_type, id, source]),
  )
})

test('a file by hand: without marks one cell; an odd or repeated id is replaced, no cell is lost', () => {
  const [whole] = read('const a = 1\r\na\r\n')
  assert.deepEqual([whole![0], whole![2]], ['code', 'const a = 1\na'])
  const cells = read('before\n// %% id="x"\n1\n// %% id="x"\n2\n// %% id="a b"\n3\n')
  assert.deepEqual(
    cells.map(([, , source]) => source),
    ['before', '1', '2', '3'],
  )
  assert.equal(new Set(cells.map(([, id]) => id)).size, 4)
  assert.deepEqual(read(''), [])
})
