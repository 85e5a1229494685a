/**
 * Precision and recall of samples. A set of points covers the balls around each of them that reach to its k-th nearest neighbour in the set:
 *
 *   precision   the share of generated samples that lie where the real ones cover: are they real?
 *   recall      the share of real samples that lie where the generated ones cover: is nothing missing?
 *
 * Guidance buys the first with the second. Of two sets of one law both are about the same, and below one: compare with that.
 *
 * Kynkäänniemi, Karras, Laine, Lehtinen and Aila, "Improved precision and recall metric for assessing generative models", NeurIPS
 * 2019, https://arxiv.org/abs/1904.06991
 */
import type { Estimate } from './estimate'
import { featuresOf, type Features } from './frechet'
import { pauses } from './pauses'
import { rowsOf, type Rows, type Samples } from './samples'

export interface PrecisionRecall {
  /** The share of generated samples among the real ones. */
  readonly precision: Estimate
  /** The share of real samples among the generated ones. */
  readonly recall: Estimate
  /** The name of the feature space. */
  readonly features: string
}

/**
 * Precision and recall of generated samples. It takes time with the product of both numbers of samples.
 *
 * @param neighbours k. Default 3.
 * @param features the feature space. Default: the samples themselves, `identity`.
 * @returns shares with their binomial standard errors, for which what the other set covers is taken as it is.
 */
export async function precisionRecall(
  real: Samples,
  generated: Samples,
  { features, neighbours = 3 }: { readonly features?: Features; readonly neighbours?: number } = {},
): Promise<PrecisionRecall> {
  const read = (samples: Samples, which: string): Promise<Rows> =>
    features
      ? featuresOf(samples, features, `precisionRecall: the ${which} set`)
      : rowsOf(samples, `precisionRecall: the ${which} set`)
  const [a, b] = [await read(real, 'real'), await read(generated, 'generated')]
  if (a.dim !== b.dim)
    throw new RangeError(
      `precisionRecall: the real set has points of ${a.dim} numbers, the generated one of ${b.dim}`,
    )
  const most = Math.min(a.n, b.n) - 1
  if (!Number.isSafeInteger(neighbours) || neighbours < 1 || neighbours > most)
    throw new RangeError(
      `precisionRecall: neighbours must be a whole number from 1 to ${most}, but is ${String(neighbours)}`,
    )
  return {
    precision: await covered(b, a, neighbours),
    recall: await covered(a, b, neighbours),
    features: features?.name ?? 'identity',
  }
}

/** The share of points that lie in one of the balls of `set`. */
async function covered(points: Rows, set: Rows, k: number): Promise<Estimate> {
  const pause = pauses()
  const reach = new Float64Array(set.n)
  for (let i = 0; i < set.n; i++) {
    await pause()
    reach[i] = kthNeighbour(set, i, k)
  }
  let count = 0
  for (let i = 0; i < points.n; i++) {
    await pause()
    for (let j = 0; j < set.n; j++)
      if (squaredDistance(points, i, set, j) <= reach[j]!) {
        count++
        break
      }
  }
  const share = count / points.n
  return { value: share, standardError: Math.sqrt((share * (1 - share)) / points.n), method: 'analytic' }
}

/** The squared distance of point i to its k-th nearest neighbour. */
function kthNeighbour(set: Rows, i: number, k: number): number {
  const nearest = new Float64Array(k).fill(Infinity)
  for (let j = 0; j < set.n; j++) {
    if (j === i) continue
    const distance = squaredDistance(set, i, set, j)
    if (distance >= nearest[k - 1]!) continue
    let at = k - 1
    for (; at > 0 && nearest[at - 1]! > distance; at--) nearest[at] = nearest[at - 1]!
    nearest[at] = distance
  }
  return nearest[k - 1]!
}

function squaredDistance(a: Rows, i: number, b: Rows, j: number): number {
  let sum = 0
  for (let c = 0, p = i * a.dim, q = j * b.dim; c < a.dim; c++, p++, q++)
    sum += (a.values[p]! - b.values[q]!) ** 2
  return sum
}
