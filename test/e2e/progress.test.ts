/** How far a long computation is: in the outputs, the status bar and the runtime view, while it runs and no longer. */
import assert from 'node:assert/strict'
import { scenario, until } from './harness'

scenario(
  'progress is shown, one task within another, with rate, time left and the value that matters; and leaves no trace',
  async ({ code, folder, notebook }) => {
    const book = await notebook([
      `import { progress } from 'genbook'
for (const seed of progress([1, 2, 3], 'seeds'))
  await progress('annealing', 1_000_000, async (tick) => {
    for (let i = 0; i < 1_000_000; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      tick(\`energy \${seed}\`)
    }
  })`,
      '1 + 1',
    ])
    await book.startCell(0)
    // The outer task first, the inner one under it.
    const inner = /annealing [\d,]+\/1,000,000 · .*(steps\/s|a step) · .* left · energy 1/
    await book.waitForOutput(0, (text) => /seeds 0\/3/.test(text) && inner.test(text))
    const bars = await code.outputsOf(await code.activeNotebookElement())
    assert.equal(await bars!.locator('progress[aria-label=annealing]').count(), 1)
    await until('the status bar to say how far the outermost task is', async () =>
      /seeds 0\/3/.test(await code.page.locator('.statusbar').innerText()),
    )
    await until('the runtime view to show the innermost', async () =>
      inner.test(await code.runtimeViewText()),
    )
    await code.screenshot(`progress-${process.env['GENBOOK_E2E_HOST']}`)
    await book.pressStop()
    assert.equal((await book.finished(0)).success, false)
    await until('the progress to be gone', async () => {
      const shown = [...(await book.outputTexts(0)), await code.page.locator('.statusbar').innerText()].join()
      return !/annealing|seeds/.test(shown)
    })
    // What is over at once is not worth telling, and nothing of it all is stored.
    await book.runCell(1)
    await book.save()
    assert.doesNotMatch(await code.readFile(`${folder}/test.genbook`), /genbook\.progress|energy 1/)
  },
  { hosts: ['server', 'web'] },
)
