import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  appendOutput,
  bytesToMime,
  displayOutput,
  errorOutput,
  genbookMetadata,
  isBinaryMime,
  isJsonMime,
  type Json,
  mergeStreams,
  mimeToBytes,
  newNotebook,
  type Output,
  outputText,
  resultOutput,
  streamOutput,
  withGenbookMetadata,
} from '../../../src/notebook'

test('texts of one stream are joined, and only neighbours', () => {
  const printed: Output[] = [
    streamOutput('stdout', 'a'),
    streamOutput('stdout', 'b\n'),
    streamOutput('stderr', 'c'),
    displayOutput({ 'text/plain': 'd' }),
    streamOutput('stderr', 'e'),
    streamOutput('stderr', 'f'),
  ]
  const expected = [
    streamOutput('stdout', 'ab\n'),
    streamOutput('stderr', 'c'),
    displayOutput({ 'text/plain': 'd' }),
    streamOutput('stderr', 'ef'),
  ]
  assert.deepEqual(mergeStreams(printed), expected)
  assert.deepEqual(
    printed.reduce<readonly Output[]>((outputs, output) => appendOutput(outputs, output), []),
    expected,
  )
})

test('outputs as text', () => {
  assert.equal(outputText(streamOutput('stdout', 'a\n')), 'a\n')
  assert.equal(outputText(resultOutput({ 'text/plain': '1', 'text/html': '<b>' }, 2)), '1')
  assert.equal(outputText(displayOutput({ 'image/png': 'AA==' })), '')
  assert.equal(outputText(errorOutput('E', 'm', ['l1', 'l2'])), 'l1\nl2')
  assert.equal(outputText(errorOutput('E', 'm', [])), 'E: m')
  assert.equal(outputText({ output_type: 'unknown', json: { output_type: 'x' } }), '')
})

test('data survives the way through bytes', () => {
  const values: [string, Json][] = [
    ['text/plain', '\uFEFFü😀\r\n'],
    ['image/svg+xml', '<svg/>'],
    ['application/javascript', 'x'],
    ['application/vnd.custom', 'any'],
    ['image/png', 'iVBORw0KGgo='],
    ['application/pdf', 'AAEC/w=='],
    ['application/json', { a: [1, null, '\ud800'], __proto__x: {} }],
    ['application/vnd.plotly.v1+json', [1.5]],
    ['application/json', 'text'],
  ]
  for (const [mime, value] of values)
    assert.deepEqual(bytesToMime(mime, mimeToBytes(mime, value)), value, mime)
  assert.deepEqual([...mimeToBytes('image/png', 'iVBO\nRw==\n')], [0x89, 0x50, 0x4e, 0x47])
  const large = Uint8Array.from({ length: 100_003 }, (_, i) => i * 7)
  assert.deepEqual(mimeToBytes('image/png', bytesToMime('image/png', large)), large)
  assert.equal(bytesToMime('application/json', new TextEncoder().encode('{broken')), '{broken')
})

test('MIME types are told apart', () => {
  assert(
    isJsonMime('application/json') &&
      isJsonMime('application/geo+json') &&
      isJsonMime('application/vnd.a.b+json'),
  )
  assert(!isJsonMime('text/json') && !isJsonMime('application/jsonp'))
  assert(isBinaryMime('image/jpeg') && isBinaryMime('audio/mpeg') && isBinaryMime('application/pdf'))
  assert(!isBinaryMime('image/svg+xml') && !isBinaryMime('text/plain') && !isBinaryMime('application/json'))
})

test('the metadata of Genbook is read leniently and changed without losing what others put there', () => {
  const notebook = newNotebook()
  assert.deepEqual(genbookMetadata(notebook), {})
  const foreign = { ...notebook, metadata: { genbook: { mine: [1], run: { device: 3 } }, other: true } }
  assert.deepEqual(genbookMetadata(foreign), {})
  const run = { backend: 'wasm', device: 'WASM SIMD', software: false, version: '0.1.0' }
  const stamped = withGenbookMetadata(withGenbookMetadata(foreign, { seed: 5 }), { run })
  assert.deepEqual(genbookMetadata(stamped), { seed: 5, run })
  assert.deepEqual(stamped.metadata, { genbook: { mine: [1], seed: 5, run }, other: true })
})
