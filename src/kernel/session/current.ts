import type { Interrupts } from './interrupt'
import type { Run } from './run'

let current: Interrupts | undefined

/** Makes `interrupts` the ones of the session whose code is on the stack. */
export function setCurrentInterrupts(interrupts: Interrupts): void {
  current = interrupts
}

/**
 * A check for library code that waits for a device without asking the host.
 *
 * @returns a function to call after every wait: it throws if the run that was active here has been stopped meanwhile.
 */
export function continuation(): () => void {
  const interrupts = current
  const token = interrupts?.token() ?? 0
  return () => interrupts?.resumed(token, undefined)
}

/** The run that is executing in that session; undefined between runs. */
export function executing(): Run | undefined {
  return current?.executing
}
