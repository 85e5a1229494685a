import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_LIMITS, type OutputEvent } from '../../../src/kernel/protocol'
import { RunOutput } from '../../../src/kernel/session/output'

function collect(limits = DEFAULT_LIMITS) {
  const events: OutputEvent[] = []
  return { events, output: new RunOutput(limits, (event) => events.push(event)) }
}

const textOf = (events: OutputEvent[], name?: string) =>
  events
    .map((event) => (event.kind === 'stream' && (!name || event.name === name) ? event.text : ''))
    .join('')

test('lines printed together arrive together, in order, the two streams kept apart', () => {
  const { events, output } = collect()
  output.stream('stdout', 'first\n')
  output.stream('stdout', 'a\n')
  output.stream('stdout', 'b\n')
  output.stream('stderr', 'c\n')
  output.stream('stdout', 'd\n')
  output.end()
  // The first line goes at once; what follows within the pace is gathered.
  assert.deepEqual(events, [
    { kind: 'stream', name: 'stdout', text: 'first\n' },
    { kind: 'stream', name: 'stdout', text: 'a\nb\n' },
    { kind: 'stream', name: 'stderr', text: 'c\n' },
    { kind: 'stream', name: 'stdout', text: 'd\n' },
  ])
})

test('a million lines are a few messages, cut with a note that counts what was dropped', () => {
  const { events, output } = collect()
  for (let i = 0; i < 1_000_000; i++) output.stream('stdout', 'line\n')
  output.end()
  assert.ok(events.length < 200, `${events.length} messages`)
  assert.equal(textOf(events, 'stdout'), 'line\n'.repeat(40_000))
  const notes = textOf(events, 'stderr')
  assert.match(notes, /Output cut: a cell may print 200,000 characters/)
  assert.match(notes, /4,800,000 more characters in 960,000 lines were dropped/)
})

test('switching between the streams line by line does not multiply messages', () => {
  const { events, output } = collect()
  for (let i = 0; i < 10_000; i++) output.stream(i % 2 ? 'stdout' : 'stderr', 'x\n')
  output.end()
  assert.ok(events.length < 1000, `${events.length} messages`)
  assert.equal(textOf(events, 'stdout').length, 10_000)
  assert.equal(textOf(events, 'stderr').length, 10_000)
})

test('text comes before what is displayed after it', () => {
  const { events, output } = collect()
  output.stream('stdout', '1')
  output.stream('stdout', '2')
  output.display('a', { 'text/plain': 'shown' })
  output.stream('stdout', '3')
  output.end()
  assert.deepEqual(
    events.map((event) => (event.kind === 'stream' ? event.text : event.kind)),
    ['1', '2', 'display', '3'],
  )
})

test('an oversized bundle is replaced by a note with its size', () => {
  const { events, output } = collect({ ...DEFAULT_LIMITS, bundleBytes: 1000 })
  output.display('a', { 'text/html': 'x'.repeat(5_000_000), 'text/plain': 'small' })
  output.display('b', { 'text/plain': 'fits' })
  output.end()
  const [first, second] = events as { bundle: Record<string, string> }[]
  assert.deepEqual(Object.keys(first!.bundle), ['text/plain'])
  assert.match(first!.bundle['text/plain']!, /text\/html.* has 5\.0 MB, and one output may have 0\.0 MB/)
  assert.deepEqual(second!.bundle, { 'text/plain': 'fits' })
})

test('all outputs of a cell together have a limit, in which an update replaces what it updates', () => {
  const { events, output } = collect({ ...DEFAULT_LIMITS, cellBytes: 100_000 })
  const bundle = { 'text/plain': 'y'.repeat(40_000) }
  output.display('a', bundle)
  output.display('b', bundle)
  output.display('c', bundle)
  output.update('a', { 'text/plain': 'z'.repeat(40_000) })
  output.end()
  const shown = events.map((event) =>
    'bundle' in event ? (event.bundle['text/plain'] as string).slice(0, 5) : '',
  )
  assert.deepEqual(shown, ['yyyyy', 'yyyyy', '[Not ', 'zzzzz'])
})

test('a thousand displays are shown, and the rest is counted', () => {
  const { events, output } = collect()
  for (let i = 0; i < 1500; i++) output.display(`d${i}`, { 'text/plain': String(i) })
  output.end()
  assert.equal(events.filter((event) => event.kind === 'display').length, 1000)
  assert.match(textOf(events), /may show 1,000 things; 500 more were dropped/)
})

test('of many updates few are sent, and the last one always', () => {
  const { events, output } = collect()
  output.display('a', { 'text/plain': 'start' })
  for (let i = 0; i < 10_000; i++) output.update('a', { 'text/plain': String(i) })
  output.end()
  const updates = events.filter((event) => event.kind === 'update')
  assert.ok(updates.length < 50, `${updates.length} updates`)
  assert.deepEqual(updates.at(-1)?.bundle, { 'text/plain': '9999' })
})

test('what must be read first keeps its place', async () => {
  const { events, output } = collect()
  const fill = output.displayLater('a', { 'text/plain': 'placeholder' })
  output.stream('stdout', 'after')
  await Promise.resolve()
  fill?.({ 'text/plain': 'ready' })
  output.end()
  assert.deepEqual(events, [
    { kind: 'display', id: 'a', bundle: { 'text/plain': 'ready' } },
    { kind: 'stream', name: 'stdout', text: 'after' },
  ])
})

test('what takes long is announced by its placeholder and updated later', () => {
  const { events, output } = collect()
  const fill = output.displayLater('a', { 'text/plain': 'placeholder' })
  output.stream('stdout', 'after')
  output.end()
  fill?.({ 'text/plain': 'ready' })
  output.flush()
  assert.deepEqual(
    events.map((event) => ('bundle' in event ? [event.kind, event.bundle['text/plain']] : event.kind)),
    [['display', 'placeholder'], 'stream', ['update', 'ready']],
  )
})

test('clear takes back what was shown and what waits, and starts the counts anew', () => {
  const { events, output } = collect({ ...DEFAULT_LIMITS, streamCharacters: 10 })
  output.stream('stdout', '12345')
  output.stream('stdout', '67890')
  output.clear()
  output.stream('stdout', 'abcdefghij')
  output.end()
  assert.deepEqual(
    events.map((event) => (event.kind === 'stream' ? event.text : event.kind)),
    ['12345', 'clear', 'abcdefghij'],
  )
})
