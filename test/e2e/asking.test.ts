/** Cells that ask the person something. */
import assert from 'node:assert/strict'
import { scenario, until, type VSCodeUnderTest } from './harness'

const hosts = ['server', 'web'] as const
const ask =
  "import { input } from 'genbook'\nconst steps = await input('How many steps?', { default: 100 })\nsteps + 1"

const box = (code: VSCodeUnderTest) => code.page.locator('.quick-input-widget:visible input')

/** Waits for the question; the kernel may have to start first. */
async function asked(code: VSCodeUnderTest): Promise<void> {
  const shown = code.page.locator('.quick-input-widget:visible')
  await until('the question', async () => /How many steps\?/.test((await shown.allInnerTexts()).join()), {
    seconds: 120,
  })
}

const gone = (code: VSCodeUnderTest) =>
  until('the question to be gone', async () => (await box(code).count()) === 0)

scenario(
  'a cell asks, waits, and goes on with the answer',
  async ({ code, notebook }) => {
    const book = await notebook([ask, 'steps'])
    await book.startCell(0)
    await asked(code)
    assert.equal(await box(code).inputValue(), '100')
    await until('the view to say so', async () => /asks: How many steps\?/.test(await code.runtimeViewText()))
    await box(code).fill('many')
    await until('the objection', async () =>
      /This is no number/.test((await code.page.locator('.quick-input-widget').allInnerTexts()).join()),
    )
    await code.screenshot('asking')
    await box(code).fill('41')
    await code.page.keyboard.press('Enter')
    await book.waitForOutput(0, /^42$/)
  },
  { hosts },
)

scenario(
  'Escape leaves a question with an error, Stop takes it back; the session is kept',
  async ({ code, notebook }) => {
    const book = await notebook(['let kept = 7', ask, 'kept'])
    await book.runCell(0)
    await book.startCell(1)
    await asked(code)
    await box(code).press('Escape')
    await book.waitForOutput(1, /“How many steps\?” was not answered: the field was left with Escape/)
    const { order } = await book.finished(1)
    await book.startCell(1)
    await asked(code)
    await code.evaluate((vscode) => vscode.commands.executeCommand('genbook.interrupt'))
    await gone(code)
    await book.finished(1, { after: order! })
    await book.waitForOutput(1, /Stopped/)
    await book.runCell(2)
    await book.waitForOutput(2, /^7$/)
  },
  { hosts },
)
