import { globSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pack } from '../../scripts/package.mjs'
import { hostInstalled, hostSize, unpackExtension } from '../../scripts/vscode-host/index.mjs'
import { VSCodeUnderTest } from '../e2e/harness'
import { sixty } from '../language/cases/long'
import { spread, time, type Benchmark } from './benchmark'

const LAST = 59
/** Typed into the last cell, one key after another. */
const WRITTEN = 'const walk = ddim(model, { steps: 5 })'

const benchmark: Benchmark = {
  title: 'Writing in VS Code, with a server, a notebook of 60 cells',
  async run(report) {
    if (!hostInstalled())
      throw new Error(
        `VS Code for the browser (${hostSize}) is not installed; \`npm test -- smoke\` installs it.`,
      )
    const folder = mkdtempSync(join(tmpdir(), 'genbook-bench-'))
    const extension = join(folder, 'genbook')
    const vsix = await pack(join(folder, 'genbook.vsix'), { quiet: true })
    unpackExtension(vsix, extension)
    report('size of the .vsix', megabytes(statSync(vsix).size))
    report('size of the extension, unpacked', megabytes(sizeOf(extension)))
    const code = await VSCodeUnderTest.start({ host: 'server', extensions: [extension] })
    try {
      const before = await memory(code)
      report('first diagnostics after opening', `${(await firstDiagnostics(code)).toFixed(0)} ms`)
      report('completion after an edit', spread(await completions(code)))
      report('from a key to its character on the screen', spread(await keys(code)))
      const after = await memory(code)
      report('memory of the extension host before, and with the service', `${before} MB, ${after} MB`)
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

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

function sizeOf(folder: string): number {
  return globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

/** Of the process that extensions run in, language workers included, in MB. */
function memory(code: VSCodeUnderTest): Promise<number> {
  return code.evaluate(() => Math.round(process.memoryUsage().rss / 1e6))
}

/** Milliseconds from the command that opens a notebook to the error of its first cell in the Problems panel. */
async function firstDiagnostics(code: VSCodeUnderTest): Promise<number> {
  const sources = ["const wrong: number = 'text'", ...sixty('').slice(1)]
  const cells = sources.map((source, index) => ({
    cell_type: 'code',
    id: `cell-${index}`,
    metadata: {},
    execution_count: null,
    source: [source],
    outputs: [],
  }))
  await code.writeFile(
    'sixty.genbook',
    JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }),
  )
  const milliseconds = await code.evaluate(async (vscode) => {
    const uri = vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, 'sixty.genbook')
    const start = performance.now()
    const seen = new Promise<number>((resolve) => {
      const listener = vscode.languages.onDidChangeDiagnostics(() => {
        const found = vscode.languages
          .getDiagnostics()
          .some(([, list]) => list.some(({ code }) => code === 2322))
        if (!found) return
        listener.dispose()
        resolve(performance.now() - start)
      })
    })
    await vscode.window.showNotebookDocument(await vscode.workspace.openNotebookDocument(uri))
    return seen
  })
  return milliseconds
}

/** Milliseconds from the question to the list, each after an edit of the cell. */
function completions(code: VSCodeUnderTest): Promise<number[]> {
  return code.evaluate(
    async (vscode, last, written) => {
      const { document } = vscode.window.activeNotebookEditor!.notebook.cellAt(last)
      const times: number[] = []
      for (let length = 1; length <= written.length; length++) {
        const edit = new vscode.WorkspaceEdit()
        edit.replace(document.uri, new vscode.Range(0, 0, 0, 1000), written.slice(0, length))
        await vscode.workspace.applyEdit(edit)
        const start = performance.now()
        await vscode.commands.executeCommand(
          'vscode.executeCompletionItemProvider',
          document.uri,
          new vscode.Position(0, length),
        )
        times.push(performance.now() - start)
      }
      return times
    },
    LAST,
    WRITTEN,
  )
}

/** Milliseconds from a key press to its character, while completions and checks go on. */
async function keys(code: VSCodeUnderTest): Promise<number[]> {
  const book = code.notebookAt('sixty.genbook')
  await book.type(LAST, '\n')
  const text = (await book.reveal(LAST)).locator('.view-lines')
  const times: number[] = []
  let typed = ''
  // Blanks and brackets are drawn, closed and accepted in ways of their own; letters stand where they are typed.
  for (const letter of WRITTEN.replace(/[^a-z]/g, '')) {
    typed += letter
    times.push(
      await time(async () => {
        await code.page.keyboard.press(letter)
        await text.filter({ hasText: typed }).waitFor()
      }),
    )
  }
  return times
}
