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

test('a test disagrees where backends differ by more than it allows itself, or what it expects holds on one alone', async () => {
  const disagree = async (judge: Data, a: Data, b: Data, reason?: string) => {
    const recording = (returned: Data, reason?: string): RecordedCalls => ({
      ...recorded('test'),
      calls: [[{ judge: encodeData(judge), returned: encodeData(returned), ...(reason && { reason }) }]],
    })
    const found = await disagreements(
      new Map([
        ['wasm', new Map([['cell', [recording(a)]]])],
        ['webgpu', new Map([['cell', [recording(b, reason)]]])],
      ]),
    )
    return found.map((one) => ('reason' in one ? one.reason : one.returned))
  }
  const closeTo = (absolute: number): Data => ({ judge: 'closeTo', value: 1, within: { absolute } })
  assert.deepEqual(await disagree(closeTo(0.1), 1, 1.05), [])
  assert.deepEqual(await disagree(closeTo(0.01), [1, 2], [1.02, 2.5]), [['2', '2.5']])
  assert.deepEqual(await disagree(closeTo(1e-9), 1, 1 + 2e-9), [['1', '1.000000002']])
  assert.deepEqual(await disagree(closeTo(1), 1, 'one'), [['1', '"one"']])
  assert.deepEqual(await disagree({ judge: 'closeTo', value: 1 }, 1, 2), [])
  assert.deepEqual(await disagree({ judge: 'below', limit: 3 }, 1, 2), [])
  assert.deepEqual(await disagree({ judge: 'below', limit: 3 }, 1, 4), [
    'a number below 3 expected, and 4 came back',
  ])
  assert.deepEqual(await disagree({ judge: 'exactly', value: 'a' }, 'a', 'a'), [])
  assert.equal((await disagree({ judge: 'exactly', value: 3 }, 3, 3.0000001)).length, 1)
  assert.equal((await disagree({ judge: 'between', low: 0, high: 1 }, 0.5, 1.5)).length, 1)
  const predicate = { judge: 'satisfies', predicate: 0, words: 'an even number' }
  assert.deepEqual(await disagree(predicate, 2, 4), [])
  assert.deepEqual(await disagree(predicate, 2, 3, 'it is odd'), ['an even number expected, and 3 came back'])
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
