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
  const at = (sigma: number): number => (Math.log(sigma) - mean) / (Math.SQRT2 * deviation)
  const shares = Float64Array.from(
    { length: sigmas.length - 1 },
    (_, i) => erf(at(sigmas[i + 1]!)) - erf(at(sigmas[i]!)),
  )
  const total = shares.reduce((sum, share) => sum + share, 0)
  return shares.map((share) => share / total)
}

/**
 * The error function: its series where that converges fast, else one minus the continued fraction of erfc. Right to about
 * fifteen digits (Abramowitz and Stegun, 7.1.6 and 7.1.14).
 */
export function erf(x: number): number {
  const size = Math.abs(x)
  if (size < 2.5) {
    let [term, sum] = [size, size]
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= (2 * size * size) / (2 * n + 1)
      sum += term
    }
    return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * Math.exp(-size * size) * sum
  }
  let fraction = size
  for (let n = 60; n > 0; n--) fraction = size + n / 2 / fraction
  return Math.sign(x) * (1 - Math.exp(-size * size) / (Math.sqrt(Math.PI) * fraction))
}
