/** Cells whose outputs no longer hold are marked, and run on demand. */
import assert from 'node:assert/strict'
import { scenario, until, type NotebookUnderTest, type VSCodeUnderTest } from './harness'

const hosts = ['server', 'web'] as const

/** What stands below a cell. */
async function below(book: NotebookUnderTest, index: number): Promise<string> {
  const row = await book.reveal(index)
  return (await row.locator('.cell-status-item').allInnerTexts()).join(' | ')
}

function says(book: NotebookUnderTest, index: number, pattern: RegExp): Promise<string> {
  return until(`${String(pattern)} below cell ${index}`, async () => {
    const text = await below(book, index)
    return pattern.test(text) ? text : undefined
  })
}

async function runStale(code: VSCodeUnderTest): Promise<void> {
  await code.evaluate((vscode) => vscode.commands.executeCommand('genbook.runStale'))
}

const orders = async (book: NotebookUnderTest) => (await book.cells()).map(({ order }) => order)

scenario(
  'an edited cell and what depends on it are stale, and only they run again',
  async ({ code, notebook }) => {
    const book = await notebook([
      'const steps = 10',
      'const beta = 0.5',
      'const betas = Array.from({ length: steps }, () => beta)',
      'betas.length',
      'beta + 1',
    ])
    await book.runAll()
    await book.allFinished()
    for (const index of [0, 1, 2, 3, 4])
      assert.doesNotMatch(await says(book, index, /ms on WASM SIMD/), /stale/)

    await book.type(0, '0')
    await says(book, 0, /stale: edited since it ran/)
    await says(book, 2, /stale: uses `steps` of cell \[1\], which is stale/)
    await says(book, 3, /stale: uses `betas` of cell \[3\], which is stale/)
    assert.doesNotMatch(await below(book, 4), /stale/)
    await code.screenshot('stale-cells')

    await book.runCell(0)
    await says(book, 2, /stale: uses `steps`, changed by cell \[6\]/)
    assert.doesNotMatch(await below(book, 0), /stale/)

    await book.toolbar('Run Stale Cells')
    await book.waitForOutput(3, /^100$/)
    assert.deepEqual(await orders(book), [6, 2, 7, 8, 5])
    for (const index of [0, 1, 2, 3, 4]) await says(book, index, /^(?!.*stale)/)
    await runStale(code)
    await code.waitForNotification('No cell is stale')
  },
  { hosts },
)

scenario(
  'outputs of before a restart, and of an earlier session, are told apart',
  async ({ code, notebook }) => {
    const book = await notebook(['const a = 20', 'a + 1', 'a + 2'])
    await book.runAll()
    await book.allFinished()
    await code.evaluate((vscode) => vscode.commands.executeCommand('genbook.restart'))
    await says(book, 1, /before the restart/)
    await runStale(code)
    for (const index of [0, 1, 2])
      assert.doesNotMatch(await says(book, index, /ms on WASM SIMD/), /before the restart/)
    await book.save()
    await book.close()
    const again = await code.openNotebook(book.path)
    await says(again, 1, /from an earlier session/)
    await again.startCell(0)
    assert.doesNotMatch(await says(again, 0, /ms on WASM SIMD/), /earlier session/)
    await says(again, 2, /from an earlier session/)
  },
)

scenario('training a model anew makes what was drawn with it stale', async ({ notebook }) => {
  const book = await notebook([
    "import { data, ddim, denoiser, mlp, sample, train, vp } from 'genbook'\nconst model = denoiser(vp(), mlp({ dim: 2, hidden: [8] }))",
    'await train(model, data.moons(), { steps: 3, batch: 8 })',
    '(await sample(ddim(model, { steps: 2 }), 8)).shape',
  ])
  await book.runAll()
  await book.allFinished()
  await says(book, 2, /ms on|s on/)
  await book.runCell(1)
  await says(book, 2, /stale: uses `model`, changed by cell \[4\]/)
  assert.doesNotMatch(await below(book, 1), /stale/)
})
