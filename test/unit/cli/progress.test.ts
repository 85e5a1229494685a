import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProgress } from '../../../src/cli/progress'
import { counted, deviceName, seconds } from '../../../src/cli/words'

const device = { backend: 'wasm', name: 'WASM SIMD', software: false } as const
const cell = {
  id: 'a',
  cell_type: 'code',
  metadata: {},
  source: '',
  execution_count: null,
  outputs: [],
} as const
const error = { name: 'Error', message: 'first\x1b[31m line\nsecond', frames: [], excerpt: '' }

function screen(isTTY: boolean, columns?: number) {
  const written: string[] = []
  return { isTTY, ...(columns && { columns }), written, write: (text: string) => written.push(text) }
}

test('without a terminal every finished cell is one plain line', () => {
  const output = screen(false)
  const progress = createProgress(output, 'a.genbook')
  progress.started(device)
  progress.cellStarted(2, 0, 2)
  progress.cellShows({ kind: 'stream', name: 'stdout', text: 'step 1' })
  progress.cellFinished({ cell, number: 2, status: 'ok', milliseconds: 12 }, 0, 2)
  progress.cellFinished({ cell, number: 3, status: 'error', milliseconds: 1500, error }, 1, 2)
  progress.done()
  assert.deepEqual(output.written, [
    'a.genbook: running on WASM SIMD\n',
    'a.genbook: 1/2 cell 2 ok, 12 ms\n',
    'a.genbook: 2/2 cell 3 error, 1.5 s: Error: first line\n',
  ])
})

test('how a cell was computed is told to those who ask', () => {
  const fused = { work: 'sampling', fused: true, detail: 'WASM SIMD (relaxed)' } as const
  const plain = { work: 'training', fused: false, detail: 'the network is a U-Net' } as const
  const [log, terminal, silent] = [screen(false), screen(true), screen(false)]
  for (const [output, verbose] of [
    [log, true],
    [terminal, true],
    [silent, false],
  ] as const) {
    const progress = createProgress(output, 'a.genbook', { verbose })
    progress.cellStarted(2, 0, 1)
    progress.cellPath(fused)
    progress.cellPath(plain)
    progress.done()
  }
  assert.deepEqual(log.written, [
    'a.genbook: cell 2, sampling: in one go on WASM SIMD (relaxed)\n',
    'a.genbook: cell 2, training: step by step: the network is a U-Net\n',
  ])
  const told = terminal.written.filter((text) => text.endsWith('\n'))
  assert.deepEqual(told, [
    'cell 2, sampling: in one go on WASM SIMD (relaxed)\n',
    'cell 2, training: step by step: the network is a U-Net\n',
  ])
  assert.deepEqual(silent.written, [])
})

test('a log hears of a long cell now and then, of its outermost task', () => {
  const output = screen(false)
  const clock = { now: 0 }
  const progress = createProgress(output, 'a.genbook', { now: () => clock.now })
  progress.started(device)
  progress.cellStarted(2, 0, 2)
  const inner = { label: 'sampling', done: 1, total: 50 }
  for (let second = 1; second <= 25; second++) {
    clock.now = 1000 * second
    progress.cellProgress([
      { label: 'seeds', done: second, total: 30, rate: 1, secondsLeft: 30 - second },
      inner,
    ])
  }
  progress.cellProgress([])
  assert.deepEqual(output.written.slice(1), [
    'a.genbook: seeds 10/30 · 1.0 steps/s · 20 s left\n',
    'a.genbook: seeds 20/30 · 1.0 steps/s · 10 s left\n',
  ])
})

test('a terminal shows what goes on, outermost first', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const output = screen(true, 200)
  const progress = createProgress(output, 'a.genbook')
  progress.started(device)
  progress.cellStarted(3, 1, 4)
  progress.cellProgress([
    { label: 'seeds', done: 1, total: 3 },
    { label: 'sampling', done: 7, total: 50, value: 't = 0.8' },
  ])
  t.mock.timers.tick(100)
  assert.match(output.written.at(-1)!, /seeds 1\/3 › sampling 7\/50 · t = 0\.8$/)
  progress.done()
})

test('a terminal gets one line that fits, is drawn over, and obeys nothing that a cell prints', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const output = screen(true, 60)
  const progress = createProgress(output, 'a.genbook')
  progress.started(device)
  progress.cellStarted(3, 1, 4)
  progress.cellShows({
    kind: 'stream',
    name: 'stdout',
    text: `first\nstep 5\x1b[2J\x07\r of 10 ${'x'.repeat(100)}\n`,
  })
  t.mock.timers.tick(100)
  const line = output.written.at(-1)!
  assert.match(line, /^\r\x1b\[2K█{5}░{15} 1\/4 {2}cell 3 .*step 5 +of 10 x/)
  const visible = line.slice('\r\x1b[2K'.length)
  assert.equal(visible.length, 59)
  assert.doesNotMatch(visible, /\p{Cc}/u)
  progress.done()
  const count = output.written.length
  t.mock.timers.tick(1000)
  assert.equal(output.written.length, count)
})

test('times, counts and devices in words', () => {
  assert.deepEqual([0, 999.4, 12_340, 200_000].map(seconds), ['0 ms', '999 ms', '12.3 s', '3 min 20 s'])
  assert.deepEqual(
    [0, 1, 2].map((count) => counted(count, 'cell')),
    ['0 cells', '1 cell', '2 cells'],
  )
  assert.equal(
    deviceName({ ...device, backend: 'cpu', name: 'JavaScript', reason: 'asked for.' }),
    'JavaScript (cpu): asked for.',
  )
})
