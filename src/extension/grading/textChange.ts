/** The one stretch in which two texts differ. */

export interface TextChange {
  /** In the old text, in UTF-16 units. */
  readonly start: number
  readonly end: number
  /** What stands there in the new text. */
  readonly text: string
}

/** What to replace in `from` to have `to`; undefined where nothing is to be replaced. */
export function textChange(from: string, to: string): TextChange | undefined {
  if (from === to) return undefined
  const shorter = Math.min(from.length, to.length)
  let start = 0
  while (start < shorter && from[start] === to[start]) start++
  let same = 0
  while (same < shorter - start && from.at(-1 - same) === to.at(-1 - same)) same++
  return { start, end: from.length - same, text: to.slice(start, to.length - same) }
}
