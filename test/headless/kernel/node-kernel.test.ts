/** The kernel in a worker thread, driven as the command line drives it. */
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import {
  KernelClient,
  KernelStartError,
  type ClientOptions,
  type Transport,
} from '../../../src/kernel/client'
import { createStopFlag, nodeTransport } from '../../../src/kernel/client.node'
import { compileCell } from '../../../src/kernel/compile/compile'
import type { OutputEvent, Status } from '../../../src/kernel/protocol'
import { leftBehind, plainTexts } from '../../unit/session/harness'
import { buildNodeKernel, wasm } from './build'

let kernel: Awaited<ReturnType<typeof buildNodeKernel>>
let files: Awaited<ReturnType<typeof wasm>>
const clients: KernelClient[] = []

before(async () => {
  kernel = await buildNodeKernel()
  files = await wasm()
})
afterEach(() => {
  for (const client of clients.splice(0)) client.terminate()
})
after(() => kernel.remove())

async function start(options: ClientOptions & { shared?: boolean; transport?: Transport } = {}) {
  const client = new KernelClient(options.transport ?? nodeTransport(kernel.script), options)
  clients.push(client)
  await client.start({
    seed: 1,
    backend: 'wasm',
    wasm: files,
    ...(options.shared !== false && { stopFlag: createStopFlag() }),
  })
  return client
}

function run(client: KernelClient, source: string, id = 'cell') {
  const compiled = compileCell(id, source)
  assert.ok(compiled.ok, 'the cell compiles')
  const events: OutputEvent[] = []
  let seen = () => {}
  /** Resolves at the first output. */
  const started = new Promise<void>((resolve) => (seen = resolve))
  const done = client
    .execute(compiled.cell, 1, (event) => {
      events.push(event)
      seen()
    })
    .then((outcome) => ({ outcome, texts: plainTexts(events), events }))
  return { done, started }
}

/** Starts a cell, presses Stop once it has shown something, and returns how it ended. */
async function stopped(client: KernelClient, source: string) {
  const { done, started } = run(client, source)
  await started
  client.interrupt()
  return (await done).outcome
}

/** Whether variables of before are there, and the next cell runs. */
async function assertAlive(client: KernelClient, kept = 'kept') {
  const { outcome, texts } = await run(client, kept).done
  assert.deepEqual([outcome.status, texts], ['ok', ['1']])
}

test('a kernel starts on the device that was asked for, and runs cells in the order given', async () => {
  const client = await start()
  assert.equal(client.device?.backend, 'wasm')
  const runs = ['let a = 1', 'a = a + 1', 'a'].map((source) => run(client, source).done)
  const [, , last] = await Promise.all(runs)
  assert.deepEqual(last?.texts, ['2'])
  const status = new Promise<Status>((resolve) => client.on('status', resolve))
  client.inspect()
  const { name, kind, summary } = (await status).variables[0]!
  assert.deepEqual({ name, kind, summary }, { name: 'a', kind: 'number', summary: '2' })
})

test('Stop ends loops of every kind and keeps the variables', async () => {
  const client = await start()
  await run(client, 'let kept = 1; function spin() { while (true) {} }').done
  const cells = [
    "console.log('go'); spin()",
    "console.log('go'); for (;;);",
    "console.log('go'); do { try { throw 1 } catch {} } while (true)",
    "console.log('go'); while (true) { try { spin() } catch (error) { console.log(error) } finally { continue } }",
    "console.log('go'); const f = () => f2(); const f2 = () => { try { f() } catch { f() } }; f()",
    "console.log('go'); [1].forEach(function g(x, i, all) { all.push(x) ; while (x) all.length })",
    "console.log('go'); while (true) tf.tidy(() => tf.ones([64, 64]).matMul(tf.ones([64, 64])).sum().arraySync())",
    "console.log('go'); while (true) await null",
    "console.log('go'); await new Promise(() => {})",
    "console.log('go'); for await (const x of (async function* () { while (true) yield 1 })()) {}",
    "console.log('go'); while (true) { try { await Promise.reject(1) } catch {} }",
    "console.log('go'); setInterval(() => {}, 1); await new Promise(() => {})",
  ]
  for (const cell of cells) {
    assert.equal((await stopped(client, cell)).status, 'interrupted', cell)
    await assertAlive(client)
  }
})

test('Stop ends training and sampling, and keeps model and variables', async () => {
  const client = await start()
  await run(
    client,
    `import { data, vp, mlp, denoiser, train, sample, ddim } from 'genbook'
     let kept = 1
     const moons = data.moons()
     const model = denoiser(vp(), mlp({ dim: 2, hidden: [32] }))`,
  ).done
  const training = 'await train(model, moons, { steps: 1_000_000, batch: 64 })'
  assert.equal((await stopped(client, training)).status, 'interrupted')
  await assertAlive(client)
  const sampling =
    "console.log('go'); while (true) (await sample(ddim(model, { steps: 200 }), 512)).dispose()"
  assert.equal((await stopped(client, sampling)).status, 'interrupted')
  const { texts } = await run(client, '(await sample(ddim(model, { steps: 5 }), 4)).shape').done
  assert.deepEqual(texts, ['[4, 2]'])
})

test('a stopped run does not go on behind the next cell', async () => {
  const client = await start()
  await run(
    client,
    'let kept = 1; let ticks = 0; let resolve; let pending = new Promise((r) => (resolve = r))',
  ).done
  const outcome = await stopped(
    client,
    "console.log('go'); setInterval(() => ticks++, 1); await pending; kept = 2; ticks = -1",
  )
  assert.equal(outcome.status, 'interrupted')
  await run(client, 'const before = ticks; resolve(); await new Promise((r) => setTimeout(r, 30))').done
  assert.deepEqual((await run(client, '[kept, ticks - before]').done).texts, ['[1, 0]'])
})

test('Stop drops the cells that wait', async () => {
  const client = await start()
  const first = run(client, "console.log('go'); while (true) {}")
  const second = run(client, 'var ran = true')
  await first.started
  client.interrupt()
  assert.deepEqual(
    [(await first.done).outcome.status, (await second.done).outcome.status],
    ['interrupted', 'interrupted'],
  )
  assert.deepEqual((await run(client, 'typeof ran').done).texts, ["'undefined'"])
})

test('a callback left by an earlier cell cannot keep the kernel from stopping', async () => {
  const client = await start()
  const left = new Promise((resolve) => client.on('lateOutput', resolve))
  await run(
    client,
    "let kept = 1; setTimeout(() => { console.log('blocked'); while (true) {} }, 200); undefined",
  ).done
  await left
  const blocked = run(client, 'kept').done
  client.interrupt()
  assert.equal((await blocked).outcome.status, 'interrupted')
  await assertAlive(client)
})

test('a run that will not stop takes the kernel with it, and says what is lost', async () => {
  // Without shared memory the kernel cannot see the sign in the middle of a loop.
  const client = await start({ shared: false, graceMilliseconds: 200 })
  const exits: string[] = []
  client.on('exit', (reason) => exits.push(reason))
  const outcome = await stopped(client, "console.log('go'); while (true) {}")
  assert.equal(outcome.restartNeeded, true)
  assert.ok(outcome.status === 'error')
  assert.match(outcome.error.message, /did not stop within 0\.2 s.*variables are gone.*Restart and Run Above/)
  assert.equal(exits.length, 1)
  const next = await run(client, '1').done
  assert.equal(next.outcome.restartNeeded, true)
})

test('a kernel that dies in mid-run ends the run with an error that says so', async () => {
  const client = await start()
  const { outcome } = await run(client, 'process.exit(3)').done
  assert.ok(outcome.status === 'error' && outcome.restartNeeded)
  assert.match(outcome.error.message, /ended by itself with status 3\. .*Restart and Run Above/)
})

test('a driver of another version is refused with a reason', async () => {
  const real = nodeTransport(kernel.script)
  const transport: Transport = {
    ...real,
    post: (message) => real.post(message.type === 'initialize' ? { ...message, protocol: 99 } : message),
  }
  await assert.rejects(start({ transport }), (error) => {
    assert.ok(error instanceof KernelStartError)
    assert.match(error.message, /protocol \d+, but .* protocol 99/)
    return true
  })
})

test('a kernel that never answers has failed to start', async () => {
  const silent: Transport = { post() {}, onMessage() {}, onExit() {}, terminate() {} }
  await assert.rejects(start({ transport: silent, startMilliseconds: 20 }), /not ready within 0\.02 s/)
})

test('a flood of lines neither drowns the driver nor slows the next cell', async () => {
  const client = await start()
  const flood = "for (let i = 0; i < 1e6; i++) console.log('line', i)"
  const { outcome, events, texts } = await run(client, flood).done
  assert.equal(outcome.status, 'ok')
  assert.ok(events.length < 500, `${events.length} events`)
  assert.ok(texts.join('').length < 210_000)
  assert.match(texts.join(''), /more characters in 9\d\d,\d\d\d lines were dropped/)
})

test('an object of 100 MB is shown as its beginning, and stays a variable', async () => {
  const client = await start()
  const big = "const big = { text: 'x'.repeat(5e7), rows: Array.from({ length: 1e6 }, (_, i) => i) }; big"
  const { outcome, texts } = await run(client, big).done
  assert.equal(outcome.status, 'ok')
  assert.ok(texts.join('').length < 10_000)
  assert.match(texts.join(''), /50,000,000 characters/)
  const html = await run(client, "display.html('x'.repeat(5e7))").done
  assert.match(html.texts.join(''), /Not shown: this output \(text\/html.*50\.0 MB|100\.0 MB/)
  assert.deepEqual((await run(client, 'big.rows.length').done).texts, ['1000000'])
})

test('a rejection that nobody handles fails its cell, and a late one is reported as its cell’s', async () => {
  const client = await start()
  const late: [string, string][] = []
  client.on('lateError', (cell, error) => late.push([cell, error.message]))
  const { outcome } = await run(client, "const p = Promise.reject(new Error('unhandled'))", 'a').done
  assert.ok(outcome.status === 'error')
  assert.equal(outcome.error.message, 'unhandled')
  assert.equal(outcome.error.frames[0]?.cell, 'a')
  const cells = leftBehind("void (async () => { await undefined; throw new Error('x') })()")
  await run(client, cells.leave, 'b').done
  await run(client, cells.await, 'c').done
  assert.deepEqual(late, [['b', 'x']])
})

test('what a finished cell shows later arrives as late output', async () => {
  const client = await start()
  const late: [string, OutputEvent][] = []
  const arrived = new Promise<void>((resolve) =>
    client.on('lateOutput', (cell, event) => {
      late.push([cell, event])
      resolve()
    }),
  )
  const cells = leftBehind("console.log('tick')")
  await run(client, cells.leave, 'a').done
  await run(client, cells.await, 'b').done
  await arrived
  assert.deepEqual(late, [['a', { kind: 'stream', name: 'stdout', text: 'tick\n' }]])
})

test('output of a loop that never yields arrives while it runs', async () => {
  const client = await start()
  const { done, started } = run(client, "console.log('first'); while (true) {}")
  await started
  client.interrupt()
  assert.deepEqual((await done).texts, ['first\n'])
})

test('a cell that changes the device is believed, before its end is told', async () => {
  const client = await start()
  const told: string[] = []
  client.on('device', ({ backend, name }, lost) => told.push(`${backend} ${name} ${lost}`))
  const { done } = run(client, "await tf.setBackend('cpu')")
  await done
  assert.deepEqual(told, ['cpu JavaScript false'])
  assert.equal(client.device?.backend, 'cpu')
  await run(client, '1').done
  assert.equal(told.length, 1, 'once')
  await run(client, "await tf.setBackend('wasm')").done
  assert.match(told[1]!, /^wasm WASM/)
})

test('statistics and contents of a variable come through the client, and a dead kernel says so', async () => {
  const client = await start()
  await run(client, 'const x = tf.tensor1d([1, 3])').done
  const summary = new Promise<number | undefined>((resolve) =>
    client.on('summary', ({ statistics }) => resolve(statistics?.finite?.mean)),
  )
  client.summarise(['x'])
  assert.equal(await summary, 2)
  const table = await client.view('x', { kind: 'table', row: 0, rows: 1 })
  assert.ok(table.kind === 'table' && table.rows[0]?.cells[0] === '1')
  client.terminate()
  const gone = await client.view('x', { kind: 'image' })
  assert.ok(gone.kind === 'failed' && /variables of this notebook are gone/.test(gone.reason))
})

test('a cell that asks where nobody listens gets its default, or an error', async () => {
  const client = await start()
  const asking = (options: string) =>
    run(client, `import { input } from 'genbook'\nawait input('n?'${options})`).done
  assert.deepEqual((await asking(', { default: 3 }')).texts, ['3'])
  const { outcome } = await asking('')
  assert.ok(outcome.status === 'error')
  assert.equal(outcome.error.message, '“n?” was not answered: there is nobody to ask.')
})
