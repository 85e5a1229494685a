/** The same work in PyTorch, in a process of its own that takes its turn when it is asked. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { root } from '../../scripts/vscode-host/index.mjs'
import type { Contestant } from './race'

/** A Python that answers requests for bursts, one to a line: `{ what, count, … }`, in milliseconds of a step. */
export interface PythonBench {
  readonly version: string
  ask(request: {
    readonly what: string
    readonly count: number
    readonly [option: string]: unknown
  }): Promise<number>
  end(): void
}

/** Starts a program of this folder; undefined where no Python can run it. */
export async function startPython(program: string): Promise<PythonBench | undefined> {
  // The system's own Python may have PyTorch where another stands before it on the path.
  for (const python of ['python3', '/usr/bin/python3']) {
    const child = spawn(python, [join(root, 'test/bench', program)], { stdio: ['pipe', 'pipe', 'ignore'] })
    child.on('error', () => {})
    child.stdin.on('error', () => {})
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const version = await lines.next()
    if (version.done) continue
    return {
      version: version.value,
      ask: async (request) => {
        child.stdin.write(`${JSON.stringify(request)}\n`)
        const { done, value } = await lines.next()
        if (done) throw new Error(`PyTorch could not do ${request.what}`)
        return Number(value)
      },
      end: () => child.stdin.end(),
    }
  }
  return undefined
}

/** PyTorch at work. */
export interface Torch {
  readonly version: string
  /** `pytorch.py`'s work of that name with one and with two threads, `count` steps a burst. */
  contestants(what: string, count: number): readonly Contestant[]
  end(): void
}

/** Starts it; undefined where no Python has it. */
export async function startTorch(): Promise<Torch | undefined> {
  const python = await startPython('pytorch.py')
  return (
    python && {
      version: python.version,
      contestants: (what, count) =>
        [1, 2].map((threads) => ({
          name: `PyTorch, ${threads === 1 ? 'one thread' : 'two threads'}`,
          rival: 'PyTorch',
          burst: () => python.ask({ what, threads, count }),
        })),
      end: () => python.end(),
    }
  )
}
