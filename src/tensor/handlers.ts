/**
 * Runs `f` and takes back the handlers that it put on Node's process.
 *
 * TensorFlow.js's WASM module, made by Emscripten, answers every unhandled rejection of the program by throwing it, which
 * would end a kernel for a promise that a cell forgot.
 */
export async function withoutProcessHandlers<T>(f: () => Promise<T>): Promise<T> {
  const node = (globalThis as unknown as { process?: Emitter }).process
  if (typeof node?.listeners !== 'function') return f()
  const before = EVENTS.map((event) => new Set(node.listeners(event)))
  try {
    return await f()
  } finally {
    for (const [i, event] of EVENTS.entries())
      for (const listener of node.listeners(event))
        if (!before[i]!.has(listener)) node.removeListener(event, listener)
  }
}

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const

interface Emitter {
  listeners(event: string): ((...values: never[]) => void)[]
  removeListener(event: string, listener: (...values: never[]) => void): void
}
