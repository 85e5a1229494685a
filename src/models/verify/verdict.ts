/**
 * Whether the draws so far speak for an identity, against it, or too softly.
 *
 * The mean difference D̄ of each of m components is compared with t·SE + τ: SE comes from 64 batch means, t from Student's
 * distribution with 63 degrees of freedom, and at look j = 1, 2, … its two-sided level is 5e-4 / (m 2ʲ), so that a true
 * identity fails less than once in 1000 runs whatever the number of looks. τ is what rounding in single precision and a
 * declared discretisation error may contribute.
 *
 * Agreement counts only if the same draws would have noticed a wrong factor: with any one term times ½, 2 or −1 the
 * comparison must fail.
 */
import { BLOCK, type Sums } from './terms'
import { twoSidedQuantile } from './student'

const BATCHES = 64
const LEVEL = 5e-4
const FACTORS = [0.5, 2, -1]

/** τ as a fraction of the largest term's root mean square: single precision has 6e-8, and terms are sums of many. */
const ROUNDING = 1e-5

/** The mean of left − right in one component. */
export interface Comparison {
  readonly mean: number
  /** |mean| may be up to this: t·SE + τ. */
  readonly allowed: number
  /** t·SE alone. */
  readonly noise: number
  /** Root mean square of the largest term. */
  readonly scale: number
}

export interface Verdict {
  readonly comparisons: readonly Comparison[]
  /** Components in which the difference is too large to be chance. */
  readonly broken: readonly number[]
  /** Terms whose wrong factor would have gone unnoticed. */
  readonly unnoticed: readonly string[]
  /** Whether a few draws in a thousand decide: then standard errors cannot be trusted. */
  readonly heavy: boolean
}

/** @param look 1 for the first. @param discretisation error of the draws that is known and accepted. */
export function judge<D>(sums: Sums<D>, look: number, discretisation: number): Verdict {
  const t = twoSidedQuantile(LEVEL / (sums.components * 2 ** look), BATCHES - 1)
  const cases = sums.blocks.map((terms, c) => {
    const scale = Math.sqrt(Math.max(...sums.squares[c]!) / sums.n)
    const tolerance = ROUNDING * scale + discretisation
    const batches = terms.map(batchMeans)
    const compare = (factors: readonly number[]): Comparison => {
      const means = Array.from({ length: BATCHES }, (_, b) =>
        batches.reduce((sum, term, k) => sum + factors[k]! * sums.signs[k]! * term[b]!, 0),
      )
      const mean = average(means)
      const variance = means.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (BATCHES - 1)
      const noise = t * Math.sqrt(variance / BATCHES)
      return { mean, noise, allowed: noise + tolerance, scale }
    }
    const asGiven = compare(sums.signs.map(() => 1))
    return {
      compare,
      asGiven,
      heavy: asGiven.noise / t > tolerance && isHeavy(sums.differences[c]!, asGiven.mean),
    }
  })

  const unnoticed = sums.names.filter((_, k) =>
    FACTORS.some((factor) =>
      cases.every(({ compare }) => !exceeds(compare(sums.signs.map((_, i) => (i === k ? factor : 1))))),
    ),
  )
  const comparisons = cases.map(({ asGiven }) => asGiven)
  return {
    comparisons,
    broken: comparisons.flatMap((comparison, c) => (exceeds(comparison) ? [c] : [])),
    unnoticed,
    heavy: cases.some(({ heavy }) => heavy),
  }
}

export function exceeds({ mean, allowed }: Comparison): boolean {
  return Math.abs(mean) > allowed
}

/** The means of 64 batches of equal size. */
function batchMeans(blocks: readonly number[]): number[] {
  const size = blocks.length / BATCHES
  return Array.from(
    { length: BATCHES },
    (_, b) => blocks.slice(b * size, (b + 1) * size).reduce((sum, x) => sum + x, 0) / (size * BLOCK),
  )
}

/** Whether the top 0.1 % of the draws carry over a quarter of the squared deviations. */
function isHeavy(differences: readonly number[], mean: number): boolean {
  const squares = Float64Array.from(differences, (d) => (d - mean) ** 2).sort()
  const total = squares.reduce((sum, x) => sum + x, 0)
  const top = squares
    .subarray(squares.length - Math.ceil(squares.length / 1000))
    .reduce((sum, x) => sum + x, 0)
  return top > total / 4
}

function average(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length
}
