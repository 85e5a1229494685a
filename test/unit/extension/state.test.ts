import assert from 'node:assert/strict'
import { test } from 'node:test'
import { afterDriver, afterKernel, ended, formatBytes, opened } from '../../../src/extension/runtime/state'
import type { CompiledCell } from '../../../src/kernel/cell'

const device = { backend: 'wasm', name: 'WASM SIMD', software: false, reason: 'There is no GPU.' } as const
const cell: CompiledCell = {
  id: 'a',
  source: '',
  code: '',
  map: '',
  analysis: { declared: [], used: [], assigned: [], imports: [] },
}

test('a kernel starts, runs a cell and is idle again', () => {
  const ready = afterKernel(opened('a.genbook'), { type: 'ready', protocol: 3, device })
  assert.deepEqual(ready.activity, { kind: 'idle' })
  assert.equal(ready.device, device)
  const running = afterDriver(ready, { type: 'execute', run: 1, cell, count: 7 }, 5)
  assert.deepEqual(running.activity, { kind: 'running', count: 7, since: 5 })
  const outcome = { status: 'ok' } as const
  const done = afterKernel(running, { type: 'finished', run: 1, outcome, milliseconds: 3 })
  assert.deepEqual(done.activity, { kind: 'idle' })
})

test('a status says what variables and tensors there are', () => {
  const variables = [{ name: 'x', kind: 'tensor', summary: '[2, 3] float32', version: 1 }]
  const memory = { tensors: 4, bytes: 96 }
  const state = afterKernel(opened('a'), { type: 'status', memory, variables, timers: 0 })
  assert.deepEqual([state.memory, state.variables], [memory, variables])
})

test('a kernel that ended has no variables and no tensors, and says why', () => {
  const memory = { tensors: 4, bytes: 96 }
  const busy = afterKernel(opened('a'), { type: 'status', memory, variables: [], timers: 0 })
  const gone = ended(busy, 'It did not stop.')
  assert.deepEqual(gone.activity, { kind: 'gone', reason: 'It did not stop.' })
  assert.equal(gone.memory.tensors, 0)
})

test('that the worker of a failed kernel is ended does not hide why it failed', () => {
  const failed = afterKernel(opened('a'), { type: 'startFailed', reason: 'There is no WebGPU.' })
  assert.deepEqual(ended(failed, '').activity, { kind: 'gone', reason: 'There is no WebGPU.' })
})

test('a device that is lost is named as such', () => {
  const lost = afterKernel(opened('a'), { type: 'device', device, lost: true })
  assert.equal(lost.deviceLost, true)
  assert.equal(lost.device, device)
})

test('bytes are told in the unit that fits', () => {
  const told = [0, 999, 1000, 3_440_000, 120_000_000, 2.5e12].map(formatBytes)
  assert.deepEqual(told, ['0 B', '999 B', '1.0 kB', '3.4 MB', '120 MB', '2.5 TB'])
})

test('of each kind of work, the way that it went last', () => {
  const first = opened('a')
  const taken = (state: typeof first, work: 'sampling' | 'training', fused: boolean, detail: string) =>
    afterKernel(state, { type: 'path', run: 1, path: { work, fused, detail } })
  const state = taken(
    taken(taken(first, 'sampling', false, 'x'), 'training', true, 'y'),
    'sampling',
    true,
    'z',
  )
  assert.deepEqual(
    state.paths.map(({ work, fused, detail }) => [work, fused, detail]),
    [
      ['training', true, 'y'],
      ['sampling', true, 'z'],
    ],
  )
})
