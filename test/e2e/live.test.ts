/** Controls of cells and the live pictures that follow them, in the real VS Code. */
import assert from 'node:assert/strict'
import type { Frame } from 'playwright-core'
import { scenario, until, type VSCodeUnderTest } from './harness'

const everywhere = { hosts: ['server', 'web'] } as const

/** Waits until one of the notebook's outputs has the element. @returns the frame of the outputs */
async function outputs(code: VSCodeUnderTest, selector: string): Promise<Frame> {
  return until(`${selector} in the outputs`, async () => {
    const frame = await code.outputsOf(await code.activeNotebookElement())
    return frame && (await frame.locator(selector).count()) ? frame : undefined
  })
}

/** The tab that shows one picture. */
function largePicture(code: VSCodeUnderTest): Promise<Frame> {
  return until('the tab with the picture', async () => {
    for (const one of code.page.frames()) {
      const drawn = one.locator('.figure .js-plotly-plot .main-svg')
      if (await drawn.count().catch(() => 0)) return one
    }
    return undefined
  })
}

/** Moves a slider as a person's hand does: every value on the way, the last one for good. */
async function slide(frame: Frame, values: readonly number[]): Promise<void> {
  await frame.locator('.genbook-controls input[type=range]').evaluate((element, values) => {
    const input = element as HTMLInputElement
    for (const value of values) {
      input.value = String(value)
      input.dispatchEvent(new Event('input', { bubbles: true }))
    }
    input.dispatchEvent(new Event('change', { bubbles: true }))
  }, values)
}

scenario(
  'a slider recomputes its picture in the session, the newest value wins, and what is saved is the last state',
  async ({ code, folder, notebook }) => {
    const book = await notebook([
      `import { slider, live, plot } from 'genbook'
let computed = 0
const n = slider('n', 1, 400, { step: 1, value: 20 })
live(async () => {
  for (let i = 0; i < 30; i++) await new Promise((resolve) => setTimeout(resolve, 10))
  computed++
  return plot.samples(tf.randomNormal([n.value, 2]), { title: 'Normal' })
})`,
      'computed',
    ])
    await book.runCell(0)
    await book.waitForFigures(0, ([figure]) => figure?.traces[0]?.points === 20)
    const frame = await outputs(code, '.genbook-controls input[type=range]:enabled')
    await book.waitForOutput(0, 'n = 20')
    await slide(
      frame,
      Array.from({ length: 300 }, (_, i) => i + 1),
    )
    await book.waitForFigures(0, ([figure]) => figure?.traces[0]?.points === 300)
    await book.waitForOutput(0, 'n = 300')
    await code.screenshot('live slider')
    // The others were dropped: at most those that had begun were computed to their end.
    await book.runCell(1)
    const computed = Number((await book.waitForOutput(1, /^\d+$/)).trim())
    assert.ok(computed >= 2 && computed < 20, `computed ${computed} times for 300 values`)
    await until('the last state to be stored', async () => {
      await book.save()
      const text = await code.readFile(`${folder}/test.genbook`)
      return /"value": 300/.test(text) && /300 points/.test(text)
    })
    assert.equal((await book.cell(0)).success, true)
  },
  everywhere,
)

scenario(
  'an error is said under the picture, which stays; after a restart the controls sleep',
  async ({ code, notebook }) => {
    const book = await notebook([
      `import { slider, live, plot } from 'genbook'
const n = slider('n', 0, 50, { step: 1, value: 20 })
live(() => plot.samples(tf.randomNormal([n.value, 2])))`,
    ])
    await book.runCell(0)
    await book.waitForFigures(0, ([figure]) => figure?.traces[0]?.points === 20)
    const frame = await outputs(code, '.genbook-controls input[type=range]:enabled')
    await slide(frame, [0])
    await book.waitForOutput(0, /n = 0[^]*This picture is older[^]*FigureError/)
    assert.equal((await book.figures(0))[0]?.traces[0]?.points, 20)
    await slide(frame, [30])
    await book.waitForFigures(0, ([figure]) => figure?.traces[0]?.points === 30)
    await code.command('Genbook: Restart')
    await outputs(code, '.genbook-controls input[type=range]:disabled')
    await book.waitForOutput(0, 'Run the cell to use them.')
    await book.startCell(0)
    await outputs(code, '.genbook-controls input[type=range]:enabled')
  },
)

scenario('Stop ends a computation, and the session lives on', async ({ code, notebook }) => {
  const book = await notebook([
    `import { toggle, live } from 'genbook'
const forever = toggle('forever')
live(() => { while (forever.value) {} return 'done' })`,
    "'the session lives'",
  ])
  await book.runCell(0)
  const frame = await outputs(code, '.genbook-controls input[type=checkbox]:enabled')
  await frame.locator('.genbook-controls input[type=checkbox]').check()
  await book.waitForOutput(0, 'computing…')
  await frame.locator('.genbook-controls').getByRole('button', { name: 'Stop' }).click()
  await until('the computation to end', async () => !/computing/.test(await book.waitForOutput(0, /./)))
  await book.runCell(1)
  await book.waitForOutput(1, 'the session lives')
})

scenario(
  'a picture is copied, saved and opened large by its buttons',
  async ({ code, folder, notebook }) => {
    const book = await notebook([
      "import { plot, vp } from 'genbook'\nplot.schedule(vp({ betaMin: 0.1, betaMax: 20 }))",
    ])
    await book.runCell(0)
    await book.waitForFigures(0)
    const frame = await outputs(code, '.genbook-tools')
    const tools = frame.locator('.genbook-tools')
    for (const [name, file] of [
      ['Save the picture as PNG', 'a.png'],
      ['Save the picture as SVG', 'a.svg'],
    ] as const) {
      await tools.getByRole('button', { name }).click()
      assert.match(await code.answerFileDialog(file), /schedule.*\.(png|svg)$/)
      await until(`${file} to be written`, () =>
        code.readFile(`${folder}/${file}`).then(
          (text) => text.length > 500,
          () => false,
        ),
      )
    }
    assert.match(await code.readFile(`${folder}/a.svg`), /^<svg/)
    await code.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await tools.getByRole('button', { name: 'Copy the picture' }).click()
    await until(
      'what became of copying',
      async () => (await tools.getByRole('status').innerText()) === 'Copied.',
    )
    await tools.getByRole('button', { name: 'Open the picture large' }).click()
    const large = await largePicture(code)
    await code.screenshot('large picture')
    assert.ok((await large.locator('.js-plotly-plot').boundingBox())!.height > 300)
  },
  everywhere,
)

scenario(
  'points that are drawn with the mouse come to the cell that waits, and live pictures follow the pen',
  async ({ code, notebook }) => {
    const book = await notebook([
      `import { plot, live, data } from 'genbook'
const drawn = plot.pad({ classes: ['inner', 'outer'] })
live(() => \`seen \${drawn.points.length}\`)`,
      'const points = await drawn.done();\n`${points.length} points, ${data.points(points).size} to learn from`',
    ])
    await book.runCell(0)
    await book.waitForOutput(0, "'seen 0'")
    const frame = await outputs(code, '.genbook-pad')
    await book.startCell(1)
    await frame.getByRole('button', { name: 'Use these points' }).waitFor()
    await book.reveal(0)
    const plane = frame.locator('.nsewdrag').first()
    await plane.scrollIntoViewIfNeeded()
    const box = (await plane.boundingBox())!
    const { mouse } = code.page
    await mouse.move(box.x + 60, box.y + 60)
    await mouse.down()
    await mouse.move(box.x + 120, box.y + 60, { steps: 12 })
    await mouse.up()
    const count = JSON.parse(await frame.locator('.genbook-pad textarea').inputValue()) as unknown[]
    assert.ok(count.length > 3, `${count.length} points`)
    await code.screenshot('drawing')
    // By keyboard: the button may lie below the window's edge.
    await frame.getByRole('button', { name: 'Use these points' }).press('Enter')
    assert.equal((await book.finished(1)).success, true)
    await book.waitForOutput(1, `${count.length} points, ${count.length} to learn from`)
    await book.waitForOutput(0, `'seen ${count.length}'`)
  },
  everywhere,
)

scenario(
  'a mask that is painted with the mouse and by keyboard comes to the cell that waits, and the picture follows the brush',
  async ({ code, notebook }) => {
    const book = await notebook([
      `import { painter, live, data } from 'genbook'
const [digit] = data.digits({ size: 16 }).draw(1).unstack()
const hidden = painter('What is hidden', { paints: 'mask', over: digit })
live(() => \`hidden \${hidden.value.sum().dataSync()[0]}\`)`,
      'const marks = await hidden.done();\n`${marks.shape.join()} with ${marks.sum().dataSync()[0]} marked`',
    ])
    await book.runCell(0)
    await book.waitForOutput(0, "'hidden 0'")
    const frame = await outputs(code, '.genbook-painter')
    await book.reveal(0)
    const canvas = frame.locator('.genbook-painter canvas')
    await canvas.scrollIntoViewIfNeeded()
    const box = (await canvas.boundingBox())!
    const { mouse } = code.page
    await mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.3)
    await mouse.down()
    await mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.3, { steps: 8 })
    await mouse.up()
    const counted = async (): Promise<number> => {
      const [, count = 0] = /'hidden (\d+)'/.exec((await book.outputTexts(0)).join('\n')) ?? []
      return Number(count)
    }
    await until('what was painted by mouse', async () => (await counted()) > 3)
    const byMouse = await counted()
    await code.screenshot('painting a mask')
    // In the editor Ctrl+Z would undo an edit of a cell.
    await canvas.press('Control+z')
    await book.waitForOutput(0, "'hidden 0'")
    await canvas.press('Space')
    await until('what was painted by keyboard', async () => (await counted()) > 0)
    const byKeyboard = await counted()
    assert.ok(byMouse > byKeyboard, `${byMouse} pixels by mouse, ${byKeyboard} by keyboard`)
    await book.startCell(1)
    await frame.getByRole('button', { name: 'Use this picture' }).press('Enter')
    assert.equal((await book.finished(1)).success, true)
    await book.waitForOutput(1, `16,16,1 with ${byKeyboard} marked`)
  },
  everywhere,
)

scenario(
  'a letter of a picture says what it is in the session, and after a restart only what it means',
  async ({ code, notebook }) => {
    const book = await notebook([
      `import { plot, vp } from 'genbook'
let sigma = 0.5
plot.schedule(vp({ betaMin: 0.1, betaMax: 20 }))`,
      'sigma = 0.25',
    ])
    await book.runCell(0)
    await book.waitForFigures(0)
    const frame = await outputs(code, '.infolayer .g-ytitle')
    const axis = frame.locator('.infolayer .g-ytitle')
    /** What the letters say to a mouse that comes from elsewhere. */
    const told = async () => {
      await book.reveal(0)
      await frame.locator('.nsewdrag').first().hover()
      await axis.hover()
      return axis.locator('title').textContent()
    }
    await until('the value', async () =>
      /σₜ: Standard deviation[^]*In this session: sigma = 0\.5, set by \[1\]/.test((await told()) ?? ''),
    )
    await book.runCell(1)
    await until('the new value', async () =>
      /In this session: sigma = 0\.25, set by \[2\]/.test((await told()) ?? ''),
    )
    await code.screenshot('letter with its value')
    // The same in a tab of its own.
    await frame.locator('.genbook-tools').getByRole('button', { name: 'Open the picture large' }).click()
    const large = await largePicture(code)
    await until('the value in the large picture', async () => {
      await large.locator('.nsewdrag').first().hover()
      const title = large.locator('.infolayer .g-ytitle')
      await title.hover()
      return /In this session: sigma = 0\.25/.test((await title.locator('title').textContent()) ?? '')
    })
    await code.evaluate((vscode) => vscode.commands.executeCommand('workbench.action.closeActiveEditor'))
    await code.command('Genbook: Restart')
    await until('the meaning alone', async () => {
      const text = (await told()) ?? ''
      return /σₜ: Standard deviation/.test(text) && !/In this session/.test(text)
    })
  },
)
