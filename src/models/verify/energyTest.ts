/**
 * Do two samples come from the same law? The permutation test of the energy distance,
 *
 *   2 E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖,
 *
 * which is zero only for equal laws. Under equal laws, which point came from which sample is a coin toss, so random
 * relabellings show how large the distance is by chance.
 *
 * Székely and Rizzo, "Energy statistics: a class of statistics based on distances", Journal of Statistical Planning and
 * Inference 143 (2013), https://doi.org/10.1016/j.jspi.2013.03.018
 */
import type { RandomStream } from '../../tensor'

const MOST_PERMUTATIONS = 4000
/** So many relabellings as extreme as the data, and their share is known well enough: the laws look equal. */
const ENOUGH = 10
/**
 * Under equal laws the distance is a weighted sum of χ² variables; the heaviest tail is that of a single one, which
 * exceeds its mean by 10 standard deviations once in 10⁴.
 */
const BEYOND_CHANCE = 10
const FIRST_PERMUTATIONS = 100

/** Both samples, row after row, with all distances between them. */
export interface Pooled {
  readonly distances: Float64Array
  /** Points of the first sample, which come first. */
  readonly first: number
  readonly size: number
}

/** @param a, b points of `dim` numbers, row after row. */
export function pool(a: ArrayLike<number>, b: ArrayLike<number>, dim: number): Pooled {
  const size = (a.length + b.length) / dim
  const points = new Float64Array(a.length + b.length)
  points.set(Array.from(a))
  points.set(Array.from(b), a.length)
  const distances = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let j = 0; j < i; j++) {
      let square = 0
      for (let k = 0; k < dim; k++) square += (points[i * dim + k]! - points[j * dim + k]!) ** 2
      distances[i * size + j] = distances[j * size + i] = Math.sqrt(square)
    }
  return { distances, first: a.length / dim, size }
}

/** The energy distance of the points labelled 1 from those labelled 0. */
export function energyDistance({ distances, size }: Pooled, labels: Uint8Array): number {
  // Within the ones, within the zeros, and between: sums over unordered pairs.
  const sums = [0, 0, 0]
  const counts = [0, 0]
  for (let i = 0; i < size; i++) {
    const mine = labels[i]!
    counts[mine]!++
    const row = i * size
    let same = 0
    let other = 0
    for (let j = 0; j < i; j++)
      if (labels[j] === mine) same += distances[row + j]!
      else other += distances[row + j]!
    sums[mine]! += same
    sums[2]! += other
  }
  const [zeros, ones] = counts as [number, number]
  return (2 * sums[2]!) / (zeros * ones) - (2 * sums[0]!) / zeros ** 2 - (2 * sums[1]!) / ones ** 2
}

export interface EnergyTest {
  readonly distance: number
  /** The largest distance that a relabelling gave. */
  readonly byChance: number
  /** Bound on the chance of a distance as large under equal laws. */
  readonly p: number
  readonly rejected: boolean
}

/** @param level the chance of rejecting equal laws. */
export async function energyTest(
  pooled: Pooled,
  level: number,
  stream: Pick<RandomStream, 'permutation'>,
  pause: () => Promise<void>,
): Promise<EnergyTest> {
  const labels = Uint8Array.from({ length: pooled.size }, (_, i) => (i < pooled.first ? 1 : 0))
  const distance = energyDistance(pooled, labels)
  const chance: number[] = []
  let asExtreme = 0
  while (chance.length < MOST_PERMUTATIONS) {
    const order = stream.permutation(pooled.size)
    const permuted = energyDistance(
      pooled,
      labels.map((_, i) => labels[order[i]!]!),
    )
    chance.push(permuted)
    if (permuted >= distance) asExtreme++
    if (asExtreme >= ENOUGH) break
    if (chance.length === FIRST_PERMUTATIONS) {
      const mean = chance.reduce((sum, x) => sum + x, 0) / chance.length
      const deviation = Math.sqrt(chance.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (chance.length - 1))
      if (distance > mean + BEYOND_CHANCE * deviation)
        return { distance, byChance: Math.max(...chance), p: 1e-4, rejected: true }
    }
    if (chance.length % 20 === 0) await pause()
  }
  const p = (asExtreme + 1) / (chance.length + 1)
  return { distance, byChance: Math.max(...chance), p, rejected: p <= level }
}
