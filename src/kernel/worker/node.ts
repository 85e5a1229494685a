/** The kernel as a worker thread of Node. */
import { parentPort, receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import { sharedCommands } from '../debug/commands'
import type { DebugCommand } from '../debug/protocol'
import type { DriverMessage } from '../protocol'
import { findGpu } from './gpu.node'
import { Kernel } from './kernel'
import { threads } from './workers.node'

const port = parentPort
if (!port) throw new Error('This script is a kernel: it runs in a worker thread that a driver starts.')

const kernel = new Kernel({
  post: (message) => port.postMessage(message),
  findGpu,
  workers: threads,
  portCommands: ({ port, sent }) =>
    sharedCommands(() => {
      // The page's ports and Node's differ in type only.
      const received = receiveMessageOnPort(port as unknown as MessagePort)
      return received?.message as DebugCommand | undefined
    }, sent),
})

port.on('message', (message: DriverMessage) => kernel.receive(message))
process.on('unhandledRejection', report)
process.on('uncaughtException', report)

function report(thrown: unknown): void {
  // Thrown again, it ends the thread, and the driver says so.
  if (!kernel.uncaught(thrown)) throw thrown
}
