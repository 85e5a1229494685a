/**
 * The driver's end of the language worker: one request at a time, the most urgent first, each with an end.
 *
 * Source may be hostile enough to hang a parser or a type checker. A worker that does not answer is therefore ended, the
 * call that it was working on fails, and another worker is started for the calls that wait.
 */
import {
  LANGUAGE_PROTOCOL_VERSION,
  type LanguageMethod,
  type LanguageParams,
  type LanguageRequest,
  type LanguageResponse,
  type LanguageResult,
} from './protocol'
import { urgency } from './urgency'

/** A started worker, whichever platform runs it. */
export interface LanguageWorker {
  post(message: LanguageRequest): void
  terminate(): void
}

/** What a started worker tells; set before it is started. */
export interface LanguageWorkerEvents {
  readonly onMessage: (message: LanguageResponse) => void
  /** The worker failed as a whole: it could not start, or threw outside any request. */
  readonly onFailure: (reason: string) => void
}

export type StartLanguageWorker = (events: LanguageWorkerEvents) => LanguageWorker

export interface LanguageClientOptions {
  readonly start: StartLanguageWorker
  /** The text of `types.json`; asked for before the first request that needs it. */
  readonly types: () => Promise<string>
  /** After how long without an answer a call is ended. */
  readonly timeoutMilliseconds?: number
}

/** A call that got no answer, was ended, or that the worker failed at. */
export class LanguageError extends Error {
  override readonly name = 'LanguageError'
}

interface Call {
  readonly method: LanguageMethod
  /** Made when the worker is free, so that they speak of the newest texts; undefined where nothing is to be asked. */
  readonly params: () => LanguageParams<LanguageMethod> | undefined
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

interface Posted {
  readonly call: Call
  readonly request: number
  readonly what: string
  readonly timer: ReturnType<typeof setTimeout>
}

export class Calls {
  readonly #options: LanguageClientOptions
  readonly #timeout: number
  /** Called when a worker starts that knows nothing yet. */
  readonly #onStart: () => void
  #worker: LanguageWorker | undefined
  /** Whether the worker that runs now has the declarations. */
  #initialized = false
  #types: string | undefined
  readonly #waiting: Call[] = []
  #current: Posted | undefined
  #request = 0
  #disposed = false

  constructor(options: LanguageClientOptions, onStart: () => void) {
    this.#options = options
    this.#timeout = options.timeoutMilliseconds ?? 60_000
    this.#onStart = onStart
  }

  /** Whether a worker runs. */
  get running(): boolean {
    return this.#worker !== undefined
  }

  /**
   * Asks the worker when its turn comes.
   *
   * @param params made at that time; where it gives undefined nothing is asked and the answer is undefined
   * @param signal where it aborts, the answer is undefined at once; what the worker has begun it still finishes
   * @throws LanguageError if there was no answer in time or the worker failed.
   */
  async ask<M extends LanguageMethod>(
    method: M,
    params: () => LanguageParams<M> | undefined,
    signal?: AbortSignal,
  ): Promise<LanguageResult<M> | undefined> {
    if (this.#disposed) throw shutDown()
    if (urgency[method].types && this.#types === undefined) {
      // The worker loads while the declarations are read.
      this.#worker ??= this.#start()
      this.#types = await this.#options.types()
    }
    if (signal?.aborted) return undefined
    let aborted: (() => void) | undefined
    try {
      return (await new Promise<unknown>((resolve, reject) => {
        // It may have been shut down while the declarations were read.
        if (this.#disposed) return reject(shutDown())
        const call = { method, params, resolve, reject }
        aborted = () => {
          const index = this.#waiting.indexOf(call)
          if (index >= 0) this.#waiting.splice(index, 1)
          resolve(undefined)
        }
        signal?.addEventListener('abort', aborted)
        const behind = this.#waiting.findIndex((other) => urgency[other.method].rank > urgency[method].rank)
        this.#waiting.splice(behind < 0 ? this.#waiting.length : behind, 0, call)
        this.#next()
      })) as LanguageResult<M> | undefined
    } finally {
      if (aborted) signal?.removeEventListener('abort', aborted)
    }
  }

  /** Ends the worker; calls that wait are rejected. */
  dispose(): void {
    this.#disposed = true
    this.#end(shutDown())
    for (const call of this.#waiting.splice(0)) call.reject(shutDown())
  }

  #next(): void {
    while (!this.#current && this.#waiting.length) {
      this.#worker ??= this.#start()
      const next = this.#waiting[0]!
      if (urgency[next.method].types && !this.#initialized) return this.#initialize(next)
      this.#waiting.shift()
      const params = next.params()
      if (params) this.#post(next, params)
      else next.resolve(undefined)
    }
  }

  /** Sends the declarations ahead of the first call that needs them. */
  #initialize(first: Call): void {
    this.#initialized = true
    const params = { protocol: LANGUAGE_PROTOCOL_VERSION, types: this.#types! }
    const initialize: Call = {
      method: 'initialize',
      params: () => params,
      resolve: () => {},
      reject: (error) => {
        this.#initialized = false
        const index = this.#waiting.indexOf(first)
        if (index >= 0) this.#waiting.splice(index, 1)
        first.reject(error)
      },
    }
    this.#post(initialize, params)
  }

  #post(call: Call, params: LanguageParams<LanguageMethod>): void {
    const request = ++this.#request
    const what =
      call.method === 'compile' && 'id' in params
        ? `Compiling cell ${params.id}`
        : `The request “${call.method}”`
    const timer = setTimeout(() => this.#overdue(), this.#timeout)
    this.#current = { call, request, what, timer }
    this.#worker!.post({ request, method: call.method, params } as LanguageRequest)
  }

  #start(): LanguageWorker {
    this.#initialized = false
    this.#onStart()
    const worker: LanguageWorker = this.#options.start({
      onMessage: (message) => {
        if (this.#worker === worker) this.#answer(message)
      },
      onFailure: (reason) => {
        if (this.#worker !== worker) return
        this.#end(new LanguageError(`The language worker failed: ${reason}`))
        this.#next()
      },
    })
    return worker
  }

  #answer(message: LanguageResponse): void {
    const current = this.#current
    if (!current || current.request !== message.request) return
    clearTimeout(current.timer)
    this.#current = undefined
    if (message.ok) current.call.resolve(message.result)
    else current.call.reject(new LanguageError(message.reason))
    this.#next()
  }

  #overdue(): void {
    const seconds = this.#timeout / 1000
    this.#end(
      new LanguageError(
        `${this.#current!.what} took longer than ${seconds} s and was ended. Simplify the cell's code.`,
      ),
    )
    this.#next()
  }

  /** Terminates the worker and fails the call it was working on; the next call starts another. */
  #end(error: Error): void {
    const current = this.#current
    this.#worker?.terminate()
    this.#worker = undefined
    this.#initialized = false
    this.#current = undefined
    if (!current) return
    clearTimeout(current.timer)
    current.call.reject(error)
  }
}

function shutDown(): LanguageError {
  return new LanguageError('The language worker was shut down.')
}
