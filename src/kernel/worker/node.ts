/** The kernel in a worker thread of Node: brings what differs there, and evaluates the program, which lies beside. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { runInThisContext } from 'node:vm'
import { parentPort, receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import { sharedCommands } from '../debug/commands'
import type { DebugCommand } from '../debug/protocol'
import type { DriverMessage } from '../protocol'
import { findGpu } from './gpu.node'
import type { Host } from './main'
import { threads } from './workers.node'

const port = parentPort
if (!port) throw new Error('This script is a kernel: it runs in a worker thread that a driver starts.')

const host: Host = {
  environment: {
    post: (message) => port.postMessage(message),
    findGpu,
    workers: threads,
    portCommands: ({ port, sent }) =>
      sharedCommands(() => {
        // The page's ports and Node's differ in type only.
        const received = receiveMessageOnPort(port as unknown as MessagePort)
        return received?.message as DebugCommand | undefined
      }, sent),
  },
  connect(kernel) {
    const report = (thrown: unknown) => {
      // Thrown again, it ends the thread, and the driver says so.
      if (!kernel.uncaught(thrown)) throw thrown
    }
    port.on('message', (message: DriverMessage) => kernel.receive(message))
    process.on('unhandledRejection', report)
    process.on('uncaughtException', report)
  },
}

const filename = join(import.meta.dirname, 'kernel.js')
// esbuild writes ASCII only; read as such, it takes one byte a character.
const program = readFileSync(filename, 'latin1')
const evaluate = runInThisContext(`(function (host, require, __filename, __dirname) {${program}\n})`, {
  filename,
}) as (...values: readonly unknown[]) => void
// TensorFlow.js asks for some of Node's modules where it finds itself under Node.
evaluate(host, createRequire(import.meta.url), filename, dirname(filename))
