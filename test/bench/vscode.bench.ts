import type * as Api from 'vscode'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostInstalled, hostSize, unpackExtension } from '../../scripts/vscode-host/index.mjs'
import { pack } from '../../scripts/package.mjs'
import { VSCodeUnderTest } from '../e2e/harness'
import { median, spread, type Benchmark } from './benchmark'
import { largeNotebook } from './largeNotebook'

const benchmark: Benchmark = {
  title: 'In VS Code, with a server',
  async run(report) {
    if (!hostInstalled())
      throw new Error(
        `VS Code for the browser (${hostSize}) is not installed; \`npm test -- smoke\` installs it.`,
      )
    const folder = mkdtempSync(join(tmpdir(), 'genbook-bench-'))
    const extension = join(folder, 'genbook')
    unpackExtension(await pack(join(folder, 'genbook.vsix'), { quiet: true }), extension)
    const code = await VSCodeUnderTest.start({ host: 'server', extensions: [extension] })
    try {
      report('activation, loading the code included', `${(await activation(code)).toFixed(1)} ms`)
      const ours = await roundTrips(code, 'genbook.genbook', 'genbook-kernel')
      const none = await roundTrips(code, 'genbook-test.e2e-driver', 'nothing')
      report('round trip of `1 + 1`', spread(ours))
      report('the same with a controller that does nothing', spread(none))
      report("beyond VS Code's own", `${(median(ours) - median(none)).toFixed(1)} ms`)
      await code.closeAllEditors()
      for (const [extension, whose] of [
        ['genbook', 'a notebook of 10 MB'],
        ['ipynb', "the same as .ipynb, by VS Code's own extension"],
      ] as const) {
        const [read, shown] = await opening(code, extension)
        report(whose, `read in ${read.toFixed(0)} ms, shown after ${shown.toFixed(0)} ms`)
        await code.closeAllEditors()
      }
    } catch (error) {
      await code.screenshot('bench')
      throw error
    } finally {
      await code.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

export default benchmark

function activation(code: VSCodeUnderTest): Promise<number> {
  return code.evaluate(async (vscode) => {
    const extension = vscode.extensions.getExtension('genbook.genbook')
    if (!extension) throw new Error('the extension is not installed')
    if (extension.isActive) throw new Error('the extension was active before a notebook was opened')
    // VS Code goes on starting other extensions after its window has opened: wait until timers come on time for a second.
    for (let onTime = 0; onTime < 20;) {
      const asked = performance.now()
      await new Promise((resolve) => setTimeout(resolve, 50))
      onTime = performance.now() - asked < 60 ? onTime + 1 : 0
    }
    const start = performance.now()
    await extension.activate()
    return performance.now() - start
  })
}

/** Milliseconds from the command that executes a cell to the event that it has ended, fifty times. */
async function roundTrips(code: VSCodeUnderTest, extension: string, kernel: string): Promise<number[]> {
  const cell = {
    cell_type: 'code',
    id: 'one',
    metadata: {},
    execution_count: null,
    source: ['1 + 1'],
    outputs: [],
  }
  const path = `${kernel}.genbook`
  await code.writeFile(path, JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }))
  await code.openNotebook(path)
  if (kernel === 'nothing') await code.evaluate(controllerThatDoesNothing)
  await code.evaluate(
    (vscode, id, extension) => vscode.commands.executeCommand('notebook.selectKernel', { id, extension }),
    kernel,
    extension,
  )
  // The first ones start the kernel.
  for (let i = 0; i < 3; i++) await code.evaluate(roundTrip)
  const times = []
  for (let i = 0; i < 50; i++) {
    // Nobody presses while the window is still drawing the end of the run before.
    await new Promise((resolve) => setTimeout(resolve, 500))
    times.push(await code.evaluate(roundTrip))
  }
  return times
}

function controllerThatDoesNothing(vscode: typeof Api): void {
  const controller = vscode.notebooks.createNotebookController('nothing', 'genbook', 'Nothing')
  controller.supportsExecutionOrder = true
  let order = 0
  controller.executeHandler = async (cells) => {
    for (const cell of cells) {
      const execution = controller.createNotebookCellExecution(cell)
      execution.executionOrder = ++order
      execution.start(Date.now())
      const item = vscode.NotebookCellOutputItem.text('2')
      await execution.replaceOutput(new vscode.NotebookCellOutput([item]))
      execution.end(true, Date.now())
    }
  }
}

async function roundTrip(vscode: typeof Api): Promise<number> {
  const notebook = vscode.window.activeNotebookEditor!.notebook
  const before = notebook.cellAt(0).executionSummary?.executionOrder
  const start = performance.now()
  let listener: Api.Disposable | undefined
  const ended = new Promise<number>((resolve) => {
    listener = vscode.workspace.onDidChangeNotebookDocument(({ cellChanges }) => {
      for (const { executionSummary: now } of cellChanges)
        if (now?.success !== undefined && now.executionOrder !== before) resolve(performance.now() - start)
    })
  })
  await vscode.commands.executeCommand('notebook.cell.execute', {
    ranges: [{ start: 0, end: 1 }],
    document: notebook.uri,
  })
  const milliseconds = await ended
  listener?.dispose()
  return milliseconds
}

/** Milliseconds until a notebook of 10 MB is read, and until its editor is shown. */
async function opening(
  code: VSCodeUnderTest,
  extension: string,
): Promise<readonly [read: number, shown: number]> {
  const path = `large.${extension}`
  await code.writeFile(path, largeNotebook(10e6))
  return code.evaluate(async (vscode, path) => {
    const uri = vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, path)
    const start = performance.now()
    const notebook = await vscode.workspace.openNotebookDocument(uri)
    const read = performance.now() - start
    await vscode.window.showNotebookDocument(notebook)
    return [read, performance.now() - start] as const
  }, path)
}
