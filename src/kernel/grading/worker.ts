/**
 * The thread of the cells while grading: a kernel like any other, whose tests answer to the grader.
 *
 * Student code runs in this thread. It must find nothing here that it could use: no Node, no way to load modules, no
 * language object that can be exchanged under the code of a test. None of this is the wall that keeps it in (the operating
 * system's is), and nothing that leaves this thread is believed.
 */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import type { DriverMessage } from '../protocol'
import { findGpu } from '../worker/gpu.node'
import { Kernel } from '../worker/kernel'
import { threads } from '../worker/workers.node'
import type { AskMessage, AskPort } from './asking'
import { collectingTests } from './collectingTests'
import { confine } from './confine'
import { setTestHost } from './currentHost'
import { decodeData } from './encode'
import { Predicates, recordingTests } from './recordingTests'

export interface WorkerData {
  /** `grade` a submission, or `record` what the master expects. */
  readonly mode: 'grade' | 'record'
  readonly asks: MessagePort
}

/** @param codeCache what has been compiled of this thread's program */
export function start(codeCache: () => Uint8Array): void {
  const { mode, asks } = workerData as WorkerData
  const port = parentPort!

  const kernel = new Kernel({
    post: (message) => {
      // By then everything that Node has to do for the kernel is done. Only the instructor's own notebook runs on a GPU, whose
      // driver needs more than `confine` leaves.
      if (message.type === 'ready' && (mode === 'grade' || message.device.backend !== 'webgpu')) confine()
      port.postMessage(message)
    },
    workers: threads,
    ...(mode === 'record' && { findGpu }),
  })

  const waiting: ((message: AskMessage) => void)[] = []
  const come: AskMessage[] = []
  const askPort: AskPort = {
    post: (message) => asks.postMessage(message),
    next: () => {
      const message = come.shift()
      return message ? Promise.resolve(message) : new Promise((resolve) => waiting.push(resolve))
    },
  }
  const predicates = new Predicates()

  asks.on('message', (message: AskMessage) => {
    if (message.type === 'codeCache') askPort.post({ type: 'codeCache', bytes: codeCache() })
    else if (message.type === 'predicate')
      void predicates
        .holds(message.predicate, decodeData(message.returned))
        .catch(() => false)
        .then((holds) => askPort.post({ type: 'verdict', holds }))
    else {
      const next = waiting.shift()
      if (next) next(message)
      else come.push(message)
    }
  })
  setTestHost(mode === 'record' ? recordingTests(askPort, predicates) : collectingTests(askPort))

  port.on('message', (message: DriverMessage) => kernel.receive(message))
  process.on('unhandledRejection', report)
  process.on('uncaughtException', report)

  function report(thrown: unknown): void {
    if (!kernel.uncaught(thrown)) throw thrown
  }
}
