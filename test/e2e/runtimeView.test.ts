/** The runtime view comes, hides and goes while cells run. */
import assert from 'node:assert/strict'
import { scenario, until } from './harness'

const ticking =
  "let ticks = 0\nwhile (ticks < 60) {\n  await new Promise((r) => setTimeout(r, 50))\n  ticks++\n}\n'ticked'"

scenario('hiding the panel changes nothing', async ({ code, notebook }) => {
  const book = await notebook([ticking, 'ticks'])
  await book.startCell(0)
  await until('the cell to run', async () => /running cell \[1\]/.test(await code.runtimeViewText()))
  await code.evaluate((vscode) => vscode.commands.executeCommand('workbench.action.closePanel'))
  assert.equal((await book.finished(0)).success, true)
  await book.runCell(1)
  await book.waitForOutput(1, /^60$/)
})

scenario('a panel that is closed before the view has started is shown again', async ({ code, notebook }) => {
  await code.reload()
  await code.evaluate((vscode) => vscode.commands.executeCommand('workbench.action.closePanel'))
  const book = await notebook(['40 + 2'])
  await book.startCell(0)
  await book.waitForIcon(0, 'running')
  await code.evaluate((vscode) => vscode.commands.executeCommand('workbench.action.closePanel'))
  assert.equal((await book.finished(0)).success, true)
  await book.waitForOutput(0, /^42$/)
})

scenario('running a cell leaves the keyboard with the notebook', async ({ code, notebook }) => {
  const book = await notebook(['1', '2'])
  await book.type(0, ' + 1')
  await code.page.keyboard.press('Meta+Enter')
  await book.finished(0)
  await code.runtimeView()
  await code.page.keyboard.type(' + 3')
  await until('what is typed to arrive in the cell', async () => (await book.cell(0)).text === '1 + 1 + 3')
})

scenario(
  'a view that is moved to another container ends the run, says so and offers the way back',
  async ({ code, notebook }) => {
    const book = await notebook(['const a = 6', 'while (true) {}', 'a * 7'])
    await book.runCell(0)
    await book.startCell(1)
    await book.waitForIcon(1, 'running')
    await code.evaluate((vscode) =>
      vscode.commands.executeCommand('vscode.moveViews', {
        viewIds: ['genbook.runtime'],
        destinationId: 'workbench.view.explorer',
      }),
    )
    assert.equal((await book.finished(1)).success, false)
    await book.waitForOutput(1, /closed or moved[^]*Restart and Run Above/)
    await code.waitForNotification('closed or moved')
    await code.answerNotification('Restart and Run Above')
    // Where the view is narrow, it leaves the types out.
    await until('the variable to be back', async () => /^a\b.*\b6\s*$/m.test(await code.runtimeViewText()))
    await book.runCell(2)
    await book.waitForOutput(2, /^42$/)
    await code.evaluate((vscode) => vscode.commands.executeCommand('workbench.action.resetViewLocations'))
  },
)

scenario('the view’s Interrupt stops the cell and keeps its variables', async ({ code, notebook }) => {
  const book = await notebook(['const a = 1', 'while (true) {}', 'a'])
  await book.runCell(0)
  await book.startCell(1)
  const view = await code.runtimeView()
  await until('the view to say what runs', async () =>
    /running cell \[2\]/.test(await code.runtimeViewText()),
  )
  await view.getByRole('button', { name: 'Interrupt', exact: true }).click()
  assert.equal((await book.finished(1)).success, false)
  await book.runCell(2)
  await book.waitForOutput(2, /^1$/)
})

scenario('a closed notebook leaves the view, and its worker ends', async ({ code, notebook }) => {
  const book = await notebook(['1'], 'closing.genbook')
  await book.runCell(0)
  await until('the view to list it', async () => /closing\.genbook/.test(await code.runtimeViewText()))
  await book.save()
  await book.close()
  await until('the view to forget it', async () => !/closing\.genbook/.test(await code.runtimeViewText()))
  const view = await code.runtimeView()
  const mine = code.page.workers().filter((worker) => worker.url().startsWith('blob:vscode-webview'))
  assert.deepEqual(mine, [], `${view.url()} has no worker left`)
})

scenario('the view says which way sampling went, and why not in one go', async ({ code, notebook }) => {
  const book = await notebook([
    `import { ddim, denoiser, mlp, sample, vp } from 'genbook'
const model = denoiser(vp(), mlp({ dim: 2, hidden: [8], embedding: 4 }))`,
    'await sample(ddim(model, { steps: 5 }), 64)',
    'await sample(ddim(model, { steps: 5, after: (x) => x }), 64)',
  ])
  await book.runCell(0)
  assert.doesNotMatch(await code.runtimeViewText(), /Sampling/)
  await book.runCell(1)
  await until('the view to say that it went in one go', async () =>
    /Sampling\s+in one go on WASM SIMD/.test(await code.runtimeViewText()),
  )
  await code.screenshot('sampling-in-one-go')
  await book.runCell(2)
  await until('the view to say that it went step by step', async () =>
    /Sampling\s+step by step: its steps are not known ahead/.test(await code.runtimeViewText()),
  )
})
