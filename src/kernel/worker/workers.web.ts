/** Plain workers of a page's worker: blobs, since a webview's workers cannot load anything. */
import type { WorkerHost, WorkerLink } from '../../tensor'

/** Workers of this page, as many as the browser says that there are processors. */
export function blobWorkers(): WorkerHost {
  return { processors: navigator.hardwareConcurrency, start: startBlobWorker }
}

/** Starts a worker that runs `program`. @throws where the page may have no workers. */
export function startBlobWorker(program: string): WorkerLink {
  const source = URL.createObjectURL(new Blob([`const port = self\n${program}`], { type: 'text/javascript' }))
  const worker = new Worker(source)
  let over = false
  const close = () => {
    over = true
    worker.terminate()
    URL.revokeObjectURL(source)
  }
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) =>
      worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => listener(data)),
    onEnd: (listener) =>
      worker.addEventListener('error', (event) => {
        event.preventDefault()
        if (over) return
        close()
        listener(`A worker failed: ${event.message || 'its program could not be loaded'}.`)
      }),
    awaited() {},
    end: close,
  }
}
