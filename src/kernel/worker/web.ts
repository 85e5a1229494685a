/** The kernel as a dedicated Worker: one self-contained script that loads nothing. */
import type { DriverMessage } from '../protocol'
import { Kernel } from './kernel'
import { blobWorkers } from './workers.web'

const kernel = new Kernel({ post: (message) => self.postMessage(message), workers: blobWorkers })

self.addEventListener('message', (event: MessageEvent<DriverMessage>) => kernel.receive(event.data))
self.addEventListener('unhandledrejection', (event) => {
  if (kernel.uncaught(event.reason)) event.preventDefault()
})
self.addEventListener('error', (event) => {
  if (kernel.uncaught(event.error)) event.preventDefault()
})
