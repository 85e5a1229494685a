/**
 * Distances between laws from pairs of samples. With a kernel k, and U-statistics that leave out pairs of a sample with
 * itself, so that the estimate is unbiased (and can be negative),
 *
 *   E k(X, X′) + E k(Y, Y′) − 2 E k(X, Y).
 *
 * k = exp(−‖x − y‖² / 2h²) gives the squared maximum mean discrepancy, k = −‖x − y‖ the energy distance.
 *
 * Gretton, Borgwardt, Rasch, Schölkopf and Smola, "A kernel two-sample test", JMLR 2012,
 * https://jmlr.org/papers/v13/gretton12a.html; Székely and Rizzo, "Energy statistics: a class of statistics based on
 * distances", 2013, https://doi.org/10.1016/j.jspi.2013.03.018
 */
import { counted } from '../../tensor'
import { pauses } from './pauses'
import { jackknife, type Estimate } from './estimate'
import { pairOf, type Rows, type Samples } from './samples'

export interface Mmd extends Estimate {
  /** h, the width of the kernel. */
  readonly bandwidth: number
}

/**
 * The squared maximum mean discrepancy with a Gaussian kernel, unbiased.
 *
 * @param bandwidth h. Default: the median distance between points of both sets (at most 500 of each). To compare several
 * models, give all the same.
 * @returns its standard error by leaving out each sample in turn.
 */
export async function mmd(
  first: Samples,
  second: Samples,
  { bandwidth }: { bandwidth?: number } = {},
): Promise<Mmd> {
  const [a, b] = await pairOf(first, second, 'mmd')
  const h = bandwidth ?? medianDistance(a, b)
  if (!(h > 0 && h < Infinity)) throw new RangeError(`mmd: bandwidth must be positive, but is ${h}`)
  return { ...(await discrepancy(a, b, (square) => Math.exp(-square / (2 * h * h)))), bandwidth: h }
}

/**
 * The energy distance 2 E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖, unbiased: zero for equal laws only, and with nothing to choose.
 *
 * @returns its standard error by leaving out each sample in turn.
 */
export async function energyDistance(first: Samples, second: Samples): Promise<Estimate> {
  const [a, b] = await pairOf(first, second, 'energyDistance')
  return discrepancy(a, b, (square) => -Math.sqrt(square))
}

/** @param kernel of the squared distance. */
async function discrepancy(a: Rows, b: Rows, kernel: (square: number) => number): Promise<Estimate> {
  // Sums over pairs, by the sample that is in them.
  const [aa, bb] = [new Float64Array(a.n), new Float64Array(b.n)]
  const [ab, ba] = [new Float64Array(a.n), new Float64Array(b.n)]
  const pause = pauses()
  await within(a, aa, kernel)
  await within(b, bb, kernel)
  for (const i of counted('distances between the sets', a.n)) {
    await pause()
    for (let j = 0; j < b.n; j++) {
      const k = kernel(squareDistance(a, i, b, j))
      ab[i]! += k
      ba[j]! += k
    }
  }
  const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0)
  const [sumA, sumB, cross] = [total(aa), total(bb), total(ab)]
  // aa and bb hold each pair twice, once for each of its members.
  const estimate = (insideA: number, n: number, insideB: number, m: number, between: number) =>
    insideA / (n * (n - 1)) + insideB / (m * (m - 1)) - (2 * between) / (n * m)
  const withoutA = aa.map((own, i) => estimate(sumA - 2 * own, a.n - 1, sumB, b.n, cross - ab[i]!))
  const withoutB = bb.map((own, j) => estimate(sumA, a.n, sumB - 2 * own, b.n - 1, cross - ba[j]!))
  return {
    value: estimate(sumA, a.n, sumB, b.n, cross),
    // The two sets are independent.
    standardError: Math.hypot(jackknife(withoutA), jackknife(withoutB)),
    method: 'jackknife',
  }
}

async function within(rows: Rows, sums: Float64Array, kernel: (square: number) => number): Promise<void> {
  if (rows.n < 3) throw new RangeError('at least three samples of each set are needed')
  const pause = pauses()
  for (const i of counted('distances within a set', rows.n)) {
    await pause()
    for (let j = 0; j < i; j++) {
      const k = kernel(squareDistance(rows, i, rows, j))
      sums[i]! += k
      sums[j]! += k
    }
  }
}

function squareDistance(a: Rows, i: number, b: Rows, j: number): number {
  let sum = 0
  for (let k = 0; k < a.dim; k++) sum += (a.values[i * a.dim + k]! - b.values[j * a.dim + k]!) ** 2
  return sum
}

const FOR_MEDIAN = 500

function medianDistance(a: Rows, b: Rows): number {
  const both = [a, b].flatMap((rows) =>
    Array.from({ length: Math.min(rows.n, FOR_MEDIAN) }, (_, i) => [rows, i] as const),
  )
  const distances = new Float64Array((both.length * (both.length - 1)) / 2)
  let at = 0
  for (let i = 0; i < both.length; i++)
    for (let j = 0; j < i; j++) distances[at++] = squareDistance(...both[i]!, ...both[j]!)
  distances.sort()
  return Math.sqrt(distances[distances.length >> 1]!)
}
