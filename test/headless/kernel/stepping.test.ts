/** Stepping through cells in real workers: a thread of Node, and a Worker in Chromium that shares no memory with its page. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chromium, type Browser, type Page } from 'playwright-core'
import { chromiumFlags, needChromium } from '../../../scripts/chromium.mjs'
import { KernelClient } from '../../../src/kernel/client'
import { createStopFlag, nodeTransport } from '../../../src/kernel/client.node'
import { compileCell } from '../../../src/kernel/compile/compile'
import { compileExpression } from '../../../src/kernel/compile/expression'
import type { DebugCommand, DebugEvent, DebugLaunch, Stopped } from '../../../src/kernel/debug/protocol'
import type { CompiledCell } from '../../../src/kernel/cell'
import type { BackendChoice } from '../../../src/kernel/protocol'
import { buildNodeKernel, buildPage, buildWebKernel, wasm } from './build'
import type { PageApi } from './page'

declare const api: PageApi

const POLICY =
  "default-src 'none'; script-src 'self' 'unsafe-eval' 'wasm-unsafe-eval' blob:; worker-src blob:; connect-src blob:"

/** A kernel, wherever it is: runs a cell, answering what it tells with commands, and gives back what it told. */
interface Place {
  step(cell: CompiledCell, launch: DebugLaunch, answers: DebugCommand[][]): Promise<StepsTold>
}

export interface StepsTold {
  readonly status: string
  readonly told: readonly DebugEvent[]
}

const cell = compileCell(
  'cell',
  `const x = tf.range(0, 6).reshape([2, 3])
function f(k) {
  const scaled = k * 2
  return scaled
}
let total = 0
for (const k of [1, 2, 3]) total += f(k)
console.log('before the end')
total`,
  true,
)
assert.ok(cell.ok)
const expression = compileExpression('"ünï ✓ ".repeat(400) + scaled', ['scaled', 'k'])
assert.ok(expression.ok)

/** The same conversation everywhere: many short commands, a long one, changes of breakpoints, a page of a tensor. */
async function converse(place: Place): Promise<void> {
  const shorts = Array.from({ length: 20 }, () => [{ kind: 'in' }] as DebugCommand[])
  const { status, told } = await place.step(
    cell.ok ? cell.cell : never(),
    { stopOnEntry: true, uncaught: true, breakpoints: {} },
    [
      [{ kind: 'breakpoints', breakpoints: { cell: [{ line: 4 }] } }, { kind: 'continue' }],
      [{ kind: 'evaluate', request: 7, frame: 0, code: expression.ok ? expression.code : '' }],
      [{ kind: 'breakpoints', breakpoints: {} }, { kind: 'over' }],
      ...shorts,
    ],
  )
  assert.equal(status, 'ok')
  const stops = told.filter((event): event is Stopped => event.kind === 'stopped')
  assert.deepEqual(
    stops.map(
      ({ reason, frames }) => `${reason} ${frames.map(({ name, line }) => `${name}:${line}`).join(' < ')}`,
    ),
    [
      ...['entry :1', 'breakpoint f:4 < :7', 'step :7'],
      ...[
        'step f:3 < :7',
        'step f:4 < :7',
        'step :7',
        'step f:3 < :7',
        'step f:4 < :7',
        'step :8',
        'step :9',
      ],
    ],
  )
  const evaluated = told.find((event) => event.kind === 'evaluated')
  assert.ok(evaluated?.kind === 'evaluated' && evaluated.request === 7)
  assert.match(evaluated.variable.value, /^'ünï ✓ ünï ✓/)
  assert.deepEqual(
    stops[1]!.first.map(({ name, value }) => `${name} ${value}`),
    ['k 1', 'scaled 2'],
  )
}

function never(): never {
  throw new Error('the cell compiles')
}

test('in a worker thread of Node', async () => {
  const { script, remove } = await buildNodeKernel()
  const stopFlag = createStopFlag()
  const client = new KernelClient(nodeTransport(script), { startMilliseconds: 60_000 })
  try {
    await client.start({ seed: 1, backend: 'wasm', wasm: await wasm(), stopFlag })
    const step: Place['step'] = async (cell, launch, answers) => {
      const told: DebugEvent[] = []
      const queue = [...answers]
      const onEvent = (event: DebugEvent) => {
        told.push(event)
        for (const command of queue.shift() ?? [{ kind: 'continue' } as const]) client.debug(command)
      }
      const { status } = await client.execute(cell, 1, () => {}, { launch, onEvent })
      return { status, told }
    }
    await converse({ step })
    // Stop reaches a cell that is paused.
    const endless = compileCell('endless', 'const kept = 1\nkept', true)
    assert.ok(endless.ok)
    const stopped = await client.execute(endless.cell, 2, () => {}, {
      launch: { stopOnEntry: true, uncaught: true, breakpoints: {} },
      onEvent: () => client.interrupt(),
    })
    assert.deepEqual([stopped.status, stopped.restartNeeded], ['interrupted', false])
  } finally {
    client.terminate()
    await remove()
  }
})

let browser: Browser
let page: Page

let kernel: string
let script: string
let files: Record<string, string>

before(async () => {
  ;[kernel, script] = await Promise.all([buildWebKernel(), buildPage()])
  const binaries = Object.entries(await wasm())
  files = Object.fromEntries(binaries.map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]))
  browser = await chromium.launch({ executablePath: await needChromium(), args: [...chromiumFlags] })
  page = await openPage('wasm')
})
after(() => browser?.close())

/** A page with a kernel. */
async function openPage(backend: BackendChoice): Promise<Page> {
  const page = await browser.newPage()
  await page.route('http://localhost/**', (route) =>
    route.request().url().endsWith('page.js')
      ? route.fulfill({ contentType: 'text/javascript', body: script })
      : route.fulfill({
          contentType: 'text/html',
          headers: { 'content-security-policy': POLICY },
          body: '<!doctype html><script src="/page.js"></script>',
        }),
  )
  await page.goto('http://localhost/')
  await page.evaluate(([text, backend, binaries]) => api.start(text, backend, binaries), [
    kernel,
    backend,
    files,
  ] as const)
  return page
}

const inPage: Place['step'] = (cell, launch, answers) =>
  page.evaluate(([cell, launch, answers]) => api.step(cell, launch, answers), [
    cell,
    launch,
    answers,
  ] as const)

test('in a Worker of a page without shared memory', async () => {
  assert.equal(await page.evaluate(() => typeof SharedArrayBuffer), 'undefined')
  await converse({ step: inPage })
})

test('Stop reaches a cell that is paused in a page, and its variables are kept', async () => {
  const paused = compileCell('paused', 'let kept = 1\nkept = 2', true)
  assert.ok(paused.ok)
  const { status } = await page.evaluate(([cell, launch]) => api.step(cell, launch, [], true), [
    paused.cell,
    { stopOnEntry: true, uncaught: true, breakpoints: {} },
  ] as const)
  assert.equal(status, 'interrupted')
})

test('a cell that is stepped through shows the numbers of tensors that are on a GPU, which goes on afterwards', async () => {
  // Apart, because a page has one kernel; and tensors that are small stay on the processor unless told otherwise.
  const gpu = await openPage('webgpu')
  const compiled = (id: string, source: string, stepped: boolean) => {
    const compiled = compileCell(id, source, stepped)
    return compiled.ok ? compiled.cell : never()
  }
  const run = (id: string, source: string) =>
    gpu.evaluate((cell) => api.run(cell), compiled(id, source, false))
  const before = "tf.env().set('WEBGPU_CPU_FORWARD', false)\nconst a = tf.range(1, 4).mul(tf.scalar(2))"
  assert.equal((await run('before', before)).outcome.status, 'ok')
  const over = [{ kind: 'over' }] as DebugCommand[]
  const { status, told } = await gpu.evaluate(([cell, launch, answers]) => api.step(cell, launch, answers), [
    compiled('cell', 'const b = a.mul(tf.scalar(10))\nconst done = true', true),
    { stopOnEntry: true, uncaught: true, breakpoints: {} },
    [[], over, [{ kind: 'variables', request: 1, reference: 2 }], over],
  ] as const)
  const after = await run('after', 'console.log(tf.getBackend(), String(await a.add(b).data()))')
  const devices = await gpu.evaluate(() => api.devices.map(({ device }) => device.backend))
  await gpu.close()
  assert.equal(status, 'ok')
  assert.deepEqual(told[0], { kind: 'moved', device: 'WASM SIMD' })
  const stops = told.filter((event): event is Stopped => event.kind === 'stopped')
  assert.match(
    stops.at(-1)!.first.map(({ name, value }) => `${name} ${value}`)[0]!,
    /^b float32 \[3\] mean 40 /,
  )
  const asked = told.find((event) => event.kind === 'variables')
  assert.match(
    asked?.variables.map(({ name, value }) => `${name} ${value}`)[0] ?? '',
    /^a float32 \[3\] mean 4 /,
  )
  const printed = after.events.map((event) => (event.kind === 'stream' ? event.text : '')).join('')
  assert.equal(printed, 'webgpu 22,44,66\n')
  assert.deepEqual(devices, ['wasm', 'webgpu'])
})
