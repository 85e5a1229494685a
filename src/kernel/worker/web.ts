/** The kernel in a dedicated Worker of a page. */
import type { DriverMessage } from '../protocol'
import type { Host } from './main'
import { blobWorkers } from './workers.web'

export function webHost(): Host {
  return {
    environment: { post: (message) => self.postMessage(message), workers: blobWorkers() },
    connect(kernel) {
      self.addEventListener('message', (event: MessageEvent<DriverMessage>) => kernel.receive(event.data))
      self.addEventListener('unhandledrejection', (event) => {
        if (kernel.uncaught(event.reason)) event.preventDefault()
      })
      self.addEventListener('error', (event) => {
        if (kernel.uncaught(event.error)) event.preventDefault()
      })
    },
  }
}
