/** How the command line ends. */

export const Status = {
  /** Everything that was asked for was done, and no cell failed. */
  ok: 0,
  /** A cell failed, or did not run, or has an error. */
  failed: 1,
  /** The call or the file was bad; nothing was run. */
  bad: 2,
  /** Ctrl-C. */
  interrupted: 130,
} as const

/** Something that a person must put right before the command can work: one message, no stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What was thrown, in words; anything may be. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
