/** The same work in PyTorch, in a process of its own that takes its turn when it is asked. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { root } from '../../scripts/vscode-host/index.mjs'
import type { Contestant } from './race'

/** PyTorch at work. */
export interface Torch {
  readonly version: string
  /** `pytorch.py`'s work of that name with one and with two threads, `count` steps a burst. */
  contestants(what: string, count: number): readonly Contestant[]
  end(): void
}

/** Starts it; undefined where no Python has it. */
export async function startTorch(): Promise<Torch | undefined> {
  // The system's own Python may have it where another stands before it on the path.
  for (const python of ['python3', '/usr/bin/python3']) {
    const child = spawn(python, [join(root, 'test/bench/pytorch.py')], { stdio: ['pipe', 'pipe', 'ignore'] })
    child.on('error', () => {})
    child.stdin.on('error', () => {})
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const version = await lines.next()
    if (version.done) continue
    const ask = async (what: string, threads: number, count: number): Promise<number> => {
      child.stdin.write(`${JSON.stringify({ what, threads, count })}\n`)
      const { done, value } = await lines.next()
      if (done) throw new Error(`PyTorch could not do ${what}`)
      return Number(value)
    }
    return {
      version: version.value,
      contestants: (what, count) =>
        [1, 2].map((threads) => ({
          name: `PyTorch, ${threads === 1 ? 'one thread' : 'two threads'}`,
          rival: 'PyTorch',
          burst: () => ask(what, threads, count),
        })),
      end: () => child.stdin.end(),
    }
  }
  return undefined
}
