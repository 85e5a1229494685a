/**
 * Entropic optimal transport between n and m equally weighted points: the plan P with row sums 1/n and column sums 1/m
 * that makes Σ P C + ε Σ P log P least. It is Pᵢⱼ = exp((fᵢ + gⱼ − Cᵢⱼ)/ε) with
 *
 *   fᵢ = −ε log n − ε log Σⱼ exp((gⱼ − Cᵢⱼ)/ε),   gⱼ = −ε log m − ε log Σᵢ exp((fᵢ − Cᵢⱼ)/ε),
 *
 * iterated in turn, in logarithms so that small ε does not underflow. As ε → 0 it tends to the optimal assignment. With
 * squared distances as cost and ε = 2σ², it is the law of the ends of the Schrödinger bridge, whose reference process is a
 * Brownian motion of variance σ² t.
 *
 * Cuturi, "Sinkhorn distances: lightspeed computation of optimal transport", NeurIPS 2013, https://arxiv.org/abs/1306.0895
 */
import type { RandomStream } from '../../tensor'

export interface SinkhornOptions {
  /** ε, positive, in units of the cost. */
  readonly epsilon: number
  /** At most so many rounds. Default 1000. */
  readonly iterations?: number
  /** Ends when no row's sum is wrong by more than this share. Default 1e-6. */
  readonly tolerance?: number
}

/**
 * @param cost n × m costs, row after row.
 * @returns the plan, of the same layout; its columns sum to 1/m exactly, its rows to 1/n within the tolerance.
 * @throws Error where the rows' sums are still wrong after all iterations.
 */
export function sinkhorn(cost: Float64Array, n: number, m: number, options: SinkhornOptions): Float64Array {
  const {
    epsilon,
    iterations = 1000,
    tolerance = 1e-6,
  } = (options as SinkhornOptions | undefined) ?? { epsilon: NaN }
  if (!((cost as unknown) instanceof Float64Array))
    throw new TypeError('sinkhorn: cost must be a Float64Array of n × m costs, row after row')
  if (!Number.isSafeInteger(n) || !Number.isSafeInteger(m) || n < 1 || m < 1 || cost.length !== n * m)
    throw new RangeError(`sinkhorn: ${cost.length} costs are not a matrix of ${n} × ${m}`)
  if (!cost.every(Number.isFinite)) throw new RangeError('sinkhorn: costs must be finite')
  if (!(epsilon > 0 && epsilon < Infinity))
    throw new RangeError(`sinkhorn: epsilon must be positive, but is ${epsilon}`)
  if (!Number.isSafeInteger(iterations) || iterations < 1)
    throw new RangeError(`sinkhorn: iterations must be a positive whole number, but is ${iterations}`)
  if (!(tolerance > 0)) throw new RangeError(`sinkhorn: tolerance must be positive, but is ${tolerance}`)

  const scaled = cost.map((c) => c / epsilon)
  const f = new Float64Array(n)
  const g = new Float64Array(m)
  for (let round = 0; ; round++) {
    // What the rows sum to under the columns' prices says both how to correct them and how wrong they are.
    const rows = f.map((_, i) => logSumExp(m, (j) => g[j]! - scaled[i * m + j]!))
    const worst =
      round === 0 ? Infinity : largest(rows.map((log, i) => Math.abs(n * Math.exp(f[i]! + log) - 1)))
    if (worst <= tolerance) break
    if (round === iterations)
      throw new Error(
        `sinkhorn: after ${iterations} iterations a row is still wrong by ${worst.toExponential(1)} of its sum; ` +
          'allow more iterations, or a larger epsilon or tolerance',
      )
    for (const [i, log] of rows.entries()) f[i] = -Math.log(n) - log
    for (let j = 0; j < m; j++) g[j] = -Math.log(m) - logSumExp(n, (i) => f[i]! - scaled[i * m + j]!)
  }
  return scaled.map((c, k) => Math.exp(f[Math.floor(k / m)]! + g[k % m]! - c))
}

/** For each row a column, drawn with the plan's probabilities given the row. */
export function drawFromPlan(plan: Float64Array, n: number, m: number, stream: RandomStream): Int32Array {
  const u = stream.uniform(n)
  return Int32Array.from({ length: n }, (_, i) => {
    const row = plan.subarray(i * m, (i + 1) * m)
    const target = u[i]! * row.reduce((sum, p) => sum + p, 0)
    let sum = 0
    for (let j = 0; j < m; j++) {
      sum += row[j]!
      if (target < sum) return j
    }
    return m - 1
  })
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity)
}

function logSumExp(n: number, term: (i: number) => number): number {
  let most = -Infinity
  for (let i = 0; i < n; i++) most = Math.max(most, term(i))
  let sum = 0
  for (let i = 0; i < n; i++) sum += Math.exp(term(i) - most)
  return most + Math.log(sum)
}
