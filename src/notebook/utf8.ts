/** Between a file's bytes and its text. */
import { errorAt } from './errors'

/** Longer texts do not fit into a JavaScript string. */
const LONGEST = 500_000_000

/**
 * The text of a file, a byte order mark included, so that `encodeText` gives the same bytes again.
 *
 * @throws NotebookFormatError at the first byte that is not UTF-8.
 */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length > LONGEST)
    throw errorAt(
      '',
      0,
      `a file of at most ${LONGEST / 1e6} MB`,
      `one of ${Math.ceil(bytes.length / 1e6)} MB`,
    )
  try {
    return strict().decode(bytes)
  } catch {
    const text = validPrefix(bytes)
    // Where a character breaks off in its middle, its first byte is the one at fault: elsewhere it may be a whole letter.
    const byte = (bytes[encodeText(text).length] ?? 0).toString(16).toUpperCase().padStart(2, '0')
    throw errorAt(text, text.length, 'text in UTF-8', `the byte 0x${byte}`)
  }
}

/** The bytes of a text, in UTF-8. */
export function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function strict(): TextDecoder {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
}

/** By bisection: what is valid up to some byte, perhaps in the middle of a character, is valid up to any earlier one. */
function validPrefix(bytes: Uint8Array): string {
  let low = 0
  let high = bytes.length
  let text = ''
  while (high - low > 1) {
    const middle = (low + high) >> 1
    try {
      text = strict().decode(bytes.subarray(0, middle), { stream: true })
      low = middle
    } catch {
      high = middle
    }
  }
  return text
}
