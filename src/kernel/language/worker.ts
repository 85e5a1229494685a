/** The language worker: compiles and checks cells. One script for a web worker and for a worker thread under Node. */
import './browserlike'
import type * as workerThreads from 'node:worker_threads'
import type { LanguageRequest, LanguageResponse } from './protocol'
import { Language } from './requests'

const language = new Language()

function respond(message: LanguageRequest): LanguageResponse {
  const { request } = message
  try {
    return { request, ok: true, result: language.answer(message) }
  } catch (error) {
    return { request, ok: false, reason: error instanceof Error ? error.message : String(error) }
  }
}

interface NodeProcess {
  getBuiltinModule?(name: 'node:worker_threads'): typeof workerThreads
}

const { process } = globalThis as { process?: NodeProcess }
const port = process?.getBuiltinModule?.('node:worker_threads').parentPort
if (port) port.on('message', (message: LanguageRequest) => port.postMessage(respond(message)))
else self.onmessage = (event: MessageEvent<LanguageRequest>) => self.postMessage(respond(event.data))
