import { Worker } from 'node:worker_threads'
import type { StartLanguageWorker } from './client'

/**
 * Starts the language worker in a worker thread.
 * @param path of the built `language.js`
 */
export function startLanguageThread(path: string): StartLanguageWorker {
  return ({ onMessage, onFailure }) => {
    const worker = new Worker(path)
    worker.on('message', onMessage)
    worker.on('error', (error) => onFailure(error instanceof Error ? error.message : String(error)))
    worker.on('exit', (code) => onFailure(`the thread ended with status ${code}`))
    // A thread that waits for requests keeps no process alive; whoever awaits an answer does, by the client's timer.
    worker.unref()
    return {
      post: (message) => worker.postMessage(message),
      terminate: () => void worker.terminate(),
    }
  }
}
