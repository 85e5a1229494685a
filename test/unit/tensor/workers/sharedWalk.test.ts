import assert from 'node:assert/strict'
import { test } from 'node:test'
import { divided } from '../../../../src/tensor/workers/sharedWalk'

test('tiles are divided without gaps, into parts of a size and a few smaller ones at the end', () => {
  for (const [tiles, most, threads] of [
    [0, 1, 2],
    [1, 1, 2],
    [7, 20, 4],
    [256, 4, 2],
    [1000, 13, 3],
    [257, 1, 16],
  ] as const) {
    const parts = divided(tiles, most, threads)
    const sizes = parts.map(([first, end]) => end - first)
    assert.deepEqual(
      parts.map(([first]) => first),
      parts.map((_, i) => parts[i - 1]?.[1] ?? 0),
    )
    assert.equal(parts.at(-1)?.[1] ?? 0, tiles)
    assert.ok(sizes.every((size) => size > 0 && size <= most))
    // From the first part on they only get smaller.
    assert.ok(sizes.every((size, i) => i === 0 || size <= sizes[i - 1]!))
    // Each thread gets a small part at the end, where there are tiles enough and parts are not small anyway.
    if (tiles >= 8 * threads * most && most > 1)
      assert.ok(sizes.slice(-threads).every((size) => size <= Math.ceil(most / 4)))
  }
})
