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
    assert.equal((await rowWith(code, 'half', 'value', /half/))['value'], 'half(value, by = 2)')
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
  'a tensor opens as a table, an image and a picture, which follow its cell',
  async ({ code, notebook }) => {
    const book = await notebook([
      'const points = tf.range(0, 600).reshape([300, 2])\nconst pictures = tf.range(0, 4 * 16 * 16).reshape([4, 16, 16])',
      'const points = tf.fill([300, 2], 7)',
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
  },
  { hosts },
)
