/** Misspelt options. TypeScript names the right one in its message, and has a fix for other names only. */
import type { Diagnostic, QuickFix } from '../answers'

/** “Object literal may only specify known properties, … Did you mean to write …?” */
const MISSPELT_OPTION = 2561

export function spellingFixes({ cell, code, message, start, end }: Diagnostic): QuickFix[] {
  const right = code === MISSPELT_OPTION ? /Did you mean to write '(.+?)'\?/.exec(message)?.[1] : undefined
  if (right === undefined) return []
  return [
    {
      title: `Change spelling to '${right}'`,
      edits: [{ cell, start, end, text: right }],
      preferred: true,
      code,
    },
  ]
}
