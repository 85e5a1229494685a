/**
 * SHA-256 (FIPS 180-4), for the content security policy of a report. The platform's own is asynchronous in browsers and
 * absent on pages without TLS; a report is rendered in one call, anywhere.
 */

/** The first 32 bits of the fractional parts of the p-th roots of the first n primes. */
function rootBits(n: number, root: (prime: number) => number): Uint32Array {
  const bits = new Uint32Array(n)
  for (let found = 0, candidate = 2; found < n; candidate++) {
    let prime = true
    for (let divisor = 2; divisor * divisor <= candidate; divisor++)
      if (candidate % divisor === 0) prime = false
    if (prime) bits[found++] = (root(candidate) % 1) * 2 ** 32
  }
  return bits
}

const K = rootBits(64, Math.cbrt)
const H0 = rootBits(8, Math.sqrt)

const rotate = (word: number, by: number) => (word >>> by) | (word << (32 - by))

/** @returns the digest in base64. */
export function sha256(text: string): string {
  const message = new TextEncoder().encode(text)
  // The message, one 1 bit, zeros, and the length in bits as 64 bits, in blocks of 64 bytes.
  const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64)
  padded.set(message)
  padded[message.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor(message.length / 2 ** 29))
  view.setUint32(padded.length - 4, message.length << 3)

  const hash = H0.slice()
  const w = new Int32Array(64)
  for (let block = 0; block < padded.length; block += 64) {
    for (let t = 0; t < 16; t++) w[t] = view.getInt32(block + 4 * t)
    for (let t = 16; t < 64; t++) {
      const s0 = rotate(w[t - 15]!, 7) ^ rotate(w[t - 15]!, 18) ^ (w[t - 15]! >>> 3)
      const s1 = rotate(w[t - 2]!, 17) ^ rotate(w[t - 2]!, 19) ^ (w[t - 2]! >>> 10)
      w[t] = w[t - 16]! + s0 + w[t - 7]! + s1
    }
    let a = hash[0]! | 0
    let b = hash[1]! | 0
    let c = hash[2]! | 0
    let d = hash[3]! | 0
    let e = hash[4]! | 0
    let f = hash[5]! | 0
    let g = hash[6]! | 0
    let h = hash[7]! | 0
    for (let t = 0; t < 64; t++) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[t]! + w[t]!) | 0
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + t2) | 0
    }
    ;[a, b, c, d, e, f, g, h].forEach((word, i) => (hash[i]! += word))
  }
  const digest = new DataView(new ArrayBuffer(32))
  hash.forEach((word, i) => digest.setUint32(4 * i, word))
  return btoa(String.fromCharCode(...new Uint8Array(digest.buffer)))
}
