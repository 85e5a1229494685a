/** Two ways to keep the page out of the way of messages. */

export interface Grouped<T> {
  readonly add: (message: T) => void
  /** Hands on at once what waits. */
  readonly flush: () => void
  /** Ends it; what still waits is dropped. */
  readonly close: () => void
}

/**
 * Hands messages on in groups: what comes at once costs one way through the window instead of several. A port's message
 * is as good as immediate, in a hidden page too, where timers are held back.
 */
export function grouped<T>(send: (messages: readonly T[]) => void): Grouped<T> {
  const { port1, port2 } = new MessageChannel()
  let waiting: T[] = []
  const flush = (): void => {
    const group = waiting
    waiting = []
    if (group.length) send(group)
  }
  port1.onmessage = flush
  return {
    add(message) {
      if (waiting.push(message) === 1) port2.postMessage(null)
    },
    flush,
    close: () => port1.close(),
  }
}

/** @returns a function that has `draw` called once, `milliseconds` after the first of several calls. */
export function once(milliseconds: number, draw: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined
      draw()
    }, milliseconds)
  }
}
