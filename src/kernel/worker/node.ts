/** The kernel as a worker thread of Node. */
import { parentPort, receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import { sharedCommands } from '../debug/commands'
import type { DebugCommand } from '../debug/protocol'
import type { BackendChoice, DriverMessage } from '../protocol'
import { Kernel } from './kernel'
import { hasVulkan } from './vulkan'

const port = parentPort
if (!port) throw new Error('This script is a kernel: it runs in a worker thread that a driver starts.')

const kernel = new Kernel({
  post: (message) => port.postMessage(message),
  findGpu,
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

/** Node has no WebGPU of its own; the package `webgpu` brings Chromium's, where it is installed. */
async function findGpu(backend: BackendChoice): Promise<string | undefined> {
  if (backend === 'wasm' || backend === 'cpu') return undefined
  if (process.platform === 'linux' && !(await hasVulkan()))
    return 'No graphics driver: the Vulkan loader libvulkan.so.1 (Debian: libvulkan1) is not installed.'
  try {
    const { create, globals } = await import('webgpu')
    Object.assign(globalThis, globals)
    Object.defineProperty(navigator, 'gpu', { value: create([]), configurable: true })
    return undefined
  } catch (error) {
    const message = error instanceof Error ? error.message.split('\n')[0]! : String(error)
    return `Node's package webgpu could not be loaded: ${message}`
  }
}
