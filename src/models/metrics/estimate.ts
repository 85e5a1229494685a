/**
 * Estimates with their standard errors.
 *
 * `analytic` errors come from a formula for the estimate's variance. `jackknife` errors come from leaving out parts of the
 * samples: with G parts, θ₍g₎ the estimate without part g, and θ̄ their mean,
 *
 *   SE² = (G − 1)/G · Σ_g (θ₍g₎ − θ̄)².
 *
 * A jackknife follows how a smooth estimate varies; where the two laws are equal, distances between them are at a corner,
 * and it says little: compare with `floor` there.
 *
 * Efron and Stein, "The jackknife estimate of variance", 1981, https://doi.org/10.1214/aos/1176345462
 */
export interface Estimate {
  readonly value: number
  readonly standardError: number
  /** Where the standard error comes from. */
  readonly method: 'analytic' | 'jackknife'
}

/** How many parts are left out in turn where leaving out each sample would take too long. */
export const GROUPS = 20

/** The jackknife's standard error from the estimates without each part. */
export function jackknife(without: ArrayLike<number>): number {
  const parts = without.length
  let mean = 0
  for (let g = 0; g < parts; g++) mean += without[g]! / parts
  let sum = 0
  for (let g = 0; g < parts; g++) sum += (without[g]! - mean) ** 2
  return Math.sqrt(((parts - 1) / parts) * sum)
}

/** The mean of independent values with its standard error. */
export function meanOf(values: ArrayLike<number>): Estimate {
  const n = values.length
  let mean = 0
  for (let i = 0; i < n; i++) mean += values[i]! / n
  let sum = 0
  for (let i = 0; i < n; i++) sum += (values[i]! - mean) ** 2
  return { value: mean, standardError: n > 1 ? Math.sqrt(sum / (n - 1) / n) : NaN, method: 'analytic' }
}
