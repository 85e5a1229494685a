import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outputDifferences } from '../../../../src/cli/rerun/outputs'
import { agreementOf, AGREEMENT, pattern } from '../../../../src/cli/rerun/settings'
import { displayOutput, errorOutput, streamOutput, type Json, type Output } from '../../../../src/notebook'
import { encode } from '../../../../src/renderers/figures/encode'

const differ = (a: readonly Output[], b: readonly Output[], agreement = AGREEMENT) =>
  outputDifferences(a, b, agreement)
const text = (words: string) => [streamOutput('stdout', words)]
const figure = (data: Json, more = {}) => [
  displayOutput({ 'application/vnd.plotly.v1+json': { data: [{ type: 'scatter', x: data }] }, ...more }),
]

test('text agrees word for word, and numbers in it within the tolerance', () => {
  assert.deepEqual(differ(text('loss 0.12345 at 3'), text('loss 0.12346 at 3\n')), [])
  assert.deepEqual(differ(text('a\nloss 0.12'), text('a\nloss 0.14')), [
    'output 1, stdout: line 2: "loss 0.12" was stored, and "loss 0.14" came back',
  ])
  assert.equal(differ(text('3 cells'), text('4 cells')).length, 1)
  assert.equal(differ(text('loss 1'), text('Loss 1')).length, 1)
  assert.equal(differ(text('a\nb'), text('a')).length, 1)
  assert.equal(differ(text('a'), text('a\nb')).length, 1)
})

test('the last digit that was printed may differ, unless nothing may', () => {
  assert.deepEqual(differ(text('0.1235'), text('0.1234')), [])
  assert.equal(differ(text('0.1235'), text('0.1233')).length, 1)
  const exact = { ...AGREEMENT, relative: 0, absolute: 0 }
  assert.equal(differ(text('0.1235'), text('0.1234'), exact).length, 1)
})

test('how long something took is noise, and so is what is declared', () => {
  assert.deepEqual(differ(text('200 steps, 12.3 s, 40 ms left'), text('200 steps, 9 s, 1 ms left')), [])
  const noisy = { ...AGREEMENT, noise: [pattern('id [0-9a-f]+')] }
  assert.deepEqual(differ(text('id 12ab'), text('id ffff'), noisy), [])
  assert.equal(differ(text('id 12ab'), text('id ffff')).length, 1)
})

test('figures agree by their data, packed or not, whatever drew their pictures', () => {
  const values = [1, 2, 3]
  assert.deepEqual(differ(figure(encode(values)), figure(values, { 'image/png': 'AAAA' })), [])
  assert.deepEqual(differ(figure(encode(values)), figure(encode([1, 2, 3.0001], 'f8'))), [])
  const [difference] = differ(figure(encode(values)), figure(encode([1, 2, 4])))
  assert.match(
    difference ?? '',
    /^output 1, a figure: at data\[0\]\.x: element \[2\]: 3 .* expected, and 4 came back$/,
  )
  assert.equal(differ(figure(encode(values)), figure(encode([1, 2]))).length, 1)
})

test('outputs that are missing, new, of another kind or another picture are named', () => {
  assert.deepEqual(differ(text('a'), []), ['output 1 is missing: stdout'])
  assert.deepEqual(differ([], text('a')), ['output 1 is new: stdout'])
  assert.deepEqual(differ([], text(' \n')), [])
  assert.deepEqual(differ(text('a'), figure([1])), ['output 1, stdout: a figure came back'])
  const png = (data: string) => [displayOutput({ 'image/png': data })]
  assert.deepEqual(differ(png('AA\nAA'), png('AAAA')), [])
  assert.deepEqual(differ(png('AAAA'), png('BBBB')), ['output 1, a value: the image/png is another'])
  const failed = (message: string) => [errorOutput('Error', message, ['anything'])]
  assert.deepEqual(differ(failed('no'), [errorOutput('Error', 'no', ['else'])]), [])
  assert.equal(differ(failed('no'), failed('yes')).length, 1)
})

test('a notebook and its cells declare how closely they agree', () => {
  const declare = (rerun: Json) => ({ metadata: { genbook: { rerun } } })
  const both = agreementOf(
    declare({ relative: 0.1, noise: ['x+'] }),
    declare({ skip: true, noise: ['y'] }),
    AGREEMENT,
  )
  assert.deepEqual([both.relative, both.absolute, both.skip], [0.1, AGREEMENT.absolute, true])
  assert.deepEqual(both.noise.slice(AGREEMENT.noise.length).map(String), ['/x+/gu', '/y/gu'])
  const none = { metadata: {} }
  const nonsense: Json[] = [3, { noise: 'x' }, { noise: ['('] }, { relative: -1 }, { absolute: 'x' }]
  for (const wrong of nonsense) assert.throws(() => agreementOf(none, declare(wrong), AGREEMENT), RangeError)
})
