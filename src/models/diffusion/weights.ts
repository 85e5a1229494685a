/**
 * Weights of the denoising loss, w(t) in E w(t) ‖ŷ − y‖², where y is one of noise, x0, v or score. With SNR = α²/σ²,
 *
 *   ‖x̂₀ − x₀‖² SNR = ‖ε̂ − ε‖²,   ‖v̂ − v‖² = (SNR + 1) ‖x̂₀ − x₀‖²  where α² + σ² = 1,   σ² ‖ŝ − s‖² = ‖ε̂ − ε‖²,
 *
 * so every weight on one quantity is a weight on the others. All are made by name: `weights.minSnr(process, 'v')`.
 *
 * Each is for `denoising(model, x0, { compare, weight })`.
 */
import type { Curve, GaussianProcess } from '../process'
import type { Quantity } from '../prediction'
import { reverseVariance, type VarianceChoice } from './reverse'

/** α²/σ². */
export function snr(process: GaussianProcess): Curve {
  return (t) => (process.alpha(t) / process.sigma(t)) ** 2
}

/**
 * What ‖ε̂ − ε‖² is in terms of the error of another quantity: ‖ε̂ − ε‖² = ratio · ‖ŷ − y‖².
 *
 * @throws RangeError for `velocity`, whose error depends on how fast the schedule goes.
 */
export function noiseRatio(process: GaussianProcess, compare: Quantity): Curve {
  const { alpha, sigma } = process
  switch (compare) {
    case 'noise':
      return () => 1
    case 'x0':
      return snr(process)
    case 'score':
      return (t) => sigma(t) ** 2
    case 'v':
      return (t) => alpha(t) ** 2 / (alpha(t) ** 2 + sigma(t) ** 2) ** 2
    case 'velocity':
      throw new RangeError(`weights are known for noise, x0, score and v, not for velocity`)
  }
}

/** DDPM's L_simple, ‖ε̂ − ε‖², in whichever quantity it is written. */
function simple(process: GaussianProcess, compare: Quantity = 'noise'): Curve {
  return noiseRatio(process, compare)
}

/**
 * The weight that makes the loss the bound on the likelihood: that of L_{t−1} on a table,
 *
 *   β² / (2 σ² α (1 − ᾱ))   on ‖ε̂ − ε‖²,   σ² the reverse variance,
 *
 * which is very large for small t. At t = 1 with σ² = β̃ it is infinite. Ho et al. 2020, equation 12.
 */
function bound(
  process: GaussianProcess,
  { variance = 'forward', compare = 'noise' }: { variance?: VarianceChoice; compare?: Quantity } = {},
): Curve {
  const ratio = noiseRatio(process, compare)
  return (t) => {
    const { scale, variance: beta } = process.transition(t - 1, t)
    const reverse = reverseVariance(process, variance, t, t - 1)
    return (ratio(t) * beta ** 2) / (2 * reverse * scale ** 2 * process.sigma(t) ** 2)
  }
}

/**
 * Min-SNR: L_simple with the weight of clean levels cut, min(SNR, γ)/SNR on the noise, min(SNR, γ) on x0 and
 * min(SNR, γ)/(SNR + 1) on v.
 *
 * Hang et al., "Efficient diffusion training via min-SNR weighting strategy", ICCV 2023, https://arxiv.org/abs/2303.09556
 */
function minSnr(process: GaussianProcess, compare: Quantity = 'noise', limit = 5): Curve {
  if (!(limit > 0 && limit < Infinity))
    throw new RangeError(`weights.minSnr: the limit must be positive, but is ${limit}`)
  const ratio = noiseRatio(process, compare)
  const ofNoise: Curve = (t) => Math.min(1, limit / snr(process)(t))
  // SNR is infinite where there is no noise: there x0 has the weight γ, and v as well.
  if (compare === 'x0') return (t) => Math.min(snr(process)(t), limit)
  return (t) => ratio(t) * ofNoise(t)
}

/**
 * g²(t) on the score: likelihood weighting, whose loss bounds the likelihood of the reverse SDE's samples.
 *
 * Song et al., "Maximum likelihood training of score-based diffusion models", NeurIPS 2021, https://arxiv.org/abs/2101.09258
 */
function likelihood(process: GaussianProcess, compare: Quantity = 'score'): Curve {
  const ratio = noiseRatio(process, compare)
  return (t) => (process.diffusion(t) * ratio(t)) / process.sigma(t) ** 2
}

/** σ²(t) on the score, NCSN's and the perceptual weight; in terms of the noise it is L_simple. */
function perceptual(process: GaussianProcess, compare: Quantity = 'score'): Curve {
  return noiseRatio(process, compare)
}

/**
 * 1 / E‖∇ log p(x_t | x_0)‖² = σ²/d on the score: every noise level's target gets the same size.
 *
 * @param dim d, the length of a state.
 */
function inverseScore(process: GaussianProcess, dim: number, compare: Quantity = 'score'): Curve {
  if (!(dim >= 1))
    throw new RangeError(`weights.inverseScore: dim must be a positive whole number, but is ${dim}`)
  const ratio = noiseRatio(process, compare)
  return (t) => ratio(t) / dim
}

/**
 * P2: levels where the picture is already decided weigh less, 1/(k + SNR)^γ on the noise.
 *
 * Choi et al., "Perception prioritized training of diffusion models", CVPR 2022, https://arxiv.org/abs/2204.00227
 */
function p2(
  process: GaussianProcess,
  { k = 1, exponent = 1, compare = 'noise' }: { k?: number; exponent?: number; compare?: Quantity } = {},
): Curve {
  const ratio = noiseRatio(process, compare)
  return (t) => ratio(t) / (k + snr(process)(t)) ** exponent
}

/**
 * EDM's weight on x0, (σ² + σ_data²)/(σ σ_data)², that makes all levels equally hard at the start.
 *
 * Karras et al. 2022, table 1, https://arxiv.org/abs/2206.00364
 */
function edm(process: GaussianProcess, { sigmaData = 0.5 }: { sigmaData?: number } = {}): Curve {
  return (t) => {
    const sigma = process.sigma(t) / process.alpha(t)
    return (sigma ** 2 + sigmaData ** 2) / (sigma * sigmaData) ** 2
  }
}

/** Weights of the denoising loss by name. */
export const weights = { simple, bound, minSnr, snr, likelihood, perceptual, inverseScore, p2, edm } as const
