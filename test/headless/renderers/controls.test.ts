/** Controls, captions, the time slider and drawing, in the notebook's output page and in a report on disk. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { after, before, describe, test } from 'node:test'
import type { Browser, Locator, Page } from 'playwright-core'
import {
  CAPTION_MIME,
  captionBundle,
  CONTROLS_MIME,
  packBytes,
  unpackBytes,
  type ControlSpec,
} from '../../../src/renderers/controls'
import type { RendererMessage } from '../../../src/renderers/controls/messages'
import { figureBundle, padFigure, trajectoriesFigure } from '../../../src/renderers/figures'
import { renderReport } from '../../../src/renderers/report'
import { bundleRenderer, bundleReport, launch, OutputPage } from './browser'
import { figures } from './fixtures'

let browser: Browser
let output: OutputPage
before(async () => {
  const [started, renderer] = await Promise.all([launch(), bundleRenderer()])
  browser = started
  output = await OutputPage.open(browser, renderer, '', { messaging: true })
})
after(() => browser.close())

const specs: ControlSpec[] = [
  { kind: 'slider', id: 'a/0', label: 'γ', from: 0, to: 8, step: 0.5, value: 2 },
  { kind: 'choice', id: 'a/1', label: 'sampler', options: ['ddim', 'heun'], value: 'ddim' },
  { kind: 'toggle', id: 'a/2', label: 'show data', value: false },
  { kind: 'button', id: 'a/3', label: 'Draw again', value: 0 },
]

/** Runs on a cleared page, which must stay free of errors and requests. */
async function onPage(run: (page: Page) => Promise<void>): Promise<void> {
  await output.clear()
  await output.receive({ type: 'live', cells: [], computing: [] })
  await output.posted()
  await run(output.page)
  assert.deepEqual(output.requests, [])
  assert.deepEqual(output.errors, [])
}

void describe('controls', () => {
  test('a renderer asks for the state as soon as it begins', async () => {
    const renderer = await bundleRenderer()
    const fresh = await OutputPage.open(browser, renderer, '', { messaging: true })
    assert.deepEqual(await fresh.posted(), [{ type: 'hello' }])
    await fresh.page.close()
  })

  test('sleep until their cell has run, and say what to do; then a person reaches each by its label', () =>
    onPage(async (page) => {
      await output.show('panel', specs, CONTROLS_MIME)
      assert.ok(await page.getByLabel('γ').isDisabled())
      assert.ok(await page.getByRole('button', { name: 'Draw again' }).isDisabled())
      assert.equal(
        await page.locator('.genbook-controls [role=status]').innerText(),
        'Run the cell to use them.',
      )
      await output.receive({ type: 'live', cells: ['a'], computing: [] })
      assert.equal(await page.locator('.genbook-controls [role=status]').innerText(), '')
      await page.getByLabel('γ').press('ArrowRight')
      assert.deepEqual(await output.posted(), [
        { type: 'change', control: 'a/0', value: 2.5, settled: false },
        { type: 'change', control: 'a/0', value: 2.5, settled: true },
      ])
      await page.getByLabel('sampler').selectOption('heun')
      await page.getByLabel('show data').check()
      await page.getByRole('button', { name: 'Draw again' }).click()
      assert.deepEqual(await output.posted(), [
        { type: 'change', control: 'a/1', value: 'heun', settled: true },
        { type: 'change', control: 'a/2', value: true, settled: true },
        { type: 'change', control: 'a/3', value: null, settled: true },
      ])
    }))

  test('keep focus and hand while their stored value arrives, and take it otherwise', () =>
    onPage(async (page) => {
      await output.receive({ type: 'live', cells: ['a'], computing: [] })
      await output.show('panel', specs, CONTROLS_MIME)
      const slider = page.getByLabel('γ')
      const box = (await slider.boundingBox())!
      await page.mouse.move(box.x + box.width * 0.25, box.y + box.height / 2)
      await page.mouse.down()
      await page.mouse.move(box.x + box.width * 0.75, box.y + box.height / 2, { steps: 4 })
      const held = await slider.inputValue()
      await output.show('panel', specs, CONTROLS_MIME)
      assert.equal(await slider.inputValue(), held)
      await page.mouse.up()
      assert.deepEqual((await output.posted()).at(-1), {
        type: 'change',
        control: 'a/0',
        value: Number(held),
        settled: true,
      })
      assert.ok(await slider.evaluate((element) => element === document.activeElement))
      await output.show('panel', [{ ...specs[0], value: 8 }, ...specs.slice(1)], CONTROLS_MIME)
      assert.equal(await slider.inputValue(), '8')
      assert.ok(await slider.evaluate((element) => element === document.activeElement))
    }))

  test('say that something is being computed, and stop it; the caption of the picture says so too', () =>
    onPage(async (page) => {
      await output.show('panel', specs, CONTROLS_MIME)
      await output.show('caption', { region: 'a/live/0', used: [['γ', '2']] }, CAPTION_MIME)
      await output.show(
        'other',
        { region: 'a/live/1', used: [['γ', '3']], error: 'RangeError: no' },
        CAPTION_MIME,
      )
      await output.receive({ type: 'live', cells: ['a'], computing: ['a/live/0'] })
      assert.equal(await page.locator('#caption').innerText(), 'γ = 2 · computing…')
      assert.match(await page.locator('#other [role=alert]').innerText(), /older[^]*RangeError: no/)
      await page.getByRole('button', { name: 'Stop' }).click()
      assert.deepEqual(await output.posted(), [{ type: 'stop' }])
      await output.receive({ type: 'live', cells: ['a'], computing: [] })
      assert.equal(await page.locator('#caption').innerText(), 'γ = 2')
      assert.ok(!(await page.getByRole('button', { name: 'Stop' }).isVisible()))
    }))

  test('what is no control is said, not drawn', () =>
    onPage(async (page) => {
      await output.show('panel', [{ kind: 'slider', id: 1 }], CONTROLS_MIME)
      assert.match(await page.locator('#panel').innerText(), /cannot be shown/)
    }))
})

void describe('a picture to paint on', () => {
  const spec: ControlSpec = {
    ...{ kind: 'painter', id: 'a/0', label: 'Sketch', paints: 'strokes', shape: [8, 8, 1] },
    ...{ value: packBytes(new Uint8Array(64)), blank: packBytes(new Uint8Array(64)) },
    colours: [
      { name: 'white', bytes: [255] },
      { name: 'grey', bytes: [128] },
    ],
  }
  /** The places of pixels that are not black, in what was told last. */
  const painted = (messages: readonly RendererMessage[]): number[] => {
    const last = messages.at(-1)
    assert.ok(last?.type === 'change')
    const bytes = unpackBytes((last.value as { pixels: string }).pixels, 64)!
    return [...bytes].flatMap((byte, place) => (byte ? [place] : []))
  }
  const begin = async (page: Page): Promise<Locator> => {
    await output.receive({ type: 'live', cells: ['a'], computing: [] })
    await output.show('painter', [spec], CONTROLS_MIME)
    return page.locator('#painter canvas')
  }

  test('follows the hand, keeps what was painted when it is stored, and takes strokes back', () =>
    onPage(async (page) => {
      const canvas = await begin(page)
      const box = (await canvas.boundingBox())!
      const at = (column: number, row: number) =>
        [box.x + ((column + 0.5) * box.width) / 8, box.y + ((row + 0.5) * box.height) / 8] as const
      await page.mouse.move(...at(1, 2))
      await page.mouse.down()
      await page.mouse.move(...at(5, 2), { steps: 3 })
      await page.mouse.up()
      const messages = await output.posted()
      assert.deepEqual(painted(messages), [17, 18, 19, 20, 21])
      const settled = messages.map((message) => message.type === 'change' && message.settled)
      assert.deepEqual(settled.slice(0, -1).includes(true), false, 'only when the hand is lifted')
      assert.equal(settled.at(-1), true)
      const last = messages.at(-1)!
      assert.ok(last.type === 'change')
      const { pixels } = last.value as { pixels: string }
      // A grey dot, and then what was stored before it: the dot stays.
      await page.getByRole('button', { name: 'grey' }).click()
      await page.mouse.click(...at(0, 0))
      await output.show('painter', [{ ...spec, value: pixels }], CONTROLS_MIME)
      await page.getByRole('button', { name: 'Eraser' }).click()
      await page.mouse.click(...at(1, 2))
      assert.deepEqual(painted(await output.posted()), [0, 18, 19, 20, 21])
      await page.getByRole('button', { name: 'Undo' }).click()
      await page.getByRole('button', { name: 'Undo' }).click()
      assert.deepEqual(painted(await output.posted()), [17, 18, 19, 20, 21])
      await page.getByRole('button', { name: 'Clear' }).click()
      assert.deepEqual(painted(await output.posted()), [])
      // What comes from elsewhere is shown.
      await output.posted()
      await output.show('painter', [{ ...spec, value: packBytes(new Uint8Array(64)) }], CONTROLS_MIME)
      await output.show('painter', [{ ...spec, value: pixels }], CONTROLS_MIME)
      const corner = await canvas.evaluate((canvas: HTMLCanvasElement) =>
        Array.from(canvas.getContext('2d')!.getImageData(1, 2, 1, 1).data),
      )
      assert.deepEqual(corner, [255, 255, 255, 255])
    }))

  test('is painted by keyboard, whose keys go no further', () =>
    onPage(async (page) => {
      const canvas = await begin(page)
      await page.evaluate(() => {
        const heard = ((window as unknown as { heard: string[] }).heard = [] as string[])
        document.addEventListener('keydown', ({ code }) => heard.push(code))
      })
      await canvas.focus()
      await page.keyboard.press('ArrowLeft')
      await page.keyboard.press('Space')
      assert.deepEqual(painted(await output.posted()), [35])
      await page.keyboard.press('Shift+ArrowUp')
      await page.keyboard.press('Shift+ArrowUp')
      assert.deepEqual(painted(await output.posted()), [19, 27, 35])
      assert.equal(await page.locator('#painter [role=status]').first().innerText(), '4, 3')
      await page.keyboard.press('Control+z')
      await page.keyboard.press('+')
      await page.keyboard.press('+')
      await page.keyboard.press('Enter')
      assert.equal(painted(await output.posted()).length, 9 + 1, 'three pixels wide, and the dot below')
      const heard = await page.evaluate(() => (window as unknown as { heard: string[] }).heard)
      assert.deepEqual(
        heard.filter((code) => !code.startsWith('Shift') && !code.startsWith('Control')),
        [],
      )
    }))

  test('sleeps until its cell has run, and offers to be used where a cell waits', () =>
    onPage(async (page) => {
      await output.show('painter', [spec], CONTROLS_MIME)
      const canvas = page.locator('#painter canvas')
      await canvas.click()
      await canvas.press('Space')
      assert.deepEqual(await output.posted(), [])
      assert.ok(await page.getByRole('button', { name: 'Undo' }).isDisabled())
      const done = page.getByRole('button', { name: 'Use this picture' })
      await output.receive({ type: 'live', cells: ['a'], computing: [] })
      assert.equal(await done.isVisible(), false)
      await canvas.press('Space')
      await output.show('painter', [{ ...spec, awaited: true }], CONTROLS_MIME)
      await output.posted()
      await done.click()
      const [message] = await output.posted()
      assert.ok(message?.type === 'change' && message.settled)
      assert.equal((message.value as { done?: true }).done, true)
      assert.deepEqual(painted([message]), [36], 'what was painted before the cell waited')
    }))
})

void describe('pictures', () => {
  test('are saved and opened through the extension, under the name of their title', () =>
    onPage(async (page) => {
      await output.show('a', figures.schedule!)
      for (const format of ['PNG', 'SVG']) {
        await page.getByRole('button', { name: `Save the picture as ${format}` }).click()
        await page.waitForFunction(() => (window as unknown as { posted: unknown[] }).posted.length > 0)
        const [message] = await output.posted()
        assert.ok(message?.type === 'save')
        assert.equal(message.name, `noise-schedule.${format.toLowerCase()}`)
        const start = Buffer.from(message.base64, 'base64').subarray(0, 4).toString('latin1')
        assert.equal(start, format === 'PNG' ? '\x89PNG' : '<svg')
      }
      await page.getByRole('button', { name: 'Open the picture large' }).click()
      const [message] = await output.posted()
      assert.ok(message?.type === 'open' && message.title === 'Noise schedule')
    }))

  test('where the clipboard is not allowed, the person is told what to do instead', () =>
    onPage(async (page) => {
      await output.show('a', figures.loss!)
      assert.equal(
        await page.evaluate(() => isSecureContext),
        false,
        'browsers keep the clipboard from such pages',
      )
      await page.getByRole('button', { name: 'Copy the picture' }).click()
      await page.locator('.genbook-tools').getByText('save the picture instead').waitFor()
    }))

  test('their buttons come in the order of the tabulator key', () =>
    onPage(async (page) => {
      await output.show('a', figures.loss!)
      await page.getByRole('button', { name: 'Copy the picture' }).focus()
      for (const name of ['Save the picture as PNG', 'Save the picture as SVG', 'Open the picture large']) {
        await page.keyboard.press('Tab')
        assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), name)
      }
    }))
})

/** Two particles in the plane at three times. */
const moving = trajectoriesFigure([
  { name: 'ddim', t: [1, 0.5, 0], states: [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5], shape: [3, 2, 2] },
])

/** Where the particles are drawn, in their own units. */
const places = (page: Page) =>
  page.evaluate(() => {
    const plot = document.querySelector('.js-plotly-plot') as unknown as {
      readonly _fullData: readonly { readonly x: ArrayLike<number> }[]
    }
    return Array.from(plot._fullData.at(-1)!.x)
  })

async function checkTime(page: Page): Promise<void> {
  const slider = page.getByLabel('Time')
  await slider.waitFor()
  assert.equal(await page.locator('.slider-container').count(), 0, 'Plotly’s own slider is replaced')
  assert.deepEqual(await places(page), [4, 5])
  assert.equal(await slider.getAttribute('aria-valuetext'), 't = 0')
  await slider.press('ArrowLeft')
  await page.waitForFunction(() => document.querySelector('.genbook-time output')!.textContent === 't = 0.5')
  await until(async () => (await places(page)).join() === '2,3')
  await slider.press('Home')
  await until(async () => (await places(page)).join() === '0,1')
  await page.getByRole('button', { name: 'Play' }).click()
  await until(async () => (await places(page)).join() === '4,5')
  await page.getByRole('button', { name: 'Play' }).waitFor()
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10))
}

void describe('the time slider', () => {
  test('moves the particles without any session, by keyboard and by playing', () =>
    onPage(async (page) => {
      await output.show('a', moving)
      await checkTime(page)
      // A change of theme draws anew, at the moment that was chosen.
      await page.getByLabel('Time').press('Home')
      await until(async () => (await places(page)).join() === '0,1')
      await output.theme('contrast')
      await output.show('a', moving)
      assert.deepEqual(await places(page), [0, 1])
    }))

  test('works in a report that is opened from disk, with pictures to save and to enlarge', async () => {
    const scripts = await bundleReport()
    const outputs = [
      { output_type: 'display_data', data: figureBundle(moving) },
      { output_type: 'display_data', data: captionBundle({ region: 'a/live/0', used: [['γ', '2']] }) },
    ]
    const cells = [{ cell_type: 'code', source: 'plot.trajectories(paths)', outputs }]
    const folder = mkdtempSync(join(tmpdir(), 'genbook-report-'))
    const file = join(folder, 'report.html')
    writeFileSync(file, renderReport({ title: 'On disk', scripts, cells }))
    const page = await browser.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    const requests: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    await page.goto(pathToFileURL(file).href)
    await checkTime(page)
    assert.ok(await page.getByText('γ = 2').isVisible())
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save the picture as SVG' }).click(),
    ])
    assert.equal(saved.suggestedFilename(), 'trajectories.svg')
    await page.getByRole('button', { name: 'Open the picture large' }).click()
    const large = page.locator('dialog .js-plotly-plot .main-svg').first()
    await large.waitFor()
    assert.ok((await page.locator('dialog .js-plotly-plot').boundingBox())!.height > 400)
    await page.keyboard.press('Escape')
    await until(async () => (await page.locator('dialog').count()) === 0)
    assert.deepEqual(errors, [])
    assert.deepEqual(
      requests.filter((url) => !/^(file|data|blob):/.test(url)),
      [],
    )
    await page.close()
    rmSync(folder, { recursive: true })
  })
})

void describe('drawing', () => {
  const pad = padFigure({ x: [-2, 2], y: [-2, 2], classes: ['inner', 'outer'], control: 'a/0' })
  type Value = { points: [number, number][]; labels: number[]; done?: boolean }
  const last = async (): Promise<{ value: Value; settled: boolean }> => {
    const message = (await output.posted()).at(-1)
    assert.ok(message?.type === 'change' && message.control === 'a/0')
    return message as unknown as { value: Value; settled: boolean }
  }
  const surface = (page: Page): Locator => page.locator('.nsewdrag').first()

  test('by mouse: strokes of two classes, a spray, an eraser, undone one by one', () =>
    onPage(async (page) => {
      await output.show('pad', pad)
      const box = (await surface(page).boundingBox())!
      const at = (x: number, y: number) =>
        [box.x + ((x + 2) / 4) * box.width, box.y + ((2 - y) / 4) * box.height] as const
      const stroke = async (from: readonly [number, number], to: readonly [number, number]) => {
        await page.mouse.move(...at(...from))
        await page.mouse.down()
        await page.mouse.move(...at(...to), { steps: 8 })
        await page.mouse.up()
      }
      await stroke([-1, 0], [0, 0])
      const first = await last()
      assert.equal(first.settled, true)
      assert.ok(first.value.points.length > 3 && first.value.labels.every((label) => label === 0))
      await page.getByRole('button', { name: 'outer' }).click()
      await stroke([1, 1], [1, -1])
      const both = await last()
      assert.deepEqual([...new Set(both.value.labels)], [0, 1])
      await page.getByRole('button', { name: 'Spray' }).click()
      await stroke([-1, -1], [-1, -1.2])
      assert.ok((await last()).value.points.length >= both.value.points.length + 4)
      await page.getByRole('button', { name: 'Eraser' }).click()
      await stroke([1, 1.2], [1, -1.2])
      const erased = await last()
      assert.ok(erased.value.points.every(([x, y]) => Math.abs(x - 1) > 0.1 || Math.abs(y) > 1.2))
      const undo = page.getByRole('button', { name: 'Undo' })
      await undo.click()
      await undo.click()
      assert.deepEqual((await last()).value, both.value)
      await undo.click()
      assert.deepEqual((await last()).value, first.value)
      await page.getByRole('button', { name: 'Clear' }).click()
      assert.deepEqual((await last()).value.points, [])
      await undo.click()
      assert.deepEqual((await last()).value, first.value)
    }))

  test('by keyboard: the arrow keys move a cross, the space bar puts a point, Ctrl+Z takes it back', () =>
    onPage(async (page) => {
      await output.show('pad', pad)
      await page.getByRole('application').focus()
      for (const key of ['ArrowRight', 'ArrowRight', 'ArrowUp', 'Space', 'ArrowLeft', 'Enter'])
        await page.keyboard.press(key)
      assert.deepEqual((await last()).value.points, [
        [0.2, 0.1],
        [0.1, 0.1],
      ])
      assert.equal(await page.locator('.genbook-pad-place').innerText(), '0.1, 0.1')
      await page.keyboard.press('Control+z')
      assert.deepEqual((await last()).value.points, [[0.2, 0.1]])
    }))

  test('a cell that waits is told when the person is done; what was stored is there again', () =>
    onPage(async (page) => {
      const points = [{ x: 1, y: 1, label: 1 }]
      await output.show(
        'pad',
        padFigure({ x: [-2, 2], y: [-2, 2], control: 'a/0', points, classes: ['a', 'b'] }),
      )
      assert.ok(!(await page.getByRole('button', { name: 'Use these points' }).isVisible()))
      await output.show(
        'pad',
        padFigure({ x: [-2, 2], y: [-2, 2], control: 'a/0', points, classes: ['a', 'b'], awaited: true }),
      )
      await page.getByRole('button', { name: 'Use these points' }).click()
      assert.deepEqual((await last()).value, { points: [[1, 1]], labels: [1], done: true })
    }))
})
