import assert from 'node:assert/strict'
import { test } from 'node:test'
import ts from 'typescript'
import { type Cell, newNotebook, parseNotebook, toIpynb, toTypeScript } from '../../../src/notebook'
import { randomText } from './generator'
import { Random } from './random'
import { notebookText } from './samples'

const cell = (cell_type: Cell['cell_type'], source: string, id = 'a'): Cell =>
  cell_type === 'code'
    ? { cell_type, id, metadata: {}, source, execution_count: null, outputs: [] }
    : { cell_type, id, metadata: {}, source }

/** The statements of a module, each as text; fails where it does not parse. */
function statements(source: string): string[] {
  const { diagnostics = [] } = ts.transpileModule(source, {
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
  })
  assert.deepEqual(
    diagnostics.map(({ messageText }) => messageText),
    [],
    source,
  )
  const file = ts.createSourceFile('a.ts', source, ts.ScriptTarget.ESNext)
  return file.statements.map((statement) => statement.getText(file)).filter((text) => text !== ';')
}

test('cells become one module with a marker for each', () => {
  const cells = [
    cell('markdown', '# A\n\nb */ ${', 'm'),
    cell('code', 'const x = 1\n', 'c'),
    cell('raw', 'r\u2028s', 'r'),
  ]
  assert.equal(
    toTypeScript({ ...newNotebook(), cells }),
    `// %% [markdown] id="m"
// # A
//
// b */ \${

// %% id="c"
const x = 1

// %% [raw] id="r"
// r
// s

export {}
`,
  )
})

test('no cell goes on with the statement of the one before', () => {
  const sources = [
    'let f = 1',
    '(2).toFixed()',
    '[3].length',
    '`t`',
    '+4',
    '-5',
    '/6/g',
    '// note\n;[7]',
    '<number>8',
    '/* c */ (9)',
    'f',
    '++f',
  ]
  const module = toTypeScript({
    ...newNotebook(),
    cells: sources.map((source, i) => cell('code', source, `c${i}`)),
  })
  assert.equal(statements(module).length, sources.length + 1)
})

test('comments hold any text, and so do cells that do not parse', () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = new Random(seed)
    const cells = [
      cell('code', 'const before = 1'),
      cell(random.pick(['markdown', 'raw']), randomText(random)),
      cell('code', `/* ${randomText(random)}`),
      cell('code', 'const after = 2'),
    ]
    const module = toTypeScript({ ...newNotebook(), cells }, (source) => source.startsWith('const'))
    assert.deepEqual(statements(module), ['const before = 1', 'const after = 2', 'export {}'])
  }
})

test('the first line of a cell may be one that only starts a file', () => {
  assert.deepEqual(
    statements(toTypeScript({ ...newNotebook(), cells: [cell('code', '#!/usr/bin/env x\n1')] })),
    ['1', 'export {}'],
  )
})

test('for Jupyter the notebook names its kernel and language, and keeps the rest as it is', () => {
  const original = parseNotebook(notebookText)
  const text = toIpynb(original.notebook, original)
  assert.equal(
    text,
    notebookText
      .replace(
        '{"name": "genbook"}',
        '{"display_name": "Genbook", "language": "typescript", "name": "genbook"}',
      )
      .replace(
        '"mine": -0.0}}',
        '"mine": -0.0}, "language_info": {"file_extension": ".ts", "mimetype": "text/typescript", "name": "typescript"}}',
      ),
  )
})
