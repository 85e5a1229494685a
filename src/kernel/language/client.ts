/**
 * The driver's end of the language worker: typed calls, one at a time, each with an end.
 *
 * Source may be hostile enough to hang a parser or a type checker. The client therefore ends a worker that does not
 * answer, fails the call that it was working on, and starts another worker for the calls that wait.
 */
import type { CellDiagnostic, CompileResult } from '../cell'
import {
  LANGUAGE_PROTOCOL_VERSION,
  type CellText,
  type LanguageMethod,
  type LanguageMethods,
  type LanguageRequest,
  type LanguageResponse,
} from './protocol'

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
  /** The text of `types.json`; asked for before the first check only. */
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
  readonly params: LanguageMethods[LanguageMethod]['params']
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

export class LanguageClient {
  readonly #options: LanguageClientOptions
  readonly #timeout: number
  #worker: LanguageWorker | undefined
  /** Whether the worker that runs now has the declarations. */
  #initialized = false
  #types: string | undefined
  readonly #waiting: Call[] = []
  #current:
    { readonly call: Call; readonly request: number; timer: ReturnType<typeof setTimeout> } | undefined
  #request = 0
  #disposed = false

  constructor(options: LanguageClientOptions) {
    this.#options = options
    this.#timeout = options.timeoutMilliseconds ?? 60_000
  }

  /**
   * Compiles one cell. A syntax error is a result, not a rejection.
   * @throws LanguageError if the compiler did not answer in time.
   */
  compile(id: string, source: string): Promise<CompileResult> {
    return this.#call('compile', { id, source })
  }

  /**
   * Syntax and type errors of all code cells of a notebook, which are given in document order every time; the worker
   * works out what changed.
   * @param notebook any string that names the notebook for as long as it is open
   * @throws LanguageError if the checker did not answer in time.
   */
  async check(notebook: string, cells: readonly CellText[]): Promise<readonly CellDiagnostic[]> {
    this.#types ??= await this.#options.types()
    return this.#call('check', { notebook, cells })
  }

  /** Frees what the worker keeps of a notebook. */
  async close(notebook: string): Promise<void> {
    if (this.#worker) await this.#call('close', { notebook })
  }

  /** Ends the worker; calls that wait are rejected. */
  dispose(): void {
    this.#disposed = true
    this.#end(new LanguageError('The language worker was shut down.'))
    for (const call of this.#waiting.splice(0))
      call.reject(new LanguageError('The language worker was shut down.'))
  }

  #call<M extends LanguageMethod>(
    method: M,
    params: LanguageMethods[M]['params'],
  ): Promise<LanguageMethods[M]['result']> {
    if (this.#disposed) return Promise.reject(new LanguageError('The language worker was shut down.'))
    return new Promise<unknown>((resolve, reject) => {
      const call = { method, params, resolve, reject }
      // A person waits for a cell to run; a check can wait for that.
      if (method === 'compile') {
        const behind = this.#waiting.findIndex((other) => other.method !== 'compile')
        this.#waiting.splice(behind < 0 ? this.#waiting.length : behind, 0, call)
      } else this.#waiting.push(call)
      this.#next()
    }) as Promise<LanguageMethods[M]['result']>
  }

  #next(): void {
    const next = this.#waiting[0]
    if (this.#current || !next) return
    this.#worker ??= this.#start()
    if (next.method === 'check' && !this.#initialized) this.#initialize(next)
    else this.#post(this.#waiting.shift()!)
  }

  /** Sends the declarations ahead of the first check that this worker gets. */
  #initialize(check: Call): void {
    this.#initialized = true
    this.#post({
      method: 'initialize',
      params: { protocol: LANGUAGE_PROTOCOL_VERSION, types: this.#types! },
      resolve: () => {},
      reject: (error) => {
        this.#initialized = false
        this.#waiting.splice(this.#waiting.indexOf(check), 1)
        check.reject(error)
      },
    })
  }

  #post(call: Call): void {
    const request = ++this.#request
    const timer = setTimeout(() => this.#overdue(), this.#timeout)
    this.#current = { call, request, timer }
    this.#worker!.post({ request, method: call.method, params: call.params } as LanguageRequest)
  }

  #start(): LanguageWorker {
    this.#initialized = false
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
    const { method, params } = this.#current!.call
    const what =
      method === 'compile' ? `Compiling cell ${(params as CellText).id}` : `The request “${method}”`
    this.#end(
      new LanguageError(
        `${what} took longer than ${this.#timeout / 1000} s and was ended. Simplify the cell's code.`,
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
