/**
 * UniPC: a multistep solver of order p that corrects each state once its own prediction is known, with no further
 * request to the model, and gains an order by it. In the form with x̂₀, with h = λ_s − λ_t, D₀ = x̂₀(x_t), the
 * differences D_k = (x̂₀⁽ᵏ⁾ − D₀)/r_k to earlier predictions at λ_t + r_k h (so r_k < 0), and B = −h (`bh1`) or e^{−h}
 * − 1 (`bh2`),
 *
 *   predictor   x_s = (σ_s/σ_t) x_t − α_s (e^{−h} − 1) D₀ − α_s B Σ_{k<p} ρ_k D_k
 *   corrector   the same, Σ with one term more: D = x̂₀(x_s) − D₀ at r = 1
 *
 * where the ρ make the sum right for polynomials: Σ_k r_k^{j−1} ρ_k = j! φ_{j+1}(−h)/B, with φ₁(z) = (e^z − 1)/z and
 * φ_{j+1}(z) = (φ_j(z) − 1/j!)/z, here times z. For one term ρ = ½, whatever h. The correction is applied at the
 * beginning of the next step, so the last state is a predicted one. The first steps have lower orders. As in the paper,
 * the order of the corrected scheme is p + 1.
 *
 * Zhao et al., "UniPC: a unified predictor-corrector framework for fast sampling of diffusion models", NeurIPS 2023,
 * https://arxiv.org/abs/2302.04867
 */
import type { Denoiser } from '../denoiser'
import { endTime, grids, timesOf, type TimeOptions } from '../grids'
import type { State } from '../state'
import { sum, type Asked, type Method, type Tape, type Vector } from './linear'
import { linearWalk } from './linearWalk'
import { processOf, type Sampler, type WalkOptions } from './walk'

const { expm1 } = Math

export interface UniPcOptions<S extends State> extends TimeOptions, WalkOptions<S> {
  /** p, from 1 to 4. Default 2. */
  readonly order?: number
  /** B(h). Default `bh2`. */
  readonly variant?: 'bh1' | 'bh2'
  /** Whether states are corrected; without, the predictor alone is left (UniP). Default true. */
  readonly correct?: boolean
}

/** UniPC: NFE 1 a step. Default grid: even in λ, down to 10⁻³. @throws RangeError for another order or variant. */
export function unipc<S extends State>(
  model: Denoiser<S>,
  { order = 2, variant = 'bh2', correct = true, ...options }: UniPcOptions<S> = {},
): Sampler<S> {
  const process = processOf(model, 'unipc')
  if (!Number.isSafeInteger(order) || order < 1 || order > 4)
    throw new RangeError(`unipc: order must be 1, 2, 3 or 4, but is ${order}`)
  if (variant !== 'bh1' && variant !== 'bh2')
    throw new RangeError(`unipc: variant must be 'bh1' or 'bh2', not ${String(variant)}`)
  const times = timesOf(process, options, { grid: grids.logSnr, end: endTime(process) })
  return linearWalk('unipc', model, times, method(order, variant, correct), options)
}

function method(order: number, variant: 'bh1' | 'bh2', correct: boolean): Method {
  return (tape, t, s) => {
    const past = tape.asked.slice(-order)
    const now = tape.ask(t)
    if (tape.process.sigma(s) === 0) return now.x0
    const { alpha, sigma, logSnr } = tape.process
    let x = tape.x
    const last = past.at(-1)
    if (correct && last) {
      // What the corrector's sum differs by from the predictor's of the step before.
      const earlier = past.slice(0, -1)
      const predicted = tail(tape, last, t, earlier, variant)
      const corrected = tail(tape, last, t, [...earlier, now], variant)
      x = sum([1, x], [1, corrected], [-1, predicted])
    }
    const h = logSnr(s) - logSnr(t)
    return sum(
      [sigma(s) / sigma(t), x],
      [-alpha(s) * expm1(-h), now.x0],
      [1, tail(tape, now, s, past.slice(past.length - order + 1 > 0 ? 1 : 0), variant)],
    )
  }
}

/** −α_s B Σ_k ρ_k D_k, for the step from `from` to time s with the predictions `others`. */
function tail(
  { process }: Tape,
  from: Asked,
  s: number,
  others: readonly Asked[],
  variant: 'bh1' | 'bh2',
): Vector {
  if (!others.length) return {}
  const lambda = process.logSnr(from.t)
  const h = process.logSnr(s) - lambda
  const b = variant === 'bh1' ? -h : expm1(-h)
  const places = others.map((other) => (process.logSnr(other.t) - lambda) / h)
  const rho = weights(places, h, b)
  return sum(
    ...others.flatMap(({ x0 }, k) => {
      const factor = (-process.alpha(s) * b * rho[k]!) / places[k]!
      return [
        [factor, x0],
        [-factor, from.x0],
      ] as const
    }),
  )
}

/** The ρ of Σ_k r_k^{j−1} ρ_k = j! h φ_{j+1}(−h) / B for j = 1, …, K, h φ including its sign; ½ for K = 1. */
function weights(places: readonly number[], h: number, b: number): number[] {
  if (places.length === 1) return [0.5]
  let phi = expm1(-h) / -h - 1
  let factorial = 1
  const right = places.map((_, j) => {
    const value = (phi * factorial) / b
    factorial *= j + 2
    phi = phi / -h - 1 / factorial
    return value
  })
  return solve(
    places.map((_, j) => places.map((r) => r ** j)),
    right,
  )
}

/** The solution of a small linear system, by elimination with pivots. */
function solve(matrix: number[][], right: readonly number[]): number[] {
  const n = right.length
  const rows = matrix.map((row, i) => [...row, right[i]!])
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let i = column + 1; i < n; i++)
      if (Math.abs(rows[i]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = i
    const chosen = rows[pivot]!
    rows[pivot] = rows[column]!
    rows[column] = chosen
    for (let i = 0; i < n; i++) {
      if (i === column) continue
      const factor = rows[i]![column]! / chosen[column]!
      for (let j = column; j <= n; j++) rows[i]![j]! -= factor * chosen[j]!
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!)
}
