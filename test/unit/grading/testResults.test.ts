import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { displayOutput, type JsonObject } from '../../../src/notebook'
import { readTestResults, sharesOf, TESTS_MIME } from '../../../src/notebook/grading'
import { Bench } from '../session/harness'

before(() => tf.setBackend('cpu'))

/** What the outputs of a cell with tests say of them. */
async function results(source: string) {
  const bench = new Bench()
  const { events } = await bench.run(`import { test } from 'genbook'\n${source}`)
  return readTestResults(events.flatMap((event) => ('bundle' in event ? [displayOutput(event.bundle)] : [])))
}

test('a cell’s tests leave what they came to in an output', async () => {
  assert.deepEqual(
    await results(`
      test('right', { given: [1, 2], run: (x) => x * 2, expect: (x) => 2 * x, points: 2 })
      test('wrong', { run: () => 3, expect: 4 })
    `),
    [
      { name: 'right', status: 'passed', points: 2 },
      { name: 'wrong', status: 'failed', reason: '4 (± 0.000041) expected, and 3 came back' },
    ],
  )
})

test('what a test returns that expects nothing is named, and differs where it does', async () => {
  const open = async (body: string) =>
    (await results(`test('open', { given: [1, 2], run: (x) => ${body} })`))?.[0]
  const one = await open('[x, { a: tf.tensor([x, 2]) }]')
  assert.equal(one?.status, 'ran')
  assert.match(one?.returned ?? '', /^[0-9a-f]{16}$/)
  assert.deepEqual(await open('[x, { a: tf.tensor([x, 2]) }]'), one)
  assert.notEqual((await open('[x, { a: tf.tensor([x, 3]) }]'))?.returned, one?.returned)
  assert.notEqual((await open('[x, { b: tf.tensor([x, 2]) }]'))?.returned, one?.returned)
})

test('outputs that say nothing of tests, or nonsense, are none', () => {
  assert.equal(readTestResults([]), undefined)
  assert.equal(readTestResults([displayOutput({ 'text/plain': 'x' })]), undefined)
  const odd: JsonObject = { tests: [null, 3, { name: 'a' }, { name: 'b', status: 'passed', points: -1 }] }
  assert.deepEqual(readTestResults([displayOutput({ [TESTS_MIME]: odd })]), [{ name: 'b', status: 'passed' }])
})

test('tests that name no points share what is left', () => {
  assert.deepEqual(sharesOf([{ name: 'a', points: 1 }, { name: 'b' }, { name: 'c' }], 4), {
    a: 1,
    b: 1.5,
    c: 1.5,
  })
  assert.deepEqual(sharesOf([{ name: 'a', points: 5 }, { name: 'b' }], 4), { a: 5, b: 0 })
})
