/**
 * The variance-preserving process,
 *
 *   dx = −½ β(t) x dt + √β(t) dw,   β(t) = β_min + t (β_max − β_min),   t ∈ [0, 1],
 *
 * the limit of DDPM's Markov chain for many small steps. With B(t) = ∫₀ᵗ β = β_min t + ½ (β_max − β_min) t²,
 *
 *   α = exp(−½ B),   σ² = 1 − exp(−B).
 *
 * Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021, appendix B,
 * https://arxiv.org/abs/2011.13456
 */
import { gaussianProcess, type Curve, type GaussianProcess } from './process'

/**
 * The variance-preserving process with a linear β(t).
 *
 * @param betaMin β at t = 0, not negative. Default 0.1.
 * @param betaMax β at t = 1, at least β_min and positive. Default 20.
 */
export function vp({
  betaMin = 0.1,
  betaMax = 20,
}: { betaMin?: number; betaMax?: number } = {}): GaussianProcess {
  if (!(betaMin >= 0 && betaMax >= betaMin && betaMax > 0 && betaMax < Infinity))
    throw new RangeError(`vp needs 0 ≤ betaMin ≤ betaMax, but betaMin = ${betaMin} and betaMax = ${betaMax}`)
  const beta: Curve = (t) => betaMin + t * (betaMax - betaMin)
  const integral: Curve = (t) => betaMin * t + 0.5 * (betaMax - betaMin) * t ** 2
  const alpha: Curve = (t) => Math.exp(-0.5 * integral(t))

  return gaussianProcess(
    'VP',
    { from: 0, to: 1 },
    {
      alpha,
      sigma: (t) => Math.sqrt(-Math.expm1(-integral(t))),
      alphaPrime: (t) => -0.5 * beta(t) * alpha(t),
      variancePrime: (t) => beta(t) * Math.exp(-integral(t)),
    },
  )
}
