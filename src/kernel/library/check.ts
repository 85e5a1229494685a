/** A condition that a notebook states about its own numbers. */
import { reached } from '../../tensor'
import { print } from '../display/screen'

/** What `check` throws. */
export class CheckError extends Error {
  override readonly name = 'CheckError'
}

/**
 * Prints `✓ what` where the condition holds.
 *
 * @param what is true, in words.
 * @param holds whether it is.
 * @throws CheckError where it does not hold; TypeError where `holds` is no boolean, such as a promise.
 */
export function check(what: string, holds: boolean): void {
  const given: unknown = holds
  if (typeof given !== 'boolean')
    throw new TypeError(
      `check '${what}': the second argument must be true or false; compare, and await what must be awaited`,
    )
  if (!holds) throw new CheckError(`not so: ${what}`)
  print(`✓ ${what}`)
  reached(() => ({ title: `checked: ${what}`, values: {} }))
}
