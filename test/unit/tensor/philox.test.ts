import assert from 'node:assert/strict'
import { test } from 'node:test'
import { philox, type PhiloxBlock, type PhiloxKey } from '../../../src/tensor'

// Known answers that the authors of Philox publish with Random123 (tests/kat_vectors, "philox4x32 10").
const KNOWN: readonly (readonly [PhiloxBlock, PhiloxKey, PhiloxBlock])[] = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
]

test('philox4x32-10 gives the known answers', () => {
  for (const [counter, key, answer] of KNOWN) {
    const out = new Uint32Array(4)
    philox(key, counter, out)
    assert.deepEqual([...out], answer)
  }
})

test('philox agrees with a plain 64-bit computation on many blocks', () => {
  const mask = 0xffffffffn
  const plain = (counter: readonly number[], key: readonly number[]): number[] => {
    let [c0 = 0n, c1 = 0n, c2 = 0n, c3 = 0n] = counter.map(BigInt)
    let [k0 = 0n, k1 = 0n] = key.map(BigInt)
    for (let round = 0; round < 10; round++) {
      const p0 = 0xd2511f53n * c0
      const p1 = 0xcd9e8d57n * c2
      ;[c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & mask, (p0 >> 32n) ^ c3 ^ k1, p0 & mask]
      k0 = (k0 + 0x9e3779b9n) & mask
      k1 = (k1 + 0xbb67ae85n) & mask
    }
    return [c0, c1, c2, c3].map(Number)
  }
  const out = new Uint32Array(4)
  for (let i = 0; i < 500; i++) {
    // Weyl steps reach all bits of all words.
    const word = (k: number): number => Math.imul(i * 6 + k + 1, 0x9e3779b1) >>> 0
    const counter = [word(0), word(1), word(2), word(3)] as const
    const key = [word(4), word(5)] as const
    philox(key, counter, out)
    assert.deepEqual([...out], plain(counter, key))
  }
})
