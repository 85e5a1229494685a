import type { LanguageResponse } from './protocol'
import type { StartLanguageWorker } from './client'

/**
 * Starts the language worker in a web worker.
 * @param script the text of the built `language.js`: a web extension's worker can only start workers from a `blob:`
 */
export function startLanguageWebWorker(script: string): StartLanguageWorker {
  return ({ onMessage, onFailure }) => {
    const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
    const worker = new Worker(address)
    worker.onmessage = (event: MessageEvent<LanguageResponse>) => onMessage(event.data)
    worker.onerror = (event) => onFailure(event.message || 'it could not be started')
    return {
      post: (message) => worker.postMessage(message),
      terminate: () => {
        worker.terminate()
        URL.revokeObjectURL(address)
      },
    }
  }
}
