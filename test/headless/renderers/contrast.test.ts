/** Every text in an output can be read, as WCAG 2.2 measures it (level AA), in all of VS Code's kinds of themes and in reports. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { CAPTION_MIME, CONTROLS_MIME, type ControlSpec } from '../../../src/renderers/controls'
import { PROGRESS_MIME } from '../../../src/renderers/controls/progress'
import { figureBundle, padFigure, trajectoriesFigure } from '../../../src/renderers/figures'
import { renderReport, type ReportCell } from '../../../src/renderers/report'
import { allThemes, bundleRenderer, bundleReport, launch, open, OutputPage, type Theme } from './browser'
import { figures } from './fixtures'
import { tooFaint } from './legible'

let browser: Browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

const controls: ControlSpec[] = [
  { kind: 'slider', id: 'a/0', label: 'γ', from: 0, to: 8, step: 0.5, value: 2 },
  { kind: 'choice', id: 'a/1', label: 'sampler', options: ['ddim', 'heun'], value: 'ddim' },
  { kind: 'toggle', id: 'a/2', label: 'show data', value: false },
  { kind: 'button', id: 'a/3', label: 'Draw again', value: 0 },
]
const paths = trajectoriesFigure([
  { name: 'ddim', t: [1, 0], states: [0, 0, 1, 1, 2, 2, 3, 3], shape: [2, 2, 2] },
])

test('the measure finds what is too faint, and passes what is not', async () => {
  const { page } = await open(
    browser,
    `<body style="background:#fff;color:#000"><p>fine</p><p style="color:#999">grey</p>
    <p style="opacity:0.4">dimmed</p><div style="background:#000c"><b style="color:#555">on dark</b></div>
    <svg><text y="20" fill="#bbb">drawn</text></svg><button disabled style="color:#ccc">off</button>`,
  )
  assert.deepEqual(
    (await tooFaint(page)).map((found) => found.replace(/ .*/, '')),
    ['grey', 'dimmed', 'on', 'drawn'],
  )
  await page.close()
})

test('of every output, in light, dark and both high-contrast themes', async () => {
  const output = await OutputPage.open(browser, await bundleRenderer(), '', { messaging: true })
  await output.receive({ type: 'live', cells: ['a'], computing: [] })
  await output.show('controls', controls, CONTROLS_MIME)
  await output.show('asleep', [{ ...controls[0]!, id: 'b/0' }], CONTROLS_MIME)
  const caption = {
    region: 'r',
    used: [['γ', '2']],
    printed: 'seen 300',
    error: 'Error: no',
    hint: 'Run it.',
  }
  await output.show('caption', caption, CAPTION_MIME)
  const task = { label: 'sampling', done: 3, total: 50, rate: 12, secondsLeft: 4, value: 't = 0.3' }
  await output.show('progress', [task], PROGRESS_MIME)
  await output.show('no figure', { data: 3 })
  for (const [name, figure] of Object.entries({
    ...figures,
    pad: padFigure({ x: [0, 1], y: [0, 1] }),
    paths,
  }))
    await output.show(name, figure)
  const found: Partial<Record<Theme, string[]>> = {}
  for (const theme of allThemes) {
    await output.theme(theme)
    // Figures take a theme's colours on when they are drawn anew.
    await output.page.waitForFunction(() => {
      const { color } = getComputedStyle(document.getElementById('outputs')!)
      const titles = [...document.querySelectorAll('.gtitle')]
      return titles.length > 5 && titles.every((title) => getComputedStyle(title).fill === color)
    })
    found[theme] = await tooFaint(output.page)
  }
  assert.deepEqual(found, Object.fromEntries(allThemes.map((theme) => [theme, []])))
  await output.page.close()
})

test('of a report, light and dark', async () => {
  const shows = (data: Record<string, unknown>): ReportCell => ({
    cell_type: 'code',
    source: "// What is drawn.\nconst law = await draw('moons', 3, /x+/u)\nclass A { n = `${1}` }",
    execution_count: 3,
    outputs: [
      { output_type: 'display_data', data },
      { output_type: 'stream', name: 'stderr', text: 'a warning\n' },
      {
        output_type: 'error',
        ename: 'Error',
        evalue: 'no',
        traceback: ['Error: no', '\u001b[31mred\u001b[33myellow\u001b[34mblue\u001b[90mgrey\u001b[0m'],
      },
    ],
  })
  const cells: ReportCell[] = [
    {
      cell_type: 'markdown',
      source:
        '# Title\n\nA [link](https://example.org), `code`, $x_t$.\n\n> quoted\n\n| a | b |\n|-|-|\n| 1 | 2 |',
    },
    shows(figureBundle(figures.loss!)),
    shows({ 'application/vnd.genbook.controls+json': controls, 'text/plain': 'γ = 2' }),
  ]
  const html = renderReport({
    title: 'Report',
    cells,
    stamp: { Device: 'WASM SIMD' },
    scripts: await bundleReport(),
  })
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await open(browser, html, {}, { colorScheme })
    await page.waitForFunction(() => document.querySelector('.gtitle') !== null)
    assert.deepEqual(await tooFaint(page), [], colorScheme)
    await page.close()
  }
})
