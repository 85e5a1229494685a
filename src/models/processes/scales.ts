/**
 * Noise scales in a geometric sequence from the largest to the smallest,
 *
 *   σ_i = σ_1 (σ_L / σ_1)^((i − 1)/(L − 1)),   i = 1, …, L.
 *
 * Song and Ermon, "Generative modeling by estimating gradients of the data distribution", NeurIPS 2019,
 * https://arxiv.org/abs/1907.05600
 */

/**
 * @param first σ_1, @param last σ_L: both positive; the sequence runs from one to the other.
 * @param count L, a whole number from 2 on.
 */
export function geometricScales(first = 1, last = 0.01, count = 10): Float64Array {
  for (const [name, value] of [
    ['first', first],
    ['last', last],
  ] as const)
    if (!(value > 0 && value < Infinity))
      throw new RangeError(`geometricScales: the ${name} scale must be positive, but is ${value}`)
  if (!Number.isSafeInteger(count) || count < 2)
    throw new RangeError(`geometricScales: count must be a whole number from 2 on, but is ${count}`)
  return Float64Array.from({ length: count }, (_, i) =>
    i === count - 1 ? last : first * (last / first) ** (i / (count - 1)),
  )
}
