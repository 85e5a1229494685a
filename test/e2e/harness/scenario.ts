/** Scenarios share one VS Code, which starts with the first; each gets a folder of its own and leaves no editor open. */
import { after, test } from 'node:test'
import type { NotebookUnderTest } from './notebook'
import { VSCodeUnderTest, type HostKind } from './vscode'

export interface ScenarioOptions {
  /** Where it runs; `server` alone unless said otherwise. */
  readonly hosts?: readonly HostKind[]
  /** Seconds before it counts as failed. */
  readonly seconds?: number
}

/** What a scenario is given. */
export interface Scenario {
  readonly code: VSCodeUnderTest
  /** This scenario's own folder in the workspace, to put before file names. */
  readonly folder: string
  /** Writes a notebook of these cells (code, or Markdown where the text starts with `%md`) into the folder and opens it. */
  readonly notebook: (cells: readonly string[], name?: string) => Promise<NotebookUnderTest>
}

/** Set by the runner: which kind of VS Code this process tests, and where the unpacked extension lies. */
const kind = process.env['GENBOOK_E2E_HOST'] as HostKind | undefined
const extension = process.env['GENBOOK_E2E_EXTENSION']

let shared: VSCodeUnderTest | undefined
let count = 0

/**
 * Declares an end-to-end test.
 * @param run does and checks; where it throws, a picture of the window stays in out/e2e.
 */
export function scenario(
  name: string,
  run: (scenario: Scenario) => Promise<void>,
  { hosts = ['server'], seconds = 300 }: ScenarioOptions = {},
): void {
  if (!kind || !extension) throw new Error('run the end-to-end tests by `npm test -- e2e`')
  if (!hosts.includes(kind)) return
  test(`${name} (${kind})`, { timeout: seconds * 1000 }, async () => {
    shared ??= await VSCodeUnderTest.start({ host: kind, extensions: [extension] })
    const code = shared
    code.errors.length = 0
    const folder = `${String(++count).padStart(2, '0')}-${name.replace(/\W+/g, '-').slice(0, 40)}`
    try {
      await run({
        code,
        folder,
        async notebook(cells, file = 'test.genbook') {
          await code.writeFile(`${folder}/${file}`, notebookText(cells))
          return code.openNotebook(`${folder}/${file}`)
        },
      })
      await code.resetSettings()
      await code.dismissNotifications()
      await code.closeAllEditors()
    } catch (error) {
      // Whatever went wrong may have left anything behind: the next scenario starts afresh.
      shared = undefined
      const picture = await code
        .screenshot(name)
        .catch((problem: unknown) => `no picture: ${String(problem)}`)
      const errors = code.errors.slice(-10).map((one) => one.slice(0, 500))
      await code.stop()
      const message = error instanceof Error ? error.message : String(error)
      throw new Error(`${message}\npicture: ${picture}\nerrors of the page: ${errors.join('\n') || 'none'}`, {
        cause: error,
      })
    }
  })
}

if (kind)
  after(async () => {
    await shared?.stop()
  })

/** A `.genbook` file of these cells. */
function notebookText(cells: readonly string[]): string {
  const lines = (text: string): string[] => text.split(/(?<=\n)/)
  const notebook = {
    cells: cells.map((text, index) => {
      const markdown = text.startsWith('%md')
      const common = { id: `cell-${index}`, metadata: {} }
      if (markdown) return { cell_type: 'markdown', ...common, source: lines(text.slice(3).trimStart()) }
      return { cell_type: 'code', ...common, execution_count: null, source: lines(text), outputs: [] }
    }),
    metadata: {
      kernelspec: { name: 'genbook', display_name: 'Genbook', language: 'typescript' },
      language_info: { name: 'typescript', file_extension: '.ts', mimetype: 'text/typescript' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  }
  return `${JSON.stringify(notebook, null, 1)}\n`
}
