/**
 * What cells see without importing it, as declarations. Cells run in a worker, inside a webview or under Node: what both
 * have is here. The network and the page are not: neither exists there.
 */
export const CELL_GLOBALS = `
export * from '@tensorflow/tfjs'
/** TensorFlow.js. Needs no import. */
export as namespace tf

declare global {
  /** Shows a value below the cell: text, a table, a tensor, a figure. */
  const display: typeof import('genbook').display

  interface Console {
    log(...values: unknown[]): void
    info(...values: unknown[]): void
    debug(...values: unknown[]): void
    warn(...values: unknown[]): void
    error(...values: unknown[]): void
    trace(...values: unknown[]): void
    assert(condition?: unknown, ...values: unknown[]): void
    dir(value?: unknown, options?: unknown): void
    table(data?: unknown, properties?: string[]): void
    group(...values: unknown[]): void
    groupCollapsed(...values: unknown[]): void
    groupEnd(): void
    count(label?: string): void
    countReset(label?: string): void
    time(label?: string): void
    timeLog(label?: string, ...values: unknown[]): void
    timeEnd(label?: string): void
    clear(): void
  }
  const console: Console

  function setTimeout(callback: (...values: never[]) => void, milliseconds?: number): number
  function setTimeout<A extends unknown[]>(callback: (...values: A) => void, milliseconds: number | undefined, ...values: A): number
  function clearTimeout(timer: number | undefined): void
  function setInterval(callback: (...values: never[]) => void, milliseconds?: number): number
  function setInterval<A extends unknown[]>(callback: (...values: A) => void, milliseconds: number | undefined, ...values: A): number
  function clearInterval(timer: number | undefined): void
  function queueMicrotask(callback: () => void): void
  function structuredClone<T>(value: T): T
  function atob(text: string): string
  function btoa(text: string): string

  interface Performance {
    /** Milliseconds since the kernel started, with a fraction. */
    now(): number
    readonly timeOrigin: number
  }
  const performance: Performance

  interface Crypto {
    getRandomValues<T extends ArrayBufferView>(array: T): T
    randomUUID(): string
  }
  const crypto: Crypto

  class TextEncoder {
    readonly encoding: string
    encode(text?: string): Uint8Array<ArrayBuffer>
  }
  class TextDecoder {
    constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
    readonly encoding: string
    decode(bytes?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string
  }

  class DOMException extends Error {
    constructor(message?: string, name?: string)
  }
  interface AbortSignal {
    readonly aborted: boolean
    readonly reason: unknown
    throwIfAborted(): void
    addEventListener(type: 'abort', listener: () => void): void
    removeEventListener(type: 'abort', listener: () => void): void
  }
  class AbortController {
    readonly signal: AbortSignal
    abort(reason?: unknown): void
  }
  class URLSearchParams {
    constructor(init?: string | Record<string, string> | Iterable<[string, string]>)
    get(name: string): string | null
    getAll(name: string): string[]
    has(name: string): boolean
    set(name: string, value: string): void
    append(name: string, value: string): void
    delete(name: string): void
    entries(): IterableIterator<[string, string]>
    toString(): string
  }
  class URL {
    constructor(url: string, base?: string)
    readonly href: string
    readonly origin: string
    readonly protocol: string
    readonly host: string
    readonly pathname: string
    readonly search: string
    readonly hash: string
    readonly searchParams: URLSearchParams
  }
}
`
