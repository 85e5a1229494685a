/**
 * Memory that threads share, for modules that were compiled for memory of their own. Loads and stores are the same instructions for
 * both; only what a module says of its memory differs, in one bit, as long as it says how large that may grow.
 */

/** Pages of 64 KiB: all that addresses of 32 bits reach, as TensorFlow.js's module has it. */
export const MOST_PAGES = 65_536

const IMPORTS = 2
const MEMORIES = 5
/** Kinds of imports. */
const [FUNCTION, TABLE, MEMORY, GLOBAL] = [0, 1, 2, 3]
/** What a memory's flags say. */
const [BOUNDED, SHARED] = [1, 2]

/** Whether this engine has memory that threads share, and room for as much as a module may ask for. */
export function mayShareMemory(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false
  try {
    return Boolean(new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true }))
  } catch {
    return false
  }
}

/**
 * The same module on memory that threads share, whether it makes the memory or imports it.
 *
 * @throws RangeError where it has no memory with a bound.
 */
export function onSharedMemory(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(module)
  const flags = flagsOfMemory(bytes)
  if (flags === undefined || !(bytes[flags]! & BOUNDED))
    throw new RangeError('A module without memory, or with memory that has no bound, cannot share it.')
  bytes[flags]! |= SHARED
  return bytes
}

/** Where the flags of its memory are. */
function flagsOfMemory(bytes: Uint8Array): number | undefined {
  // Behind eight bytes of magic number and version there are sections: a kind, a length, and so many bytes.
  let at = 8
  const number = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
  }
  const name = (): void => {
    const length = number()
    at += length
  }
  const limits = (): void => {
    const bounded = number() & BOUNDED
    number()
    if (bounded) number()
  }
  while (at < bytes.length) {
    const kind = bytes[at++]!
    const length = number()
    const end = at + length
    if (kind === MEMORIES && number() > 0) return at
    if (kind === IMPORTS)
      for (let left = number(); left > 0; left--) {
        name()
        name()
        switch (bytes[at++]!) {
          case MEMORY:
            return at
          case FUNCTION:
            number()
            break
          case TABLE:
            at++
            limits()
            break
          case GLOBAL:
            at += 2
        }
      }
    at = end
  }
  return undefined
}
