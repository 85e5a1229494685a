/** Plain workers as threads of this process: for a kernel under Node. */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { WorkerHost, WorkerLink } from '../../tensor'

/** MiB. A worker has next to nothing on JavaScript's heap; V8 would reserve for gigabytes of it. */
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4, codeRangeSizeMb: 16 }

/** Threads, as many as this process may use processors. */
export const threads: WorkerHost = { processors: availableParallelism(), start: startThread }

/** Starts a thread that runs `program`. @throws where this process may have no threads. */
export function startThread(program: string): WorkerLink {
  const worker = new Worker(`const port = require('node:worker_threads').parentPort\n${program}`, {
    eval: true,
    // Nothing of what the process was started with is the program's business.
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: LIMITS,
  })
  worker.unref()
  let over = false
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => void worker.on('message', listener),
    onEnd: (listener) => {
      const end = (reason: string) => {
        if (!over) listener(reason)
        over = true
      }
      worker.on('error', (error: Error) => end(`A worker failed: ${error.message}.`))
      worker.on('exit', (code) => end(`A worker ended by itself with status ${code}.`))
    },
    awaited: (yes) => (yes ? worker.ref() : worker.unref()),
    end: () => {
      over = true
      void worker.terminate()
    },
  }
}
