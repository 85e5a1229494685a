/** The kernel as a blob Worker of a page in Chromium, under a content security policy like a webview's. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chromium, type Browser, type Page } from 'playwright-core'
import { chromiumFlags, needChromium } from '../../../scripts/chromium.mjs'
import { compileCell } from '../../../src/kernel/compile/compile'
import type { BackendChoice } from '../../../src/kernel/protocol'
import { leftBehind, plainTexts } from '../../unit/session/harness'
import { buildPage, buildWebKernel, wasm } from './build'
import type { PageApi } from './page'

declare const api: PageApi

const POLICY =
  "default-src 'none'; script-src 'self' 'unsafe-eval' 'wasm-unsafe-eval' blob:; worker-src blob:; connect-src blob:"

let browser: Browser
let kernel: string
let script: string
let files: Record<string, string>
/** A page with a kernel on WASM. */
let page: Page
let device: string

before(async () => {
  ;[kernel, script] = await Promise.all([buildWebKernel(), buildPage()])
  const binaries = Object.entries(await wasm())
  files = Object.fromEntries(binaries.map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]))
  const executablePath = await needChromium()
  browser = await chromium.launch({ executablePath, args: [...chromiumFlags] })
  const opened = await open('wasm')
  page = opened.page
  device = opened.device.name
})
after(() => browser?.close())

async function open(backend: BackendChoice, threads = 0) {
  const page = await browser.newPage()
  // The address is answered here; localhost counts as a secure context, which WebGPU asks for.
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
  const device = await page.evaluate(
    ([text, choice, binaries, threads]) => api.start(text, choice, binaries, threads),
    [kernel, backend, files, threads] as const,
  )
  return { page, device }
}

async function run(page: Page, source: string, stop?: number) {
  const compiled = compileCell('cell', source)
  assert.ok(compiled.ok, 'the cell compiles')
  const { outcome, events } = await page.evaluate(([cell, delay]) => api.run(cell, delay), [
    compiled.cell,
    stop,
  ] as const)
  return { outcome, events, texts: plainTexts(events) }
}

test('cells run in a page’s Worker: results, errors with their lines, pictures, late errors', async () => {
  assert.equal(device, 'WASM SIMD')
  assert.deepEqual((await run(page, 'const x = tf.ones([3]); x.sum().arraySync()')).texts, ['3'])
  const { outcome } = await run(page, 'function f() {\n  return missing\n}\nawait null\nf()')
  assert.ok(outcome.status === 'error')
  assert.deepEqual(
    outcome.error.frames.map(({ function: name, line, column }) => [name, line, column]),
    [
      ['f', 2, 10],
      ['', 5, 1],
    ],
  )
  const { events } = await run(page, 'display.image(tf.ones([2, 2]))')
  assert.ok(events[0]?.kind === 'display' && 'image/png' in events[0].bundle)
  const unhandled = await run(page, "Promise.reject(new Error('unhandled')); undefined")
  assert.ok(unhandled.outcome.status === 'error')
  assert.equal(unhandled.outcome.error.message, 'unhandled')
  const cells = leftBehind("throw new Error('late')")
  await run(page, cells.leave)
  await run(page, cells.await)
  assert.deepEqual(await page.evaluate(() => api.late), [['cell', 'late']])
})

test('Stop reaches synchronous loops without shared memory, and keeps the variables', async () => {
  assert.equal(await page.evaluate(() => typeof SharedArrayBuffer), 'undefined')
  await run(
    page,
    `import { data, vp, mlp, denoiser, train } from 'genbook'
     let kept = 1; function spin() { while (true) {} }
     const model = denoiser(vp(), mlp({ dim: 2, hidden: [16] }))`,
  )
  const cells = [
    "console.log('go'); spin()",
    "console.log('go'); while (true) { try { spin() } catch {} }",
    "console.log('go'); await new Promise(() => {})",
    'await train(model, data.moons(), { steps: 1_000_000, batch: 32 })',
  ]
  for (const cell of cells) {
    const { outcome } = await run(page, cell, 50)
    assert.equal(outcome.status, 'interrupted', cell)
    assert.deepEqual((await run(page, 'kept')).texts, ['1'])
  }
})

test('walks are shared with workers of the worker, which are blobs too, with the same numbers', async () => {
  const cell = (seed: number) => `
    import { ancestral, ddpm, denoiser, mlp, sample } from 'genbook'
    const model${seed} = denoiser(ddpm(), mlp({ dim: 2, hidden: [64, 64] }), { predicts: 'noise' })
    const x${seed} = await sample(ancestral(model${seed}, { steps: 100 }), 2000)
    tf.sum(tf.abs(x${seed})).dataSync()[0]`
  const shared = await open('wasm', 3)
  const alone = await open('wasm', 1)
  const expected = (await run(alone.page, cell(1))).texts
  // Until workers were there in time: what a cell draws depends on its id, which is always the same here.
  do assert.deepEqual((await run(shared.page, cell(1))).texts, expected)
  while (shared.page.workers().length < 3)
  assert.deepEqual((await run(shared.page, cell(1))).texts, expected)
  const paths = await shared.page.evaluate(() => api.paths)
  assert.match(paths.at(-1)!, /^WASM SIMD.*, 3 threads$/)
  await shared.page.close()
  await alone.page.close()
})

test('a cell may run as long as it likes while nobody presses Stop', async () => {
  const long = 'const start = performance.now(); while (performance.now() - start < 1200) {} true'
  assert.deepEqual((await run(page, long)).texts, ['true'])
})

test('the policy keeps the network away from cells', async () => {
  const { texts } = await run(
    page,
    "await globalThis.fetch('http://localhost/').then(() => 'reached', () => 'blocked')",
  )
  assert.deepEqual(texts, ["'blocked'"])
})

test('gradients of losses that contain derivatives are the same on a software GPU as on WASM', async () => {
  // What WASM computes is compared with differences in doubles elsewhere. Of large gradients the first forty numbers will do. Small tensors must not be computed on the processor.
  const cell = `import {
      bijections, currentStream, denoiser, energyNetwork, flow, glowStep, hyvarinenScoreMatching, jointEnergyModel, mlp, realNvp,
      scoreNetwork, slicedScoreMatching, splineFlow, timeFeatures, unet, vp,
    } from 'genbook'
    tf.env().set('WEBGPU_CPU_FORWARD', false)
    const points = currentStream().normalTensor([3, 2])
    const awake = (model) => {
      for (const name of Object.keys(model.params).sort())
        model.params[name].assign(currentStream().normalTensor(model.params[name].shape).mul(0.5))
      return model
    }
    const found = {}
    const note = async (name, model, loss) => {
      const { grads } = tf.variableGrads(loss, Object.values(model.params))
      for (const [param, value] of Object.entries(model.params)) found[name + ' ' + param] = Array.from(await grads[value.name].data()).slice(0, 40)
    }
    for (const activation of ['silu', 'softplus', 'tanh', 'sine']) {
      const model = awake(scoreNetwork({ dim: 2, hidden: [4, 3], activation }))
      await note('Hyvärinen ' + activation, model, () => hyvarinenScoreMatching(model, points))
      const energy = awake(energyNetwork({ dim: 2, hidden: [4], activation }))
      await note('energy ' + activation, energy, () => slicedScoreMatching(energy, points, { law: 'rademacher' }))
    }
    const timed = awake(denoiser(vp(), mlp({ dim: 2, hidden: [4, 4], embedding: 4 })))
    await note('time', timed, () => hyvarinenScoreMatching(timed.at(0.4), points))
    const joint = awake(jointEnergyModel({ dim: 2, classes: 3, hidden: [4] }))
    await note('joint', joint, () => slicedScoreMatching(joint, points))
    for (const [name, map] of Object.entries({
      'affine couplings': realNvp({ dim: 2, couplings: 2, hidden: [4] }),
      splines: splineFlow({ dim: 2, couplings: 2, hidden: [4], bins: 3 }),
      residual: bijections.residual({ dim: 2, hidden: [4] }),
    })) {
      const model = awake(flow(map))
      await note(name, model, () => slicedScoreMatching(model, points))
    }
    const pictures = currentStream().normalTensor([2, 4, 4, 1])
    const network = unet({ shape: [4, 4, 1], channels: 4, groups: 2, time: timeFeatures.geometric(4) })
    const seen = awake(denoiser(vp(), network))
    await note('pictures', seen, () => slicedScoreMatching(seen.at(0.4), pictures))
    console.log(JSON.stringify(found))`
  const gradients = async (page: Page) => {
    const { events, outcome } = await run(page, cell)
    assert.equal(outcome.status, 'ok', JSON.stringify(outcome))
    const printed = events.map((event) => (event.kind === 'stream' ? event.text : '')).join('')
    return Object.values(JSON.parse(printed) as Record<string, number[]>)
  }
  const gpu = await open('webgpu')
  const [wasm, webgpu] = [await gradients(page), await gradients(gpu.page)]
  await gpu.page.close()
  assert.ok(wasm.length > 80, `${wasm.length} gradients`)
  assert.equal(webgpu.length, wasm.length)
  for (const [which, expected] of wasm.entries()) {
    const largest = Math.max(...expected.map(Math.abs))
    // Three derivatives of single-precision functions, summed over terms of about one; a wrong one is off by its own size.
    for (const [i, value] of expected.entries())
      assert.ok(
        Math.abs(webgpu[which]![i]! - value) <= 1e-3 * Math.max(largest, 0.3),
        `gradient ${which}: ${webgpu[which]!.join()} instead of ${expected.join()}`,
      )
  }
})

test('an untrained network has the same outputs on a software GPU as on WASM, from the same random numbers', async () => {
  // The example's network and sizes: 1,024 points of the moons at a time in the middle.
  const cell = `import { data, vp, mlp, denoiser } from 'genbook'
    const fresh = denoiser(vp(), mlp({ dim: 2, hidden: [64, 64, 64] }), { predicts: 'noise' })
    const points = data.moons({ noise: 0.05 }).draw(1024)
    const read = async (x) => Array.from(await x.data())
    console.log(JSON.stringify([await read(points), await read(fresh.predict(points, 0.5).noise), await read(fresh.score(points, 0.1))]))`
  const numbers = async (page: Page) => {
    const { events, outcome } = await run(page, cell)
    assert.equal(outcome.status, 'ok', JSON.stringify(outcome))
    const printed = events.map((event) => (event.kind === 'stream' ? event.text : '')).join('')
    return JSON.parse(printed) as [number[], number[], number[]]
  }
  const gpu = await open('webgpu')
  assert.equal(gpu.device.backend, 'webgpu')
  const [wasm, webgpu] = [await numbers(page), await numbers(gpu.page)]
  await gpu.page.close()
  wasm.forEach((expected, which) => {
    const found = webgpu[which]!
    assert.equal(found.length, 2048)
    const largest = Math.max(...expected.map(Math.abs))
    const difference = Math.max(...expected.map((value, i) => Math.abs(value - found[i]!)))
    assert.ok(largest > 0)
    assert.ok(difference <= 1e-4 * largest, `output ${which} differs by ${difference} of ${largest}`)
  })
})

test('training and sampling in few dispatches give on a software GPU what they give on WASM; a lost GPU ends them', async () => {
  const cell = `import { ancestral, data, denoiser, mlp, sample, train, vp } from 'genbook'
    const quick = denoiser(vp(), mlp({ dim: 2, hidden: [8, 8], embedding: 4 }), { predicts: 'v' })
    const { losses } = await train(quick, data.moons(), { steps: 8, batch: 16 })
    const drawn = await sample(ancestral(quick, { steps: 6 }), 40)
    console.log(JSON.stringify([losses, Array.from(await drawn.data())]))`
  const numbers = async (page: Page) => {
    const { events, outcome } = await run(page, cell)
    assert.equal(outcome.status, 'ok', JSON.stringify(outcome))
    const printed = events.map((event) => (event.kind === 'stream' ? event.text : '')).join('')
    return JSON.parse(printed) as [number[], number[]]
  }
  const gpu = await open('webgpu')
  const [wasm, webgpu] = [await numbers(page), await numbers(gpu.page)]
  for (const [which, expected] of wasm.entries())
    for (const [i, value] of expected.entries())
      assert.ok(Math.abs(webgpu[which]![i]! - value) <= 1e-3 * Math.max(1, Math.abs(value)), `${which}, ${i}`)
  const running = run(
    gpu.page,
    "console.log('begun'); await sample(ancestral(quick, { steps: 1000 }), 200_000)",
  )
  const devtools = await browser.newBrowserCDPSession()
  await devtools.send('Browser.crashGpuProcess')
  const { outcome } = await running
  assert.ok(outcome.status === 'error', JSON.stringify(outcome))
  assert.match(outcome.error.message, /was lost/)
  await gpu.page.close()
})

test('a software GPU runs cells where it is asked for; when it is lost, cells go on without it', async () => {
  const { page, device } = await open('webgpu')
  assert.deepEqual([device.backend, device.software], ['webgpu', true])
  const { texts } = await run(page, "display(tf.range(0, 4)); console.log('after'); tf.ones([2]).add(1)")
  assert.deepEqual(
    texts.map((text) => text.trim().split('\n').slice(0, 2).join(': ')),
    [
      'Tensor float32 [4]: mean 1.5 ± 1.118, min 0, max 3',
      'after',
      'Tensor float32 [2]: mean 2 ± 0, min 2, max 2',
    ],
  )
  // Large enough that TensorFlow.js does not compute it on the processor.
  const running = run(page, 'while (true) await tf.ones([64, 64]).matMul(tf.ones([64, 64])).data()')
  const devtools = await browser.newBrowserCDPSession()
  await devtools.send('Browser.crashGpuProcess')
  const { outcome } = await running
  assert.ok(outcome.status === 'error', JSON.stringify(outcome))
  assert.match(outcome.error.message, /SwiftShader \(software\) was lost.*run the cells that make them again/)
  const after = await run(page, 'tf.ones([2]).add(1).arraySync()')
  assert.deepEqual(after.texts, ['[2, 2]'])
  const [change] = await page.evaluate(() => api.devices)
  assert.deepEqual([change?.lost, change?.device.backend], [true, 'wasm'])
  assert.match(change?.device.reason ?? '', /was lost/)
})
