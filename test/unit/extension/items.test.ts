import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorItem, fromItems, streamItem, toItems } from '../../../src/extension/notebook/items'
import type { Output } from '../../../src/notebook/types'

test('pieces that were appended to a stream are one text in the file', () => {
  const items = [streamItem('stderr', 'one\ntw'), streamItem('stderr', 'o\n')]
  assert.deepEqual(fromItems({ items }), { output_type: 'stream', name: 'stderr', text: 'one\ntwo\n' })
})

test('an error keeps its stack, line by line', () => {
  const items = [errorItem('TypeError', 'no', 'TypeError: no\n    at cell [3], line 2, column 5')]
  assert.deepEqual(fromItems({ items }), {
    output_type: 'error',
    ename: 'TypeError',
    evalue: 'no',
    traceback: ['TypeError: no', '    at cell [3], line 2, column 5'],
  })
})

const kinds: Record<string, Output> = {
  'a stream of an unusual name': { output_type: 'stream', name: 'log', text: 'x' },
  'an empty stream': { output_type: 'stream', name: 'stdout', text: '' },
  'a display of nothing': { output_type: 'display_data', data: {}, metadata: { a: 1 } },
  'a picture with its text': {
    output_type: 'display_data',
    data: { 'image/png': 'iVBORw0KGgo=', 'text/plain': 'ü' },
    metadata: {},
  },
  'a result with a figure': {
    output_type: 'execute_result',
    execution_count: 3,
    data: { 'application/vnd.plotly.v1+json': { data: [{ x: [1, 2] }], layout: {} } },
    metadata: {},
  },
  'an error whose traceback has line ends inside': {
    output_type: 'error',
    ename: 'E',
    evalue: '',
    traceback: ['a\nb', 'c'],
  },
  'an output from the future': { output_type: 'unknown', json: { output_type: 'new', deep: [{ x: null }] } },
  'unknown members': { output_type: 'stream', name: 'stdout', text: 'a', unknown: { more: [1] } },
}
for (const [name, output] of Object.entries(kinds))
  test(`${name} comes back from the editor as it was`, () =>
    assert.deepEqual(fromItems(toItems(output)), output))
