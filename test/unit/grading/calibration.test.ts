import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calibrate, calibrationKey, disagreements } from '../../../src/cli/grade/calibration'
import type { RecordedCalls } from '../../../src/kernel/grading/asking'
import { encodeData } from '../../../src/kernel/grading/encode'
import type { Data } from '../../../src/kernel/grading/data'
import { parseNotebook } from '../../../src/notebook'

const recorded = (name: string, ...returned: Data[]): RecordedCalls => ({
  name,
  given: returned.map(() => null),
  seeds: 1,
  calls: [returned.map((data) => ({ judge: {}, returned: encodeData(data) }))],
})

const toleranceOf = (a: Data, b: Data) =>
  calibrate(
    'key',
    new Map([
      ['wasm', new Map([['cell', [recorded('test', a)]]])],
      ['cpu', new Map([['cell', [recorded('test', b)]]])],
    ]),
  ).tests['cell']!['test']!.relative

test('tests get eight times what backends differ by, and never less than the usual', () => {
  assert.equal(toleranceOf(1, 1), 1e-5)
  assert.ok(Math.abs(toleranceOf(1000, 1000.1) - 8e-4) < 1e-6)
  assert.ok(Math.abs(toleranceOf([100, 0], [100, 0.01]) - (8 * 0.01) / Math.sqrt(5000)) < 1e-6)
  assert.equal(toleranceOf({ a: ['x', [2]] }, { a: ['x', [2]] }), 1e-5)
})

test('what cannot be compared widens nothing', () => {
  assert.equal(toleranceOf(NaN, 1), 1e-5)
  assert.equal(toleranceOf([1, 2], [1]), 1e-5)
  assert.equal(toleranceOf('a', 'b'), 1e-5)
})

test('a test disagrees where backends differ by more than it allows itself', () => {
  const disagree = (judge: Data, a: Data, b: Data) => {
    const recording = (returned: Data): RecordedCalls => ({
      ...recorded('test'),
      calls: [[{ judge: encodeData(judge), returned: encodeData(returned) }]],
    })
    return disagreements(
      new Map([
        ['wasm', new Map([['cell', [recording(a)]]])],
        ['webgpu', new Map([['cell', [recording(b)]]])],
      ]),
    ).map(({ first, other }) => [first.returned, other.returned])
  }
  const closeTo = (absolute: number): Data => ({ judge: 'closeTo', value: 1, within: { absolute } })
  assert.deepEqual(disagree(closeTo(0.1), 1, 1.05), [])
  assert.deepEqual(disagree(closeTo(0.01), [1, 2], [1.02, 2.5]), [['2', '2.5']])
  assert.deepEqual(disagree(closeTo(1e-9), 0.1, 0.1 + 2e-9), [['0.1', '0.100000002']])
  assert.deepEqual(disagree(closeTo(1), 1, 'one'), [['1', '"one"']])
  assert.deepEqual(disagree({ judge: 'closeTo', value: 1 }, 1, 2), [])
  assert.deepEqual(disagree({ judge: 'below', limit: 3 }, 1, 2), [])
})

test('a calibration is of one text and one seed', () => {
  const notebook = (source: string) =>
    parseNotebook(
      JSON.stringify({
        nbformat: 4,
        nbformat_minor: 5,
        metadata: {},
        cells: [{ id: 'a', cell_type: 'code', metadata: {}, source, outputs: [], execution_count: null }],
      }),
    ).notebook
  const key = calibrationKey(notebook('1'), 0)
  assert.equal(calibrationKey(notebook('1'), 0), key)
  assert.notEqual(calibrationKey(notebook('2'), 0), key)
  assert.notEqual(calibrationKey(notebook('1'), 1), key)
})
