/** Room for messages that have come, without the millisecond or more that timers wait. */

interface Node {
  readonly setImmediate?: (callback: () => void) => unknown
}

const node = globalThis as Node
const channel = node.setImmediate ? undefined : new MessageChannel()
const waiting: (() => void)[] = []
if (channel) channel.port1.onmessage = () => waiting.shift()?.()

/** Resolves when messages that have arrived have been heard. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (node.setImmediate) node.setImmediate(resolve)
    else {
      waiting.push(resolve)
      channel!.port2.postMessage(0)
    }
  })
}
