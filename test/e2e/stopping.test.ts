/** A run goes on whatever happens to its editor, and Stop ends it wherever it is. */
import assert from 'node:assert/strict'
import { scenario, until, type NotebookUnderTest, type VSCodeUnderTest } from './harness'

const command = (code: VSCodeUnderTest, name: string) =>
  code.evaluate((vscode, name) => vscode.commands.executeCommand(name), name)

/** A run that gives way all the time, and ends once there is a file beside its notebook. */
const waiting = [
  "import { readText } from 'genbook'\nlet count = 0",
  `while (await readText('go.txt').catch(() => 'not yet') === 'not yet') {
  count++
  await new Promise((resolve) => setTimeout(resolve, 50))
}
'went on'`,
]

const running = (code: VSCodeUnderTest, count: number) =>
  until(`cell [${count}] to run`, async () =>
    (await code.runtimeViewText()).includes(`running cell [${count}]`),
  )

scenario(
  'Stop ends a cell that awaits for ever, and keeps its variables',
  async ({ code, notebook }) => {
    const book = await notebook(['let kept = 1', 'kept = 2\nawait new Promise(() => {})\nkept = 3', 'kept'])
    await book.runCell(0)
    await book.startCell(1)
    await running(code, 2)
    await book.startCell(2)
    await until('what waits', async () => /Waiting\s+1 kept/.test(await code.runtimeViewText()))
    await book.pressStop()
    assert.equal((await book.finished(1)).success, false)
    await until('nothing to wait', async () => /Waiting\s+nothing/.test(await code.runtimeViewText()))
    await book.waitForOutput(1, /Stopped: every variable is kept/)
    await book.runCell(2)
    await book.waitForOutput(2, /^2$/)
  },
  { hosts: ['server', 'web'] },
)

scenario('a run goes on while another tab is in front', async ({ code, folder, notebook }) => {
  const book = await notebook(waiting)
  await book.runCell(0)
  await book.startCell(1)
  await running(code, 2)
  await code.writeFile(`${folder}/other.txt`, 'something else')
  await code.openFile(`${folder}/other.txt`)
  await until('the other tab to be in front', async () => !(await book.isActive()))
  await code.writeFile(`${folder}/go.txt`, '')
  assert.equal((await book.finished(1)).success, true)
  await code.openNotebook(book.path)
  await book.waitForOutput(1, /went on/)
})

scenario(
  'a run goes on while its editor is split, and both halves show it',
  async ({ code, folder, notebook }) => {
    const book = await notebook(waiting)
    await book.runCell(0)
    await book.startCell(1)
    await running(code, 2)
    await command(code, 'workbench.action.splitEditor')
    await until('two editors of the notebook', () =>
      code.evaluate(
        (vscode) =>
          vscode.window.visibleNotebookEditors.filter(({ notebook }) => notebook.notebookType === 'genbook')
            .length === 2,
      ),
    )
    await code.writeFile(`${folder}/go.txt`, '')
    assert.equal((await book.finished(1)).success, true)
    await book.waitForOutput(1, /went on/)
    await stopped(code, book)
  },
)

/** Stop works from the second half, too. */
async function stopped(code: VSCodeUnderTest, book: NotebookUnderTest): Promise<void> {
  await book.editCell(1, 'for (;;) count++')
  await book.startCell(1)
  await running(code, 3)
  await command(code, 'genbook.interrupt')
  await until('the cell to be stopped', async () => (await book.cell(1)).success === false)
}

scenario('a cell that changes the device is believed', async ({ code, notebook }) => {
  const book = await notebook(["await tf.setBackend('cpu')\ntf.zeros([2]).add(1)"])
  await book.runCell(0)
  await code.waitForStatusBar('JavaScript')
  await until('the view to say so', async () => /Device\s+JavaScript/.test(await code.runtimeViewText()))
})
