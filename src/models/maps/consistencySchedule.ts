/**
 * How consistency training sets its grid and its averages as it goes, at step k of K:
 *
 *   original   N(k) = ⌈√(k/K ((s₁ + 1)² − s₀²) + s₀²) − 1⌉ + 1,   μ(k) = exp(s₀ log μ₀ / (N(k) − 1))
 *   improved   N(k) = min(s₀ 2^⌊k/K′⌋, s₁) + 1,   K′ = ⌊K / (log₂⌊s₁/s₀⌋ + 1)⌋
 *
 * and improved training picks level σ_i with probability ∝ Φ((log σ_{i+1} − m)/s) − Φ((log σ_i − m)/s).
 *
 * Song et al., 2023, appendix C, https://arxiv.org/abs/2303.01469 (whose program takes N(k) − 1 in μ, as here); Song and
 * Dhariwal, 2024, section 3.4 and 3.5, https://arxiv.org/abs/2310.14189
 */
import { normalTail } from '../exact/normal'

export interface LevelRange {
  readonly sigmaMin: number
  readonly sigmaMax: number
}

/** EDM's grid of `levels` noise levels, rising from σ_min to σ_max. @param rho ρ, default 7. */
export function consistencyLevels(levels: number, { sigmaMin, sigmaMax }: LevelRange, rho = 7): Float64Array {
  if (!Number.isSafeInteger(levels) || levels < 2)
    throw new RangeError(
      `consistencyLevels: there must be at least two noise levels, but there are ${levels}`,
    )
  if (!(rho > 0)) throw new RangeError(`consistencyLevels: rho must be positive, but is ${rho}`)
  const [a, b] = [sigmaMin ** (1 / rho), sigmaMax ** (1 / rho)]
  return Float64Array.from({ length: levels }, (_, i) => {
    if (i === 0) return sigmaMin
    return i === levels - 1 ? sigmaMax : (a + (i / (levels - 1)) * (b - a)) ** rho
  })
}

/** N at step k of K, from s₀ to s₁ + 1. */
export function growingLevels(k: number, K: number, s0 = 2, s1 = 200): number {
  return Math.max(Math.ceil(Math.sqrt((k / K) * ((s1 + 1) ** 2 - s0 ** 2) + s0 ** 2) - 1), 1) + 1
}

/** μ for a grid of `levels` levels. */
export function targetDecay(levels: number, s0 = 2, mu0 = 0.95): number {
  return Math.exp((s0 * Math.log(mu0)) / (levels - 1))
}

/** N at step k of K, from s₀ + 1 to s₁ + 1, doubled at equal distances. */
export function doublingLevels(k: number, K: number, s0 = 10, s1 = 1280): number {
  const every = Math.max(1, Math.floor(K / (Math.log2(Math.floor(s1 / s0)) + 1)))
  return Math.min(s0 * 2 ** Math.floor(k / every), s1) + 1
}

/** The probability of each pair of neighbours for log-normal noise levels; they sum to one. */
export function logNormalShares(sigmas: ArrayLike<number>, mean = -1.1, deviation = 2): Float64Array {
  const above = (sigma: number): number => normalTail((Math.log(sigma) - mean) / deviation)
  const shares = Float64Array.from(
    { length: sigmas.length - 1 },
    (_, i) => above(sigmas[i]!) - above(sigmas[i + 1]!),
  )
  const total = shares.reduce((sum, share) => sum + share, 0)
  return shares.map((share) => share / total)
}
