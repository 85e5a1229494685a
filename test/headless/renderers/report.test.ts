/** Reports in Chromium: what they draw, and that nothing in a hostile notebook runs or reaches the network. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { figureBundle, samplesFigure, type Figure } from '../../../src/renderers/figures'
import { renderReport, type ReportCell } from '../../../src/renderers/report'
import { bundleReport, launch, open } from './browser'
import { figures, spread } from './fixtures'

let browser: Browser
let scripts: string
before(async () => {
  ;[browser, scripts] = await Promise.all([launch(), bundleReport()])
})
after(() => browser.close())

const shows = (data: Record<string, unknown>): ReportCell => ({
  cell_type: 'code',
  source: '',
  outputs: [{ output_type: 'display_data', data }],
})
const figure = (figure: Figure) => shows(figureBundle(figure))
const drawn = (page: Page) =>
  page.waitForFunction(() => document.querySelector('.figure:last-of-type .main-svg') !== null)

void describe('a report in the browser', () => {
  test('draws its figures, many points too, under its strict policy and with no request', async () => {
    const html = renderReport({
      title: 'Figures',
      scripts,
      cells: [...Object.values(figures).map(figure), figure(samplesFigure(spread(30_000)))],
    })
    const { page, requests, errors } = await open(browser, html)
    const expected = Object.keys(figures).length + 1
    const withAxes = (n: number) =>
      [...document.querySelectorAll('.figure')].filter((shown) => shown.querySelector('.xtick')).length >= n
    await page.waitForFunction(withAxes, expected)
    assert.equal(await page.getByRole('img', { name: 'Training loss: step 300 of 500' }).count(), 1)
    assert.equal(await page.locator('[data-figure="figure-5"] .quiver .js-line').count(), 81)
    assert.match(
      (await page.locator('.genbook-figure-note').allTextContents()).join(),
      /10,000 of 30,000 points are drawn/,
    )
    assert.deepEqual(requests, [])
    // The page asks once whether it may compile code, is told no, and draws without.
    assert.deepEqual(
      errors.filter((error) => !/unsafe-eval/.test(error)),
      [],
    )
    await page.close()
  })

  test('follows the reader’s colour scheme, and prints for paper', async () => {
    const html = renderReport({ title: 'Colours', scripts, cells: [figure(figures.loss!)] })
    const { page } = await open(browser, html, {}, { colorScheme: 'dark' })
    await drawn(page)
    const becomes = (color: string) =>
      page.waitForFunction(
        (color) => getComputedStyle(document.querySelector('.xtitle')!).fill === color,
        color,
      )
    await becomes('rgb(213, 217, 222)')
    await page.emulateMedia({ colorScheme: 'light' })
    await becomes('rgb(36, 41, 47)')
    await page.emulateMedia({ colorScheme: 'dark' })
    await becomes('rgb(213, 217, 222)')
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
    await becomes('rgb(36, 41, 47)')
    await page.close()
  })

  test('fits the frames of HTML outputs to what is in them', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `<tr><td>${i}</td></tr>`).join('')
    const cells = [shows({ 'text/html': `<table>${rows}</table>` }), figure(figures.loss!)]
    const { page } = await open(browser, renderReport({ title: 'Table', scripts, cells }))
    await page.waitForFunction(() => {
      const frame = document.querySelector('iframe')!
      return (
        frame.clientHeight > 600 && frame.clientHeight === frame.contentDocument!.documentElement.scrollHeight
      )
    })
    await page.close()
  })

  test('without scripts, shows each figure’s line of text, and its picture where it has one', async () => {
    const png =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    const cells = [shows({ ...figureBundle(figures.schedule!), 'image/png': png })]
    const { page } = await open(
      browser,
      renderReport({ title: 'Still', scripts, cells }),
      {},
      { javaScriptEnabled: false },
    )
    assert.ok(await page.getByText('Noise schedule: α 1 →').isVisible())
    assert.equal(await page.locator('.figure img').count(), 1)
    await page.close()
  })
})

void describe('a hostile notebook', () => {
  const attack = 'window.top.hacked = 1; fetch("https://example.org/run")'
  const markup = [
    `<script>${attack}</script>`,
    `<img src=x onerror='${attack}'>`,
    `<svg onload='${attack}'><script>${attack}</script></svg>`,
    `<iframe src="javascript:${attack}"></iframe><iframe srcdoc="<script>${attack}</script>"></iframe>`,
    `<a id=go href="javascript:${attack}" target=_top>x</a>`,
    `<meta http-equiv=refresh content="0;url=https://example.org/meta">`,
    `<link rel=stylesheet href=https://example.org/a.css><link rel=preload as=image href=https://example.org/p.png>`,
    `<img src=https://example.org/pixel.png><video src=https://example.org/v.mp4 autoplay></video>`,
    `<style>@import "https://example.org/b.css"; body{background:url(https://example.org/c.png)}</style>`,
    `<form action=https://example.org/form id=f><button id=submit></form><base href=https://example.org/>`,
    `<object data=https://example.org/o></object><embed src=https://example.org/e>`,
  ].join('\n')

  const places: Record<string, ReportCell> = {
    markdown: { cell_type: 'markdown', source: `${markup}\n\n![x](https://example.org/md.png) <${attack}>` },
    code: { cell_type: 'code', source: `${markup}</code></pre>${markup}` },
    raw: { cell_type: 'raw', source: markup },
    html: shows({ 'text/html': markup }),
    'html that leaves its frame': shows({ 'text/html': `"></iframe>${markup}` }),
    svg: shows({
      'image/svg+xml': `<svg xmlns="http://www.w3.org/2000/svg"><script>${attack}</script><image href="https://example.org/s.png"/></svg>`,
    }),
    'image address': shows({ 'image/png': `" onerror='${attack}' x="`, 'text/plain': markup }),
    latex: shows({
      'text/latex': `\\href{javascript:${attack}}{x} \\includegraphics{https://example.org/t.png} ${markup}`,
    }),
    plain: shows({ 'text/plain': markup }),
    stream: { cell_type: 'code', source: '', outputs: [{ output_type: 'stream', text: markup }] },
    error: {
      cell_type: 'code',
      source: '',
      outputs: [{ output_type: 'error', ename: markup, evalue: markup, traceback: [markup] }],
    },
    'figure text': shows({
      'application/vnd.plotly.v1+json': {
        data: [
          {
            y: [1, 2],
            text: ['</script>' + markup, markup],
            name: markup,
            mode: 'markers+text',
            customdata: ['<!--'],
          },
        ],
        layout: {
          title: { text: markup },
          images: [{ source: 'https://example.org/plot.png' }],
          annotations: [{ text: `<a href="javascript:${attack}">x</a>${markup}` }],
        },
      },
    }),
    'figure map': shows({
      'application/vnd.plotly.v1+json': { data: [{ type: 'scattergeo', lat: [1], lon: [1] }] },
    }),
    attachment: {
      cell_type: 'markdown',
      source: '![a](attachment:a.svg)',
      attachments: {
        'a.svg': { 'image/svg+xml': `<svg xmlns="http://www.w3.org/2000/svg" onload='${attack}'/>` },
      },
    },
  }

  test('runs nothing, fetches nothing and goes nowhere, whichever place it uses', async () => {
    const cells = [...Object.values(places), figure(figures.loss!)]
    const html = renderReport({ title: markup, stamp: { [markup]: markup }, cells, scripts })
    const { page, requests } = await open(browser, html)
    await page.waitForFunction(
      () => document.querySelectorAll('.figure .main-svg').length >= 4 && document.readyState === 'complete',
    )
    const hacked = () => page.evaluate(() => (window as unknown as { hacked?: number }).hacked)
    assert.equal(await hacked(), undefined)
    // What needs a click: script addresses and forms, in the page, in pictures and in every frame.
    for (const frame of page.frames())
      await frame.evaluate(() => {
        for (const link of document.querySelectorAll<HTMLElement>('a[href^="javascript"], a#go, #submit'))
          link.click()
        for (const link of document.querySelectorAll('svg a')) link.dispatchEvent(new MouseEvent('click'))
      })
    // A moment for navigations that the clicks might have begun, longer than any local one takes.
    await page.waitForTimeout(300)
    assert.equal(await hacked(), undefined)
    assert.deepEqual(requests, [])
    assert.equal(page.url(), 'http://genbook.test/')
    assert.equal(await page.locator('main a[href^="javascript" i]').count(), 0)
    await page.close()
  })

  test('the attacks are real: without the walls they succeed', async () => {
    const { page, requests } = await open(browser, `<!doctype html>${markup}`)
    // The page may have been sent away by now; that its script ran shows in what it asked for.
    assert.ok(requests.includes('https://example.org/run'), requests.join())
    assert.ok(requests.length > 3, requests.join())
    await page.close()
  })
})
