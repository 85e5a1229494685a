/** Starts a kernel in a worker thread of this Node process: what the command line and tests drive. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MessageChannel, Worker } from 'node:worker_threads'
import type { Transport } from './client'
import type { CommandChannel, DebugCommand } from './debug/protocol'
import type { NotebookFolder } from './files'
import type { DriverMessage, KernelMessage } from './protocol'

export interface NodeKernelOptions {
  /**
   * The largest JavaScript heap of the kernel, in MiB. Node ends the thread of a cell that exceeds it; where the heap
   * grows faster than Node looks, it ends the process.
   */
  readonly heapMegabytes?: number
}

/**
 * A transport to a new worker thread that executes `script`, the built `dist/kernel.node.mjs` with `kernel.js` beside it.
 *
 * @throws only through `onExit`, which says why the thread ended.
 */
export function nodeTransport(script: string | URL, options: NodeKernelOptions = {}): Transport {
  const worker = new Worker(script, {
    // What a cell prints arrives as output events; only the runtime's own noise takes this way.
    stdout: true,
    stderr: true,
    ...(options.heapMegabytes && { resourceLimits: { maxOldGenerationSizeMb: options.heapMegabytes } }),
  })
  worker.unref()
  return workerTransport(worker)
}

/** A transport to a worker thread that has been started. */
export function workerTransport(worker: Worker): Transport {
  let send: ((command: DebugCommand) => void) | undefined
  let ended = false
  let failure: string | undefined
  return {
    post: (message, transfer = []) => {
      // A thread must not outlive its driver, but while it owes an answer it keeps the process alive.
      worker.ref()
      if (message.type === 'debug') send?.(message.command)
      else if (message.type === 'execute' && message.debug) {
        const commands = commandPort()
        send = commands.send
        const debug = { ...message.debug, channel: commands.channel }
        worker.postMessage({ ...message, debug } satisfies DriverMessage, [
          commands.port,
          ...transfer,
        ] as never)
      } else worker.postMessage(message, transfer as never)
    },
    onMessage: (listener) =>
      void worker.on('message', (message: KernelMessage) => {
        if (message.type === 'finished' || message.type === 'ready') worker.unref()
        if (message.type === 'finished') send = undefined
        if (!ended) listener(message)
      }),
    onExit: (listener) => {
      worker.on('error', (error: Error & { code?: string }) => {
        failure =
          error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? 'The kernel ran out of memory.'
            : `The kernel failed: ${error.message}.`
      })
      worker.on('exit', (code) => {
        if (ended) return
        ended = true
        listener(failure ?? `The kernel ended by itself with status ${code}.`)
      })
    },
    terminate: () => {
      ended = true
      void worker.terminate()
    },
  }
}

/** A way for commands to a thread that is kept waiting: it counts what was sent, and reads that without an event loop. */
function commandPort() {
  const { port1, port2 } = new MessageChannel()
  const sent = new SharedArrayBuffer(4)
  const counter = new Int32Array(sent)
  port1.unref()
  // The page's ports and Node's differ in type only.
  const channel: CommandChannel = { kind: 'port', port: port2 as unknown as globalThis.MessagePort, sent }
  const send = (command: DebugCommand) => {
    port1.postMessage(command)
    Atomics.add(counter, 0, 1)
    Atomics.notify(counter, 0)
  }
  return { port: port2, channel, send }
}

/** A stop flag that a kernel in another thread reads while its own loop is running. */
export function createStopFlag(): SharedArrayBuffer {
  return new SharedArrayBuffer(4)
}

/** Reads files of weights in `folder` (`dist/weights`). */
export function weightReader(folder: string): (file: string) => Promise<Uint8Array> {
  // A Buffer may be a part of a larger one; what is posted is the file alone.
  return async (file) => new Uint8Array(await readFile(join(folder, file)))
}

/** Reads what lies in `folder`, the one of a notebook. */
export function folderReader(folder: string): NotebookFolder {
  return {
    read: async (path) => new Uint8Array(await readFile(join(folder, path))),
    async entries(path) {
      const found = await readdir(join(folder, path), { withFileTypes: true })
      const files = await Promise.all(
        found.map(async (entry) => {
          if (entry.isDirectory()) return { name: entry.name, kind: 'folder' as const }
          // A linked folder may lead back to where it lies; a link may lead nowhere.
          const kept = entry.isSymbolicLink()
            ? await stat(join(folder, path, entry.name)).then(
                (to) => to.isFile(),
                () => false,
              )
            : entry.isFile()
          return kept && { name: entry.name, kind: 'file' as const }
        }),
      )
      return files.filter((entry) => entry !== false)
    },
  }
}

const WASM_FILES = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm']

/** The WebAssembly binaries that `initialize` carries, read from `folder` (`dist/wasm`). */
export async function readWasm(folder: string): Promise<Record<string, Uint8Array>> {
  const read = async (name: string) => [name, new Uint8Array(await readFile(join(folder, name)))] as const
  return Object.fromEntries(await Promise.all(WASM_FILES.map(read)))
}
