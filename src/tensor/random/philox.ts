/**
 * Philox4x32-10: a counter-based random number generator.
 *
 * A block of four 32-bit words is a keyed bijection of a 128-bit counter, so any block can be computed without the ones
 * before it, on any device, and every device gives the same bits. Ten rounds of
 *
 *   (c₀, c₁, c₂, c₃) ← (hi(M₁c₂) ⊕ c₁ ⊕ k₀, lo(M₁c₂), hi(M₀c₀) ⊕ c₃ ⊕ k₁, lo(M₀c₀)),   (k₀, k₁) ← (k₀ + W₀, k₁ + W₁)
 *
 * Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 * https://doi.org/10.1145/2063384.2063405
 */

const M0 = 0xd2511f53
const M1 = 0xcd9e8d57
const W0 = 0x9e3779b9
const W1 = 0xbb67ae85
const ROUNDS = 10

/** Two 32-bit words that select one of 2⁶⁴ independent generators. */
export type PhiloxKey = readonly [number, number]
/** Four 32-bit words, the least significant first. */
export type PhiloxBlock = readonly [number, number, number, number]

/** The upper 32 bits of the 64-bit product a·b. */
function high(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16)
  const carry = aLow * bHigh + (middle & 0xffff)
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) | 0
}

/**
 * Writes one block into `out[offset … offset + 3]`.
 *
 * @param counter any of the 2¹²⁸ counters.
 */
export function philox(key: PhiloxKey, counter: PhiloxBlock, out: Uint32Array, offset = 0): void {
  let [c0, c1, c2, c3] = counter
  let [k0, k1] = key
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = high(M0, c0)
    const low0 = Math.imul(M0, c0)
    const high1 = high(M1, c2)
    const low1 = Math.imul(M1, c2)
    c0 = high1 ^ c1 ^ k0
    c1 = low1
    c2 = high0 ^ c3 ^ k1
    c3 = low0
    k0 = (k0 + W0) | 0
    k1 = (k1 + W1) | 0
  }
  out[offset] = c0
  out[offset + 1] = c1
  out[offset + 2] = c2
  out[offset + 3] = c3
}
