/** How tests wait: for a condition, with a bound and a message, never for a time. */

export interface Patience {
  /** Seconds before giving up. */
  readonly seconds?: number
}

/** Neither false, nor undefined, null or empty. */
export type Present<T> = Exclude<T, false | undefined | null | ''>

/**
 * Looks again and again until something is there.
 * @param what what is waited for, for the message: "the output of cell 3".
 * @param look returns what was waited for, or something falsy while it is not there. It may throw: pages and frames come
 *   and go while VS Code works, and the last error becomes part of the message.
 * @throws after the given time, with what was seen last.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T> | T,
  { seconds = 30 }: Patience = {},
): Promise<Present<T>> {
  const deadline = Date.now() + seconds * 1000
  let last: unknown
  for (;;) {
    try {
      const found = await look()
      if (found !== false && found !== undefined && found !== null && found !== '') return found as Present<T>
      last = found
    } catch (error) {
      if (error instanceof Hopeless) throw error
      last = error instanceof Error ? error.message : error
    }
    if (Date.now() > deadline)
      throw new Error(`waited ${seconds} s in vain for ${what}; last seen: ${String(last)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Thrown inside `until` where waiting longer cannot help. */
export class Hopeless extends Error {}
