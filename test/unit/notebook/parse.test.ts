import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NotebookFormatError, parseNotebook } from '../../../src/notebook'
import { notebookText } from './samples'

/** The error that a text is rejected with. */
function rejected(text: string): NotebookFormatError {
  try {
    parseNotebook(text)
  } catch (error) {
    assert(error instanceof NotebookFormatError, String(error))
    return error
  }
  assert.fail(`accepted ${text.slice(0, 80)}`)
}

test('a notebook of every kind of cell and output is read', () => {
  const { notebook, warnings } = parseNotebook(notebookText)
  assert.deepEqual(warnings, [])
  assert.deepEqual(
    notebook.cells.map((cell) => [cell.id, cell.cell_type, cell.source]),
    [
      ['intro', 'markdown', '# Title\n\nTwo  \nlines'],
      ['code-1', 'code', 'const a = 1\r\nа + "ü"\n'],
      ['raw_1', 'raw', 'kept as it is'],
    ],
  )
  const [markdown, code, raw] = notebook.cells
  assert(markdown?.cell_type === 'markdown' && code?.cell_type === 'code' && raw?.cell_type === 'raw')
  assert.deepEqual(markdown.attachments, { 'a.png': { 'image/png': 'iVBO\nRw==' } })
  assert.deepEqual(raw.unknown, { execution_count: 1 })
  assert.equal(code.execution_count, 3)
  assert.deepEqual(code.metadata, {
    nbgrader: { points: 1, grade_id: 'q1' },
    'odd key': 12345678901234567000,
  })
  assert.deepEqual(code.unknown, { __proto__x: 1 })
  assert.deepEqual(code.outputs, [
    { output_type: 'stream', name: 'stdout', text: 'one\ntwo' },
    {
      output_type: 'display_data',
      data: { 'text/html': '<b>\n</b>', 'application/vnd.plotly.v1+json': { data: [1, 1e2], layout: {} } },
      metadata: { size: [1] },
      unknown: { transient: {} },
    },
    { output_type: 'execute_result', execution_count: 3, data: { 'text/plain': '1' }, metadata: {} },
    { output_type: 'error', ename: 'TypeError', evalue: 'no', traceback: ['a', 'b\n'] },
    { output_type: 'unknown', json: { output_type: 'update', deep: [{ x: null }] } },
  ])
  assert.deepEqual(notebook.unknown, { extra: true })
})

test('a file that is empty or all white space is a new notebook', () => {
  for (const text of ['', '\uFEFF', ' \r\n\t\n']) assert.deepEqual(parseNotebook(text).notebook.cells, [])
})

test('broken JSON is rejected at its line and column', () => {
  const cases: [string, number, number, RegExp][] = [
    ['{', 1, 2, /expected a key in double quotes, found the end of the file/],
    ['{"a": 1,}', 1, 9, /expected a key in double quotes, found '}'/],
    ['{"a": 01}', 1, 8, /expected ',' or '}', found 1/],
    ['{\n"a": NaN}', 2, 6, /expected a value, found NaN/],
    ['{\r\n"a": [1\r\n2]}', 3, 1, /expected ',' or ']', found 2/],
    ['{"a": "x\ny"}', 1, 9, /expected the end of the text or an escape such as \\n/],
    ['{"a": "\\x"}', 1, 8, /expected an escape of JSON/],
    ['{"a": "\\u12G4"}', 1, 8, /expected an escape of JSON/],
    ['{"a": 1, "a": 2}', 1, 10, /expected each key of an object once, found the key "a" again/],
    ['{"a": 1, "\\u0061": 2}', 1, 10, /the key "a" again/],
    ['{"__proto__": 1, "__proto__": 2}', 1, 18, /the key "__proto__" again/],
    ['{}\n{}', 2, 1, /expected the end of the file, found '\{'/],
    ['{\n<<<<<<< HEAD\n', 2, 1, /the marker <<<<<<< of an unfinished merge/],
    ['{"a": "abc', 1, 11, /found the end of the file/],
    ['{"a": tru}', 1, 7, /expected a value, found tru/],
    ['{"a": -}', 1, 7, /expected a value, found -/],
    ['\u00a0{}', 1, 1, /expected a value, found the character U\+00A0/],
  ]
  for (const [text, line, column, message] of cases) {
    const error = rejected(text)
    assert.match(error.message, message)
    assert.deepEqual([error.line, error.column], [line, column], text)
    assert(error.offset <= text.length)
  }
})

test('a wrong schema is rejected at its line and column, with the path', () => {
  const notebook = (cells: string, metadata = '{}') =>
    `{\n "nbformat": 4, "nbformat_minor": 5,\n "metadata": ${metadata},\n "cells": [${cells}]\n}`
  const code = (rest: string) => notebook(`\n{"cell_type": "code", "id": "a", "source": [], ${rest}}`)
  // ¦ stands before the value that the error must point at: a wrong one, or the object that lacks a member.
  const cases: [string, string, RegExp][] = [
    ['¦[]', '', /expected an object, found an array/],
    [
      '{"nbformat": ¦3, "worksheets": []}',
      'nbformat',
      /expected the number 4.*jupyter nbconvert.*found the number 3/,
    ],
    ['{"nbformat": ¦5}', 'nbformat', /found the number 5/],
    ['\r\n ¦{}', 'nbformat', /found nothing/],
    ['{"nbformat": 4, "nbformat_minor": ¦0.5}', 'nbformat_minor', /a whole number/],
    ['¦{"nbformat": 4, "nbformat_minor": 5}', 'cells', /expected an array, found nothing/],
    [notebook('', '¦null'), 'metadata', /expected an object, found null/],
    [notebook('', '{"genbook": {"seed": ¦-1}}'), 'metadata.genbook.seed', /a whole number from 0/],
    [notebook('¦3'), 'cells[0]', /expected an object, found the number 3/],
    [notebook('¦{"source": ""}'), 'cells[0].cell_type', /found nothing/],
    [notebook('{"cell_type": ¦"heading", "source": ""}'), 'cells[0].cell_type', /found the text "heading"/],
    [
      notebook('¦{"cell_type": "raw"}'),
      'cells[0].source',
      /expected a text or an array of texts, found nothing/,
    ],
    [notebook('{"cell_type": "raw",\n  "source": ¦["a", 3]}'), 'cells[0].source', /found an array/],
    [
      notebook('{"cell_type": "raw", "id": ¦3, "source": ""}'),
      'cells[0].id',
      /expected a text, found the number 3/,
    ],
    [
      notebook('{"cell_type": "raw", "source": "", "attachments": {"a b": ¦[]}}'),
      'cells[0].attachments["a b"]',
      /expected an object, found an array/,
    ],
    [code('"execution_count": ¦"1"'), 'cells[0].execution_count', /a whole number or null/],
    [code('"outputs": ¦{}'), 'cells[0].outputs', /expected an array, found an object/],
    [code('"outputs": [¦{}]'), 'cells[0].outputs[0].output_type', /found nothing/],
    [
      code('"outputs": [¦{"output_type": "stream", "name": "stdout"}]'),
      'cells[0].outputs[0].text',
      /found nothing/,
    ],
    [
      code('"outputs": [{"output_type": "error", "ename": "a", "evalue": "b", "traceback": ["", ¦1]}]'),
      'cells[0].outputs[0].traceback[1]',
      /expected a text, found the number 1/,
    ],
  ]
  for (const [marked, path, message] of cases) {
    const [before = ''] = marked.split('¦')
    const lines = before.split('\n')
    const error = rejected(marked.replace('¦', ''))
    assert.equal(error.path, path)
    assert.match(error.message, message)
    assert.equal(error.offset, before.length, error.message)
    assert.deepEqual(
      [error.line, error.column],
      [lines.length, (lines.at(-1)?.length ?? 0) + 1],
      error.message,
    )
  }
})

test('nesting beyond the bound is rejected without exhausting the stack', () => {
  for (const open of ['[', '{"a":', '[{"a":']) {
    const error = rejected(open.repeat(1_000_000))
    assert.match(error.message, /at most 500 nested/)
  }
  const deep = (levels: number) =>
    `{"nbformat":4,"nbformat_minor":5,"cells":[],"metadata":{"a":${'['.repeat(levels)}${']'.repeat(levels)}}}`
  assert.equal(parseNotebook(deep(498)).notebook.cells.length, 0)
  assert.match(rejected(deep(499)).message, /at most 500 nested/)
})

test('keys that plain objects inherit are ordinary keys', () => {
  const text = '{"nbformat":4,"nbformat_minor":5,"cells":[],"metadata":{"__proto__":{"x":1},"constructor":2}}'
  const { metadata } = parseNotebook(text).notebook
  assert.deepEqual(Object.keys(metadata), ['__proto__', 'constructor'])
  assert.equal(Object.getPrototypeOf(metadata), Object.prototype)
  assert.equal(JSON.stringify(metadata), '{"__proto__":{"x":1},"constructor":2}')
})

test('cells without an id of their own get one that depends on the text alone', () => {
  const cell = (id: string, source: string) => `{"cell_type":"code",${id}"metadata":{},"source":"${source}"}`
  const text = `{"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[${[
    cell('', 'x'),
    cell('"id":"a",', 'y'),
    cell('"id":"a",', 'y'),
    cell('"id":"no spaces",', 'z'),
    cell('', 'x'),
  ].join()}]}`
  const first = parseNotebook(text)
  const ids = first.notebook.cells.map((cell) => cell.id)
  assert.equal(new Set(ids).size, 5)
  assert.equal(ids[1], 'a')
  for (const id of ids) assert.match(id, /^[a-zA-Z0-9_-]{1,64}$/)
  assert.deepEqual(parseNotebook(text), first)
  assert.equal(first.notebook.nbformat_minor, 5)
  assert.deepEqual(
    first.warnings.map((warning) => [warning.path, text.slice(warning.offset, warning.offset + 5)]),
    [
      ['cells[2].id', '"a",\"'],
      ['cells[3].id', '"no s'],
    ],
  )
})
