/** A worker's side: answers a pool with the works that it knows. */
import { Bench } from './bench'
import { attend, type Duties } from './duty'
import type { PoolMessage, WorkerMessage } from './messages'
import type { Works } from './work'

/** How a worker is reached: `self` of a web worker, `parentPort` of a thread. */
export interface WorkerPort {
  postMessage(message: WorkerMessage, transfer: readonly ArrayBuffer[]): void
  onmessage: ((event: { readonly data: PoolMessage }) => void) | null
}

/** Does parts of `works`, and `duties`, for whoever is at the other end of `port`. */
export function serve(port: WorkerPort, works: Works, duties: Duties = {}): void {
  let kernels: WebAssembly.Module | undefined
  // Each job has a memory of its own, which goes with it.
  const jobs = new Map<number, (part: unknown) => unknown>()
  const answer = (message: WorkerMessage, transfer: readonly ArrayBuffer[] = []) =>
    port.postMessage(message, transfer)

  port.onmessage = ({ data: message }) => {
    switch (message.type) {
      case 'start':
        kernels = message.kernels
        answer({ type: 'ready' })
        break
      case 'open': {
        const { job, work, setup } = message
        jobs.set(
          job,
          opened(() => works[work]!(new Bench(kernels!), setup)),
        )
        break
      }
      case 'part': {
        const { job, index, part } = message
        try {
          const result = jobs.get(job)!(part)
          answer({ type: 'done', job, index, result }, buffersOf(result))
        } catch (error) {
          answer({ type: 'failed', job, index, reason: String(error) })
        }
        break
      }
      case 'close':
        jobs.delete(message.job)
        break
      case 'attend': {
        const { duty, setup, control, data } = message
        attend(new Int32Array(control), duties[duty]!(kernels!, setup, data))
        break
      }
    }
  }
}

/** A job that could not be opened fails with its first part, since nobody waits for the opening. */
function opened(open: () => (part: unknown) => unknown): (part: unknown) => unknown {
  try {
    return open()
  } catch (error) {
    return () => {
      throw error
    }
  }
}

/** The buffers of the arrays that a result consists of. */
function buffersOf(result: unknown): ArrayBuffer[] {
  const values = ArrayBuffer.isView(result) ? [result] : Object.values(result ?? {})
  return values.flatMap((value: unknown) =>
    ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer ? [value.buffer] : [],
  )
}
