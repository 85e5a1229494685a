/** The notebook renderer in Chromium, judged by what it draws. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import {
  decode,
  isEncoded,
  lossFigure,
  padFigure,
  samplesFigure,
  type Json,
} from '../../../src/renderers/figures'
import { drawableTraces, mapTraces } from '../../../src/renderers/mount/specification'
import { bundleRenderer, launch, OutputPage, type Harness } from './browser'
import { figures, losses, spread } from './fixtures'

let browser: Browser
let renderer: string
let shared: OutputPage
before(async () => {
  ;[browser, renderer] = await Promise.all([launch(), bundleRenderer()])
  shared = await OutputPage.open(browser, renderer)
})
after(() => browser.close())

/** Runs on a cleared page, which must stay free of errors and requests. */
async function onPage(run: (output: OutputPage) => Promise<void>): Promise<void> {
  await shared.clear()
  await check(shared, run)
}

async function check(output: OutputPage, run: (output: OutputPage) => Promise<void>): Promise<void> {
  await run(output)
  assert.deepEqual(output.requests, [])
  assert.deepEqual(output.errors, [])
}

interface Plot extends HTMLElement {
  readonly _fullData: readonly { readonly _length: number }[]
  readonly layout: Readonly<Record<string, { range: number[] } | undefined>>
  readonly _fullLayout: Readonly<
    Record<string, { range: number[]; _length: number; _offset: number; _m: number }>
  >
}
interface Page extends Harness {
  readonly Plotly: {
    validate(data: unknown, layout: unknown): readonly { msg: string }[] | undefined
    relayout(plot: Element, change: Record<string, unknown>): Promise<void>
    readonly PlotSchema: { get(): { readonly traces: Readonly<Record<string, unknown>> } }
  }
}

const count = (output: OutputPage, selector: string) => output.page.locator(selector).count()
const texts = (output: OutputPage, selector: string) => output.page.locator(selector).allTextContents()

/** Plotly's own check knows only plain arrays. */
function unpacked(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(unpacked)
  if (isEncoded(value)) {
    const list = Array.from(decode(value))
    const [rows, columns] = String(value.shape ?? '')
      .split(',')
      .map(Number)
    return rows && columns
      ? Array.from({ length: rows }, (_, i) => list.slice(i * columns, (i + 1) * columns))
      : list
  }
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unpacked(inner)]))
  return value
}

void describe('figures', () => {
  test('are what Plotly says is right, to the last attribute', () =>
    onPage(async ({ page }) => {
      for (const [name, figure] of Object.entries(figures)) {
        const complaints: string[] = await page.evaluate(
          (text) => {
            const { data, layout } = JSON.parse(text) as { data: unknown; layout: unknown }
            return (window as unknown as Page).Plotly.validate(data, layout)?.map(({ msg }) => msg) ?? []
          },
          JSON.stringify({ data: unpacked(figure.data), layout: unpacked(figure.layout) }),
        )
        assert.deepEqual(complaints, [], name)
      }
    }))

  test('every kind of trace that Plotly has is either drawn or refused as a map', () =>
    onPage(async ({ page }) => {
      const known = await page.evaluate(() =>
        Object.keys((window as unknown as Page).Plotly.PlotSchema.get().traces),
      )
      assert.deepEqual(
        known.filter((type) => !drawableTraces.has(type) && !mapTraces.has(type)),
        [],
      )
      assert.deepEqual(
        [...drawableTraces].filter((type) => !known.includes(type)),
        [],
      )
    }))

  test('loss: the curve of every step and its average, on named axes, with its progress', () =>
    onPage(async (output) => {
      await output.show('a', figures.loss!)
      assert.equal(await count(output, '.scatterlayer .trace .js-line'), 2)
      assert.deepEqual(await texts(output, '.xtitle, .ytitle'), ['step', 'loss'])
      assert.deepEqual(await texts(output, '.legendtext'), ['each step', 'average'])
      assert.match(
        (await texts(output, '.gtitle-subtitle')).join(),
        /^step 300 of 500 · loss .* · 42 steps\/s · 5 s left$/,
      )
    }))

  test('samples: every point, in two panels where a unit is as long across as up', () =>
    onPage(async (output) => {
      await output.show('a', figures.samples!)
      assert.equal(await count(output, '.xy .scatterlayer .point'), 200)
      assert.equal(await count(output, '.x2y2 .scatterlayer .point'), 300)
      const units = await output.page.evaluate(() => {
        const { xaxis, yaxis, xaxis2, yaxis2 } = document.querySelector<Plot>('.js-plotly-plot')!._fullLayout
        return [xaxis, yaxis, xaxis2, yaxis2].map((axis) => Math.abs(axis!._m))
      })
      for (const unit of units) assert.ok(Math.abs(unit / units[0]! - 1) < 1e-6, units.join())
      assert.deepEqual(await texts(output, '.annotation-text'), ['data', 'model'])
    }))

  test('score field: an arrow per point, straight at the origin, over a density', () =>
    onPage(async (output) => {
      await output.show('a', figures['score field']!)
      const arrows = await output.page
        .locator('.quiver .js-line')
        .evaluateAll((paths) =>
          paths.map((path) => (path.getAttribute('d') ?? '').match(/-?[\d.]+(?:e-?\d+)?/g)!.map(Number)),
        )
      assert.equal(arrows.length, 81)
      const centre = arrows[40]!
      for (const [x0, y0, x1, y1] of arrows as [number, number, number, number][]) {
        const [outX, outY] = [x0 - centre[0]!, y0 - centre[1]!]
        const [toX, toY] = [x1 - x0, y1 - y0]
        // Parallel to the way to the centre, and pointing there.
        assert.ok(
          Math.abs(outX * toY - outY * toX) <= 1e-3 * (1 + Math.hypot(outX, outY) * Math.hypot(toX, toY)),
        )
        assert.ok(outX * toX + outY * toY <= 0)
      }
      assert.equal(await count(output, '.heatmaplayer image'), 1)
      assert.deepEqual(await texts(output, '.cbtitle, .colorbar .cbtitletext'), ['|score|'])
    }))

  test('schedule: α and σ on the left axis, log-SNR on the right', () =>
    onPage(async (output) => {
      await output.show('a', figures.schedule!)
      assert.equal(await count(output, '.scatterlayer .js-line'), 3)
      assert.deepEqual(await texts(output, '.xtitle, .ytitle, .y2title'), ['t', 'α, σ', 'λ = log α²/σ²'])
    }))
})

void describe('the renderer', () => {
  test('names each figure to those who cannot see it', () =>
    onPage(async (output) => {
      await output.show('a', figures.samples!)
      assert.equal(
        await output.page
          .getByRole('img', { name: 'data | model: 200 points of “data”, 300 points of “model”' })
          .count(),
        1,
      )
    }))

  test('updates in place, and keeps the zoom of a person', () =>
    onPage(async (output) => {
      await output.show('a', lossFigure({ losses: losses(100), total: 400 }))
      await output.page.evaluate(() => {
        document.querySelector('.js-plotly-plot')!.setAttribute('data-mark', 'same')
      })
      // Drag a box over the middle of the axes.
      const box = (await output.page.locator('.nsewdrag').boundingBox())!
      await output.page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.3)
      await output.page.mouse.down()
      await output.page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.7, { steps: 4 })
      await output.page.mouse.up()
      const ranges = () =>
        output.page.evaluate(() => {
          const { xaxis, yaxis } = document.querySelector<Plot>('.js-plotly-plot')!._fullLayout
          return [xaxis!.range, yaxis!.range]
        })
      await output.page.waitForFunction(
        () => document.querySelector<Plot>('.js-plotly-plot')!.layout.xaxis!.range[0]! > 50,
      )
      const zoomed = await ranges()
      await output.show('a', lossFigure({ losses: losses(300), total: 500 }))
      assert.deepEqual(await ranges(), zoomed)
      assert.equal(await count(output, '.js-plotly-plot[data-mark=same]'), 1)
      assert.match((await texts(output, '.gtitle-subtitle')).join(), /step 300 of 500/)
      // A double click goes back to the whole, and later versions follow their own axes again.
      await output.page.mouse.dblclick(box.x + box.width / 2, box.y + box.height / 2)
      await output.page.waitForFunction(
        () => document.querySelector<Plot>('.js-plotly-plot')!.layout.xaxis!.range[0] === 0,
      )
      await output.show('a', lossFigure({ losses: losses(300), total: 900 }))
      assert.deepEqual((await ranges())[0], [0, 909])
    }))

  test('draws the last of many versions that arrive at once', () =>
    onPage(async (output) => {
      const versions = Array.from({ length: 30 }, (_, i) =>
        JSON.stringify(lossFigure({ losses: losses(i + 1), total: 30 })),
      )
      await output.page.evaluate(async (versions) => {
        await Promise.all(
          versions.map((text) =>
            (window as unknown as Harness).render('a', text, 'application/vnd.plotly.v1+json'),
          ),
        )
      }, versions)
      assert.match((await texts(output, '.gtitle-subtitle')).join(), /^30 steps/)
      assert.equal(await count(output, '.js-plotly-plot'), 1)
    }))

  test('follows the theme, at once and without losing a zoom', () =>
    onPage(async (output) => {
      await output.show('a', figures.loss!)
      const color = () => output.page.locator('.xtitle').evaluate((title) => getComputedStyle(title).fill)
      assert.equal(await color(), 'rgb(59, 59, 59)')
      await output.page.evaluate(() =>
        (window as unknown as Page).Plotly.relayout(document.querySelector('.js-plotly-plot')!, {
          'xaxis.range': [5, 6],
        }),
      )
      await output.theme('dark')
      await output.page.waitForFunction(
        () => getComputedStyle(document.querySelector('.xtitle')!).fill === 'rgb(204, 204, 204)',
      )
      const range = await output.page.evaluate(
        () => document.querySelector<Plot>('.js-plotly-plot')!._fullLayout.xaxis!.range,
      )
      assert.deepEqual(range, [5, 6])
      const paper = await output.page
        .locator('.main-svg')
        .first()
        .evaluate((svg) => getComputedStyle(svg).backgroundColor)
      assert.equal(paper, 'rgba(0, 0, 0, 0)')
    }))

  test('fits its column, and grows and shrinks with it', () =>
    onPage(async (output) => {
      await output.show('a', figures.loss!)
      const width = () =>
        output.page
          .locator('.main-svg')
          .first()
          .evaluate((svg) => svg.clientWidth)
      assert.equal(await width(), 876)
      await output.page.setViewportSize({ width: 600, height: 700 })
      await output.page.waitForFunction(() => document.querySelector('.main-svg')!.clientWidth === 576)
      // Wider than it asks to be is no use to samples.
      await output.page.setViewportSize({ width: 1400, height: 700 })
      await output.show('b', figures.samples!)
      const { width: asked } = figures.samples!.layout
      assert.equal(
        await output.page
          .locator('#b .main-svg')
          .first()
          .evaluate((svg) => svg.clientWidth),
        Math.floor(asked as number),
      )
    }))

  test('says what is wrong instead of drawing nothing, and recovers with the next version', () =>
    onPage(async (output) => {
      const wrong: [string, RegExp][] = [
        ['{"data":', /JSON/],
        ['{"layout":{}}', /data must be an array of traces, but it is missing/],
        ['{"data":[{"type":"scattr"}]}', /data\[0\]\.type is "scattr"/],
        ['{"data":[{"type":"choropleth"}]}', /maps need coastlines/],
        ['{"data":[{"y":{"dtype":"q9","bdata":""}}]}', /Unknown number format "q9"/],
      ]
      for (const [text, reason] of wrong) {
        await output.show('a', text)
        const alert = output.page.locator('#a [role=alert]')
        assert.match((await alert.textContent())!, reason)
      }
      await output.show('a', figures.loss!)
      assert.equal(await count(output, '#a .main-svg >> nth=0'), 1)
      assert.equal(await count(output, '#a [role=alert]'), 0)
    }))

  test('draws figures by others, and fetches none of their pictures', () =>
    onPage(async (output) => {
      await output.show('a', {
        data: [{ type: 'bar', x: ['a', 'b'], y: [1, 2] }],
        layout: { images: [{ source: 'https://example.org/pixel.png', x: 0, y: 1, sizex: 1, sizey: 1 }] },
      })
      assert.equal(await count(output, '.barlayer .point'), 2)
      assert.equal(await count(output, '.layer-above image, .layer-below image'), 0)
    }))

  test('takes itself down', () =>
    onPage(async (output) => {
      await output.show('a', figures.loss!)
      await output.show('b', figures.loss!)
      await output.page.evaluate(() => (window as unknown as Harness).renderer.disposeOutputItem('a'))
      assert.deepEqual([await count(output, '#a *'), await count(output, '#b .js-plotly-plot')], [0, 1])
      await output.page.evaluate(() => (window as unknown as Harness).renderer.disposeOutputItem())
      assert.equal(await count(output, '.js-plotly-plot'), 0)
      await output.show('a', figures.loss!)
      assert.equal(await count(output, '#a .js-plotly-plot'), 1)
    }))

  test('saves a figure as PNG and as SVG, for paper even from a dark theme', () =>
    onPage(async (output) => {
      await output.theme('dark')
      await output.show('a', figures.loss!)
      await output.page.locator('.js-plotly-plot').hover()
      for (const format of ['png', 'svg']) {
        const [download] = await Promise.all([
          output.page.waitForEvent('download'),
          output.page.getByRole('button', { name: `Save the picture as ${format.toUpperCase()}` }).click(),
        ])
        assert.equal(download.suggestedFilename(), `training-loss.${format}`)
        if (format === 'svg') {
          const svg = await streamText(await download.createReadStream())
          assert.match(svg, /^<svg/)
          assert.match(svg, /rgb\(36, 41, 47\)/)
          assert.doesNotMatch(svg, /rgb\(204, 204, 204\)/)
        }
      }
    }))
})

void describe('many points', () => {
  const huge = samplesFigure(spread(100_000))

  test('a hundred thousand are drawn with WebGL: every part of the panel is inked', () =>
    onPage(async (output) => {
      await output.show('a', huge)
      assert.equal(await count(output, '.gl-canvas-context'), 1)
      const share = await inked(output, '#a')
      assert.ok(share > 0.9, `${share}`)
      const points = await output.page.evaluate(
        () => document.querySelector<Plot>('.js-plotly-plot')!._fullData[0]!._length,
      )
      assert.equal(points, 100_000)
    }))

  test('more WebGL figures than a browser has contexts: those on screen have them, and none is lost', () =>
    onPage(async (output) => {
      const figure = samplesFigure(spread(4000))
      for (let i = 0; i < 9; i++) await output.show(`f${i}`, figure)
      await output.page.locator('#f8').scrollIntoViewIfNeeded()
      await output.page.waitForFunction(() => document.querySelectorAll('#f8 .gl-canvas').length > 0)
      assert.ok((await count(output, '.gl-canvas-context')) <= 6)
      for (let i = 0; i < 9; i++)
        assert.ok(
          (await count(output, `#f${i} .gl-canvas-context, #f${i} .scatterlayer .point`)) > 0,
          `figure ${i} is drawn`,
        )
      // Back at the top, the first one takes a context again.
      await output.page.locator('#f0').scrollIntoViewIfNeeded()
      await output.page.waitForFunction(() => document.querySelectorAll('#f0 .gl-canvas').length > 0)
      assert.ok((await count(output, '.gl-canvas-context')) <= 6)
    }))

  test('where the page forbids what WebGL traces need, they are drawn as SVG, with a note', async () => {
    const policy = `<meta http-equiv="Content-Security-Policy" content="script-src 'self'">`
    const output = await OutputPage.open(browser, renderer, policy)
    await output.show('a', huge)
    assert.equal(await count(output, '.scatterlayer .point'), 10_000)
    assert.match(
      (await texts(output, '.genbook-figure-note')).join(),
      /^10,000 of 100,000 points are drawn, because WebGL is not available here\.$/,
    )
    assert.deepEqual(output.requests, [])
    await output.page.close()
  })
})

/** The share of cells, in a grid over the axes, in which something is drawn. */
async function inked(output: OutputPage, selector: string): Promise<number> {
  return output.page.locator(`${selector} .gl-canvas-context`).evaluate((canvas: HTMLCanvasElement) => {
    const { xaxis, yaxis } = (canvas.closest('.js-plotly-plot') as Plot)._fullLayout as Required<
      Plot['_fullLayout']
    >
    const scale = canvas.width / canvas.clientWidth
    const copy = document.createElement('canvas')
    ;[copy.width, copy.height] = [canvas.width, canvas.height]
    const context = copy.getContext('2d')!
    context.drawImage(canvas, 0, 0)
    const cells = 20
    let full = 0
    for (let i = 0; i < cells; i++)
      for (let j = 0; j < cells; j++) {
        const pixels = context.getImageData(
          scale * (xaxis!._offset + (xaxis!._length * i) / cells),
          scale * (yaxis!._offset + (yaxis!._length * j) / cells),
          Math.ceil((scale * xaxis!._length) / cells),
          Math.ceil((scale * yaxis!._length) / cells),
        ).data
        if (pixels.some((value, k) => k % 4 === 3 && value > 0)) full++
      }
    return full / cells ** 2
  })
}

async function streamText(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer))
  return Buffer.concat(chunks).toString()
}

test('points drawn on a pad stand below it as text, and stay when it is drawn again', () =>
  onPage(async (output) => {
    await output.show('pad', padFigure({ x: [-2, 2], y: [-2, 2] }))
    const { page } = output
    const box = (await page.locator('.nsewdrag').first().boundingBox())!
    const at = (x: number, y: number) =>
      [box.x + ((x + 2) / 4) * box.width, box.y + ((2 - y) / 4) * box.height] as const
    await page.mouse.click(...at(-1, 0.5))
    await page.mouse.move(...at(0, -1))
    await page.mouse.down()
    await page.mouse.move(...at(1, -1), { steps: 10 })
    await page.mouse.up()
    // Outside of the axes nothing is drawn.
    await page.mouse.click(box.x + box.width + 10, box.y + 10)
    const points = async () =>
      JSON.parse(await page.locator('.genbook-pad textarea').inputValue()) as [number, number][]
    const drawn = await points()
    // A pixel is 4 / 350 of the axes.
    const near = (a: readonly number[] | undefined, b: readonly number[]) =>
      assert.ok(a && Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!) < 0.03, `${String(a)} is not ${b.join()}`)
    near(drawn[0], [-1, 0.5])
    near(drawn[1], [0, -1])
    near(drawn.at(-1), [1, -1])
    assert.ok(drawn.length > 5, `${drawn.length} points`)
    // A stroke at a time.
    await page.locator('.genbook-pad button', { hasText: 'Undo' }).click()
    assert.deepEqual(await points(), drawn.slice(0, 1))
    const shown = () =>
      page.evaluate(
        () => (document.querySelector('.js-plotly-plot') as unknown as Plot)._fullData[0]!._length,
      )
    await output.show('pad', padFigure({ x: [-2, 2], y: [-2, 2] }))
    assert.equal(await shown(), 1)
    await page.locator('.genbook-pad button', { hasText: 'Clear' }).click()
    assert.deepEqual(await points(), [])
  }))
