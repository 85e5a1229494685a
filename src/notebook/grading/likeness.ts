/** How much of one text is in another. */

/** Texts are compared by their first so many words. */
const MOST_WORDS = 5000

/**
 * The share of the first text's words that the second has too, from 0 to 1, each counted as often as it stands there.
 * A text of no words is in every other.
 */
export function likeness(of: string, within: string): number {
  const there = counts(within)
  let found = 0
  let all = 0
  for (const [word, count] of counts(of)) {
    all += count
    found += Math.min(count, there.get(word) ?? 0)
  }
  return all ? found / all : 1
}

function counts(text: string): Map<string, number> {
  const words = new Map<string, number>()
  let left = MOST_WORDS
  for (const [word] of text.matchAll(/[\p{L}\p{N}_$]+/gu)) {
    if (!left--) break
    words.set(word, (words.get(word) ?? 0) + 1)
  }
  return words
}
