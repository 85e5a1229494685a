/** Base64 (RFC 4648) without Node's Buffer, so that it also runs in a web worker. */

const CHUNK = 0x2000

export function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = []
  for (let i = 0; i < bytes.length; i += CHUNK)
    pieces.push(String.fromCharCode(...bytes.subarray(i, i + CHUNK)))
  return btoa(pieces.join(''))
}

/** The bytes of a base64 text, white space ignored; undefined where it is not base64. */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    const binary = atob(text)
    const bytes = new Uint8Array(binary.length)
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
    return bytes
  } catch {
    return undefined
  }
}
