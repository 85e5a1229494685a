import { LanguageClient, type LanguageWorkerEvents } from '../../../src/kernel/language/client'
import type { LanguageRequest } from '../../../src/kernel/language/protocol'

/** Workers that answer when the test says so. */
export class Workers {
  readonly started: {
    readonly requests: LanguageRequest[]
    readonly events: LanguageWorkerEvents
    ended: boolean
  }[] = []

  readonly client: LanguageClient

  constructor(types: () => Promise<string> = () => Promise.resolve('{}')) {
    this.client = new LanguageClient({
      types,
      timeoutMilliseconds: 1000,
      start: (events) => {
        const worker = { requests: [] as LanguageRequest[], events, ended: false }
        this.started.push(worker)
        return { post: (request) => worker.requests.push(request), terminate: () => (worker.ended = true) }
      },
    })
  }

  /** What the newest worker was sent, by method and cell or notebook. */
  get sent(): string[] {
    return this.newest.requests.map(({ method, params }) => {
      if ('id' in params) return `${method} ${params.id}`
      return 'notebook' in params ? `${method} ${params.notebook}` : method
    })
  }

  get newest() {
    return this.started.at(-1)!
  }

  /** Answers the last request. */
  answer(result: unknown): void {
    const { request } = this.newest.requests.at(-1)!
    this.newest.events.onMessage({ request, ok: true, result })
  }
}

/** After everything that is under way has gone on as far as it can. */
export const settled = () => new Promise((resolve) => setImmediate(resolve))
