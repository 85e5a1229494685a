/** Where a kernel that is kept waiting gets its commands from: everything here is synchronous. */
import type { DebugCommand } from './protocol'

export interface Commands {
  /** The next command, if there is one already. */
  take(): DebugCommand | undefined
  /** Keeps this thread waiting until there may be a command, for `milliseconds` at most. */
  wait(milliseconds: number): void
}

/** Commands through memory that threads share. */
export function sharedCommands(receive: () => DebugCommand | undefined, sent: SharedArrayBuffer): Commands {
  const counter = new Int32Array(sent)
  let taken = 0
  return {
    take() {
      const command = receive()
      if (command) taken++
      return command
    },
    wait: (milliseconds) => void Atomics.wait(counter, 0, taken, milliseconds),
  }
}

/** Keeps the thread of a worker waiting, also where pages share no memory: then this memory is its own. */
export function sleeper(): (milliseconds: number) => void {
  try {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
    const cell = new Int32Array(memory.buffer)
    Atomics.wait(cell, 0, 0, 0)
    return (milliseconds) => void Atomics.wait(cell, 0, 0, milliseconds)
  } catch {
    // Looking for a command takes its time by itself.
    return () => {}
  }
}
