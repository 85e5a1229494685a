/** The variables of a session in the runtime view, and their numbers in editors of their own. */
import assert from 'node:assert/strict'
import type { Frame } from 'playwright-core'
import { scenario, until, type VSCodeUnderTest } from './harness'

const hosts = ['server', 'web'] as const

/** The texts of a variable's cells in the runtime view's table, by column. */
async function row(code: VSCodeUnderTest, name: string): Promise<Record<string, string> | undefined> {
  const view = await code.runtimeView()
  const found = view.locator(`tr[data-name="${name}"]`)
  if (!(await found.count())) return undefined
  return found.evaluate((tr) =>
    Object.fromEntries(
      [...tr.children].map((cell) => [cell.className, (cell as HTMLElement).innerText.trim()]),
    ),
  )
}

/** Waits for a row whose column says what it should. */
function rowWith(code: VSCodeUnderTest, name: string, column: string, pattern: RegExp) {
  return until(`${name} to have ${String(pattern)} under ${column}`, async () => {
    const found = await row(code, name)
    return pattern.test(found?.[column] ?? '') ? found : undefined
  })
}

/** The page that shows a variable, once it says so. */
function viewer(code: VSCodeUnderTest, name: string): Promise<Frame> {
  return until(`the page of ${name}`, async () => {
    for (const frame of code.page.frames())
      if (
        await frame
          .locator('h1', { hasText: name })
          .count()
          .catch(() => 0)
      )
        return frame
    return undefined
  })
}

scenario(
  'variables are listed with shapes, statistics and histograms, which follow the cells',
  async ({ code, notebook }) => {
    const book = await notebook([
      "import { mlp, denoiser, vp } from 'genbook'\nconst x = tf.tensor2d([[1, 2], [3, NaN]])\nconst model = denoiser(vp(), mlp({ dim: 2, hidden: [8] }))\nfunction half(value: number, by = 2) { return value / by }",
      'const y = tf.range(0, 5)',
      'x.add(1)',
    ])
    await book.runCell(0)
    const x = await rowWith(code, 'x', 'range', /NaN/)
    assert.deepEqual(
      [x['kind'], x['shape'], x['value'], x['memory']],
      ['tensor', '[2, 2] float32', '2 ± 0.8165', '16 B'],
    )
    assert.match(x['range']!, /^1 … 3\s*1 NaN$/)
    assert.match((await rowWith(code, 'model', 'value', /parameters/))['value']!, /^\d+ parameters$/)
    assert.equal((await rowWith(code, 'half', 'value', /half/))['value'], 'half(value: number, by = 2)')
    const view = await code.runtimeView()
    assert.equal(await view.locator('tr[data-name="x"] svg.sparkline path').count(), 1)
    assert.match((await row(code, 'x'))!['name']!, /●/)

    await book.runCell(1)
    await rowWith(code, 'y', 'value', /^2 ± 1\.414$/)
    assert.doesNotMatch((await row(code, 'x'))!['name']!, /●/, 'the last run did not change x')

    const rows = () => view.locator('tbody tr:visible th').allInnerTexts()
    await view.getByRole('searchbox').fill('tensor [2')
    await until('the filter to leave x', async () => (await rows()).join() === 'x')
    await view.getByRole('searchbox').fill('')
    await view.getByRole('button', { name: 'Name' }).click()
    await until(
      'the order of names',
      async () => (await rows()).map((name) => name.replace(/\W/g, '')).join() === 'half,model,x,y',
    )
    await code.screenshot('variables')
  },
  { hosts },
)

scenario(
  'numbers follow a cell that changes them while it runs, and those that cannot follow are marked',
  async ({ code, notebook }) => {
    const book = await notebook([
      'const counts = new Float64Array(4)\nconst still = tf.scalar(3)',
      'counts.fill(7)\nconst made = tf.zeros([5, 2])\nawait new Promise<void>(() => {})',
      'for (;;) counts[0]++',
    ])
    await book.runCell(0)
    await rowWith(code, 'counts', 'value', /^0 ± 0$/)
    await book.startCell(1)
    await rowWith(code, 'counts', 'value', /^7 ± 0$/)
    await rowWith(code, 'made', 'shape', /\[5, 2\]/)
    assert.equal((await book.cell(1)).success, undefined, 'it still runs')
    await book.pressStop()
    await book.finished(1)

    await book.startCell(2)
    const view = await code.runtimeView()
    const old = () =>
      view.locator('tr.old').evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset['name']))
    await until(
      'only the numbers that the loop changes to be marked',
      async () => (await old()).join() === 'counts',
    )
    assert.match((await row(code, 'counts'))!['value']!, /^7 ± 0$/)
    assert.match((await view.locator('tr.old').getAttribute('title')) ?? '', /before its last change/)
    await code.screenshot('variables-while-a-cell-runs')
    await book.pressStop()
    await book.finished(2)
    await rowWith(code, 'counts', 'value', /^[1-9][^7±]*.* ± [1-9]/)
    await until('no mark', async () => (await old()).length === 0)
  },
  { hosts },
)

scenario(
  'a tensor opens as a table, an image and a picture, anything else as a text, and all follow their cell',
  async ({ code, notebook }) => {
    const book = await notebook([
      'const points = tf.range(0, 600).reshape([300, 2])\nconst pictures = tf.range(0, 4 * 16 * 16).reshape([4, 16, 16])',
      "const points = tf.fill([300, 2], 7)\nlet settings = { sampler: 'ddim', times: [1, 0.5] }",
      "settings = { sampler: 'heun', times: [1] }",
    ])
    await book.runCell(0)
    const view = await code.runtimeView()
    await rowWith(code, 'points', 'value', /±/)
    await view.getByRole('button', { name: /^Open points/ }).click()
    const points = await viewer(code, 'points')
    await until(
      'the points to be drawn',
      async () => (await points.locator('.js-plotly-plot .point').count()) === 300,
    )
    await code.screenshot('variable-picture')
    await points.getByRole('tab', { name: 'Table' }).click()
    const cells = (page: Frame) => page.locator('tbody tr').first().locator('th, td').allInnerTexts()
    await until('the first rows', async () => (await cells(points).catch(() => [])).join() === '0,0,1')
    await points.getByRole('button', { name: 'Next' }).click()
    await until('the next rows', async () => (await cells(points)).join() === '100,200,201')
    await points.getByRole('spinbutton').fill('299')
    await points.getByRole('spinbutton').press('Enter')
    await until('the last row', async () => (await cells(points)).join() === '299,598,599')
    await code.screenshot('variable-table')

    await view.locator('tr[data-name="pictures"]').focus()
    await code.page.keyboard.press('Enter')
    const pictures = await viewer(code, 'pictures')
    const image = pictures.getByRole('img')
    await until('the grid of four images', async () =>
      (await image.getAttribute('alt').catch(() => null))?.includes('33 × 33'),
    )
    await code.screenshot('variable-image')

    await code.evaluate((vscode) => vscode.commands.executeCommand('workbench.action.focusFirstEditorGroup'))
    await book.runCell(1)
    await until('the table to follow', async () => (await cells(points)).join() === '299,7,7')

    await view.locator('tr[data-name="settings"]').focus()
    await code.page.keyboard.press('Enter')
    const settings = await viewer(code, 'settings')
    const text = settings.locator('pre')
    await until('its text', async () =>
      /sampler: 'ddim'/.test((await text.innerText().catch(() => null)) ?? ''),
    )
    assert.equal(await settings.getByRole('tab').count(), 0)
    await code.screenshot('variable-text')
    await code.evaluate((vscode) => vscode.commands.executeCommand('workbench.action.focusFirstEditorGroup'))
    await book.runCell(2)
    await until('the text to follow', async () => /sampler: 'heun'/.test(await text.innerText()))
  },
  { hosts },
)

const THEMES = {
  'Light Modern': 'vscode-light',
  'Dark Modern': 'vscode-dark',
  'Default High Contrast': 'vscode-high-contrast',
  'Default High Contrast Light': 'vscode-high-contrast-light',
}

scenario(
  'the runtime view is legible in every theme, and walked through by keys',
  async ({ code, notebook }) => {
    const book = await notebook([
      'const x = tf.tensor1d([1, NaN])\nconst y = tf.range(0, 9)\nconst f = (n: number) => n',
    ])
    await book.runCell(0)
    await rowWith(code, 'x', 'range', /NaN/)
    await rowWith(code, 'y', 'value', /±/)
    const view = await code.runtimeView()
    for (const [theme, kind] of Object.entries(THEMES)) {
      await code.setSetting('workbench.colorTheme', theme)
      await until(
        `the theme ${theme}`,
        async () => (await view.locator('body').getAttribute('data-vscode-theme-kind')) === kind,
      )
      const least = await leastContrast(view)
      await code.screenshot(`runtime-view-${kind}`)
      // WCAG 2.2, 1.4.3: 4.5 for text; hints may have as little as the theme gives its descriptions.
      assert.ok(
        least.contrast >= 4.5,
        `“${least.text}” has a contrast of ${least.contrast.toFixed(1)} in ${theme}`,
      )
    }
    await view.getByRole('searchbox').focus()
    const focused = () => view.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['name'])
    await until('the keys to reach the first variable', async () => {
      await code.page.keyboard.press('Tab')
      return (await focused()) === 'x'
    })
    await code.page.keyboard.press('ArrowDown')
    assert.equal(await focused(), 'y')
    await code.page.keyboard.press('End')
    assert.equal(await focused(), 'f')
    const names = await view
      .locator('button:visible, input:visible, vscode-button:visible, summary:visible')
      .evaluateAll((all) =>
        all
          // What a control is made of inside takes its name from it.
          .filter((one) => one.getRootNode() === document)
          .map((one) => one.getAttribute('aria-label') ?? one.textContent?.trim()),
      )
    assert.ok(names.every(Boolean), `everything that can be pressed has a name: ${names.join(' | ')}`)
  },
)

/** The text of the view with the least contrast to what is behind it. */
function leastContrast(view: Frame): Promise<{ readonly text: string; readonly contrast: number }> {
  return view.evaluate(() => {
    const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number)
    const luminance = (colour: readonly number[]) =>
      colour
        .slice(0, 3)
        .map((each) => each / 255)
        .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
        .reduce((sum, each, i) => sum + each * [0.2126, 0.7152, 0.0722][i]!, 0)
    // Browsers give custom properties as they were written; a colour that an element has is given as rgb().
    const probe = document.body.appendChild(document.createElement('i'))
    probe.style.backgroundColor = 'var(--vscode-panel-background)'
    const panel = channels(getComputedStyle(probe).backgroundColor)
    probe.remove()
    const behind = (element: Element | null): number[] => {
      if (!element) return panel
      const own = channels(getComputedStyle(element).backgroundColor)
      return own.length === 3 || (own[3] ?? 0) > 0.99 ? own : behind(element.parentElement)
    }
    const texts = [...document.querySelectorAll('main *')].filter(
      (one) =>
        [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim()) &&
        one.getClientRects().length > 0 &&
        !one.closest('[disabled]'),
    )
    const found = texts.map((one) => {
      const [text, ground] = [channels(getComputedStyle(one).color), behind(one)]
      const alpha = text[3] ?? 1
      const mixed = text.slice(0, 3).map((each, i) => alpha * each + (1 - alpha) * ground[i]!)
      const [high, low] = [luminance(mixed), luminance(ground)].sort((a, b) => b - a)
      return { text: one.textContent.trim(), contrast: (high! + 0.05) / (low! + 0.05) }
    })
    return found.reduce((least, each) => (each.contrast < least.contrast ? each : least))
  })
}
