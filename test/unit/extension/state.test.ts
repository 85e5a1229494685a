import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  afterDriver,
  afterKernel,
  ended,
  formatBytes,
  mayBeOld,
  opened,
  type NotebookState,
} from '../../../src/extension/runtime/state'
import type { CompiledCell } from '../../../src/kernel/cell'
import type { Variable } from '../../../src/kernel/protocol'

const device = { backend: 'wasm', name: 'WASM SIMD', software: false, reason: 'There is no GPU.' } as const
const cell: CompiledCell = {
  id: 'a',
  source: '',
  code: '',
  map: '',
  analysis: { declared: [], used: [], assigned: [], imports: [] },
}

test('a kernel starts, runs a cell and is idle again', () => {
  const ready = afterKernel(opened('a.genbook'), { type: 'ready', protocol: 3, device }, 0)
  assert.deepEqual(ready.activity, { kind: 'idle' })
  assert.equal(ready.device, device)
  const running = afterDriver(ready, { type: 'execute', run: 1, cell, count: 7 }, 5)
  assert.deepEqual(running.activity, { kind: 'running', count: 7, since: 5, heard: 5, names: new Set() })
  const outcome = { status: 'ok' } as const
  const done = afterKernel(running, { type: 'finished', run: 1, outcome, milliseconds: 3 }, 9)
  assert.deepEqual(done.activity, { kind: 'idle' })
})

test('a status says what variables and tensors there are', () => {
  const variables = [{ name: 'x', kind: 'tensor', summary: '[2, 3] float32', version: 1 }]
  const memory = { tensors: 4, bytes: 96 }
  const state = afterKernel(opened('a'), { type: 'status', memory, variables, timers: 0 }, 0)
  assert.deepEqual([state.memory, state.variables], [memory, variables])
})

const tensor = (name: string, version: number): Variable => ({
  name,
  kind: 'tensor',
  summary: 'Tensor float32 [2]',
  version,
  tensor: { shape: [2], dtype: 'float32' },
})

const memory = { tensors: 0, bytes: 0 }

/** The cell `const own = f(x)` runs since the moment 10, in a session that has f, x, own and other. */
function going(): NotebookState {
  const variables = ['x', 'own', 'other'].map((name) => tensor(name, 1))
  const idle = afterKernel(opened('a'), { type: 'status', memory, variables, timers: 0 }, 0)
  const own = { name: 'own', kind: 'const', value: true, type: false, namespace: false } as const
  const analysis = { ...cell.analysis, declared: [{ ...own, constant: true, start: 6 }], used: ['f', 'x'] }
  return afterDriver(idle, { type: 'execute', run: 2, cell: { ...cell, analysis }, count: 2 }, 10)
}

test('what a running cell has yet to declare stays listed in its place, and what it has made comes after', () => {
  const variables = [tensor('x', 2), tensor('other', 1), tensor('made', 3)]
  const state = afterKernel(going(), { type: 'status', during: 2, memory, variables, timers: 0 }, 20)
  const listed = state.variables.map(({ name, version }) => [name, version])
  assert.deepEqual(listed, [
    ['x', 2],
    ['own', 1],
    ['other', 1],
    ['made', 3],
  ])
  const after = afterKernel(
    state,
    { type: 'finished', run: 2, outcome: { status: 'ok' }, milliseconds: 1 },
    30,
  )
  const ended = afterKernel(after, { type: 'status', memory, variables, timers: 0 }, 30)
  assert.deepEqual(ended.variables, variables)
})

test('numbers older than their variable are known as such', () => {
  const summary = { type: 'summary', name: 'x', version: 1 } as const
  const fresh = afterKernel(going(), summary, 15)
  assert.equal(mayBeOld(fresh, tensor('x', 1), 20), false)
  assert.equal(mayBeOld(fresh, tensor('x', 2), 20), true)
  assert.equal(mayBeOld(fresh, tensor('made', 3), 20), false, 'no numbers are shown of it yet')
})

test('while a running cell lets nobody look, what it has to do with may be old', () => {
  const state = going()
  const old = (shown: NotebookState, now: number) =>
    shown.variables.filter((variable) => mayBeOld(shown, variable, now)).map(({ name }) => name)
  assert.deepEqual(old(state, 2000), [], 'a moment is not worth a word')
  assert.deepEqual(old(state, 6000), ['x', 'own'])
  const { variables } = state
  const told = afterKernel(state, { type: 'status', during: 2, memory, variables, timers: 0 }, 5900)
  assert.deepEqual(old(told, 6000), [])
})

test('a kernel that ended has no variables and no tensors, and says why', () => {
  const memory = { tensors: 4, bytes: 96 }
  const busy = afterKernel(opened('a'), { type: 'status', memory, variables: [], timers: 0 }, 0)
  const gone = ended(busy, 'It did not stop.')
  assert.deepEqual(gone.activity, { kind: 'gone', reason: 'It did not stop.' })
  assert.equal(gone.memory.tensors, 0)
})

test('that the worker of a failed kernel is ended does not hide why it failed', () => {
  const failed = afterKernel(opened('a'), { type: 'startFailed', reason: 'There is no WebGPU.' }, 0)
  assert.deepEqual(ended(failed, '').activity, { kind: 'gone', reason: 'There is no WebGPU.' })
})

test('a device that is lost is named as such', () => {
  const lost = afterKernel(opened('a'), { type: 'device', device, lost: true }, 0)
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
    afterKernel(state, { type: 'path', run: 1, path: { work, fused, detail } }, 0)
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
