/** Runs the built command line as a person does, on notebooks in a folder of the test's own. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext } from 'node:test'

const program = join(process.cwd(), 'dist/genbook.mjs')

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

type Source = string | { readonly markdown: string }

interface StoredNotebook {
  readonly metadata: { readonly genbook?: { readonly seed?: number; readonly run?: Record<string, unknown> } }
  readonly cells: readonly {
    readonly id: string
    readonly source: readonly string[]
    readonly execution_count?: number | null
    readonly outputs: readonly {
      readonly output_type: string
      readonly text?: readonly string[]
      readonly data?: Readonly<Record<string, unknown>>
      readonly ename?: string
      readonly evalue?: string
      readonly traceback?: readonly string[]
    }[]
  }[]
}

export class Folder {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  static async create(t: TestContext): Promise<Folder> {
    const path = await mkdtemp(join(tmpdir(), 'genbook-cli-'))
    t.after(() => rm(path, { recursive: true, force: true }))
    return new Folder(path)
  }

  /** Writes a notebook with cells `c1`, `c2`, … */
  async notebook(name: string, sources: readonly Source[], seed?: number): Promise<string> {
    const cells = sources.map((source, index) => {
      const code = typeof source === 'string'
      return {
        id: `c${index + 1}`,
        cell_type: code ? 'code' : 'markdown',
        metadata: {},
        source: (code ? source : source.markdown).split(/(?<=\n)/),
        ...(code && { execution_count: null, outputs: [] }),
      }
    })
    const metadata = seed === undefined ? {} : { genbook: { seed } }
    await this.text(name, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells }, null, 1) + '\n')
    return name
  }

  text(name: string, text: string): Promise<void> {
    return writeFile(join(this.path, name), text)
  }

  read(name: string): Promise<string> {
    return readFile(join(this.path, name), 'utf8')
  }

  async readNotebook(name: string): Promise<StoredNotebook> {
    return JSON.parse(await this.read(name)) as StoredNotebook
  }

  /** Runs `genbook` in the folder. @param watch sees all that it has printed so far, and may send signals */
  genbook(
    args: readonly string[],
    watch?: (printed: string, kill: (signal: NodeJS.Signals) => void) => void,
  ) {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: this.path,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    const see = () => watch?.(stdout + stderr, (signal) => void child.kill(signal))
    child.stdout.on('data', (data) => {
      stdout += String(data)
      see()
    })
    child.stderr.on('data', (data) => {
      stderr += String(data)
      see()
    })
    return new Promise<Ended>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (status) => resolve({ status, stdout, stderr }))
    })
  }
}
