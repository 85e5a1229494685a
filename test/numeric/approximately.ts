import assert from 'node:assert/strict'

/** |actual − expected| ≤ tolerance · max(1, |expected|), number by number. */
export function approximately(
  actual: ArrayLike<number> | number,
  expected: ArrayLike<number> | number,
  tolerance: number,
  what = 'number',
): void {
  const [a, b] = [actual, expected].map((x) => (typeof x === 'number' ? [x] : Array.from(x)))
  assert.equal(a!.length, b!.length, `${what}: counts differ`)
  for (const [i, value] of b!.entries())
    assert.ok(
      Math.abs(a![i]! - value) <= tolerance * Math.max(1, Math.abs(value)),
      `${what} ${i}: ${a![i]}, expected ${value} within ${tolerance}`,
    )
}

/** The derivative of a smooth function: central differences at two steps, extrapolated. */
export function slope(f: (h: number) => number, h = 1e-3): number {
  const central = (h: number) => (f(h) - f(-h)) / (2 * h)
  return (4 * central(h / 2) - central(h)) / 3
}
