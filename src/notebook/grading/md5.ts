/**
 * MD5, for nbgrader's checksums: they tell whether a cell was changed by accident and protect nothing.
 *
 * Source: RFC 1321.
 */

const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
const SINES = Uint32Array.from({ length: 64 }, (_, i) => Math.floor(2 ** 32 * Math.abs(Math.sin(i + 1))))

/** The digest as 32 hexadecimal digits. */
export function md5(bytes: Uint8Array): string {
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
  const padded = pad(bytes)
  const view = new DataView(padded.buffer)
  for (let at = 0; at < padded.length; at += 64)
    addBlock(state, (word) => view.getUint32(at + 4 * word, true))
  const digest = new DataView(new ArrayBuffer(16))
  state.forEach((word, i) => digest.setUint32(4 * i, word, true))
  return Array.from(new Uint8Array(digest.buffer), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A one bit, zeros up to 8 bytes before a whole block, and the length in bits. */
function pad(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n, true)
  return padded
}

function addBlock(state: Uint32Array, word: (index: number) => number): void {
  let [a = 0, b = 0, c = 0, d = 0] = state
  for (let i = 0; i < 64; i++) {
    const round = i >> 4
    const [mixed, index] = mix(round, i, b, c, d)
    const sum = (a + mixed + word(index) + (SINES[i] ?? 0)) >>> 0
    const shift = SHIFTS[4 * round + (i & 3)] ?? 0
    ;[a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) >>> 0]
  }
  ;[a, b, c, d].forEach((value, i) => (state[i] = (state[i] ?? 0) + value))
}

/** A round's function of three words, and which word of the block it takes. */
function mix(round: number, i: number, b: number, c: number, d: number): [mixed: number, index: number] {
  if (round === 0) return [(b & c) | (~b & d), i]
  if (round === 1) return [(d & b) | (~d & c), (5 * i + 1) & 15]
  if (round === 2) return [b ^ c ^ d, (3 * i + 5) & 15]
  return [c ^ (b | ~d), (7 * i) & 15]
}
