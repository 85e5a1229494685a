/** How a file and an editor each hold data of a MIME type: as JSON, as text in lines, or as base64 and bytes. */
import { fromBase64, toBase64 } from './base64'
import { equalJson, type Json } from './json'
import { isText, joinLines, splitLines } from './lines'

/** Whether data of this type is JSON itself, like a Plotly figure, rather than a text. */
export function isJsonMime(mime: string): boolean {
  return /^application\/(?:.*\+)?json$/.test(mime)
}

/** Whether nbformat writes data of this type as one JSON string per line. */
function isLinesMime(mime: string): boolean {
  return mime.startsWith('text/') || mime === 'application/javascript' || mime === 'image/svg+xml'
}

/** Whether data of this type is binary: base64 in the file, bytes in an editor. */
export function isBinaryMime(mime: string): boolean {
  return (
    (/^(?:image|audio|video|font)\//.test(mime) && !mime.endsWith('+xml')) ||
    ['application/pdf', 'application/zip', 'application/octet-stream', 'application/wasm'].includes(mime)
  )
}

/** A bundle's value as read from a file: texts joined, everything else as it is. */
export function readMime(mime: string, stored: Json): Json {
  return !isJsonMime(mime) && isText(stored) ? joinLines(stored) : stored
}

/** A bundle's value as nbformat writes it: texts in lines, everything else as it is. */
export function storeMime(mime: string, value: Json): Json {
  return isLinesMime(mime) && typeof value === 'string' ? splitLines(value) : value
}

/** A bundle's value as bytes, for viewers: JSON as text, base64 decoded, text in UTF-8. */
export function mimeToBytes(mime: string, value: Json): Uint8Array {
  if (isJsonMime(mime) || typeof value !== 'string') return new TextEncoder().encode(JSON.stringify(value))
  if (isBinaryMime(mime)) {
    const bytes = fromBase64(value)
    if (bytes) return bytes
  }
  return new TextEncoder().encode(value)
}

/** The bundle's value that bytes stand for. Text is decoded with U+FFFD for what is not UTF-8; broken JSON stays text. */
export function bytesToMime(mime: string, bytes: Uint8Array): Json {
  if (isBinaryMime(mime)) return toBase64(bytes)
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  if (!isJsonMime(mime)) return text
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

/**
 * Whether a bundle's value is the one that was read, as far as an editor can tell: equal, or what a trip through bytes
 * makes of it (base64 with line ends, for one, comes back without them).
 */
export function sameMime(mime: string, read: Json, value: Json): boolean {
  if (equalJson(read, value)) return true
  // The same trip, without taking it: JSON comes back as it was, and text without halves of surrogate pairs.
  if (isJsonMime(mime)) return false
  if (typeof read === 'string' && !isBinaryMime(mime)) return read.toWellFormed() === value
  return typeof value === 'string' && bytesToMime(mime, mimeToBytes(mime, read)) === value
}
