/**
 * The variance-exploding process: data stay where they are and noise is added to them,
 *
 *   dx = √(dς²/dt) dw,   ς(t) = σ_min (σ_max / σ_min)^t,   t ∈ [0, 1],
 *
 * the limit of NCSN's list of noise scales. What is added between 0 and t has the variance ς²(t) − ς²(0), so
 *
 *   α = 1,   σ² = ς²(t) − ς²(0),   g² = 2 ς²(t) log(σ_max / σ_min).
 *
 * Lectures and papers write σ(t) for ς(t). The code that came with the paper takes σ = ς(t), as though the data already
 * carried noise of σ_min: `subtractInitial: false` does the same. Then t = 0 is not quite clean.
 *
 * Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021, appendix B,
 * https://arxiv.org/abs/2011.13456
 */
import { gaussianProcess, type Curve, type GaussianProcess } from '../process'

export interface VeOptions {
  /** ς(0), positive. Default 0.01. */
  readonly sigmaMin?: number
  /** ς(1), larger than σ_min. Default 50. */
  readonly sigmaMax?: number
  /** Whether σ²(t) = ς²(t) − ς²(0), as the equation says; else ς²(t). Default true. */
  readonly subtractInitial?: boolean
}

/** @throws RangeError unless 0 < sigmaMin < sigmaMax < ∞. */
export function ve({
  sigmaMin = 0.01,
  sigmaMax = 50,
  subtractInitial = true,
}: VeOptions = {}): GaussianProcess {
  if (!(sigmaMin > 0 && sigmaMax > sigmaMin && sigmaMax < Infinity))
    throw new RangeError(
      `ve needs 0 < sigmaMin < sigmaMax, but sigmaMin = ${sigmaMin} and sigmaMax = ${sigmaMax}`,
    )
  const growth = Math.log(sigmaMax / sigmaMin)
  const scale: Curve = (t) => sigmaMin * Math.exp(growth * t)
  return gaussianProcess(
    'VE',
    { from: 0, to: 1 },
    {
      alpha: () => 1,
      // ς²(t) − ς²(0) without cancellation.
      sigma: subtractInitial ? (t) => sigmaMin * Math.sqrt(Math.expm1(2 * growth * t)) : scale,
      alphaPrime: () => 0,
      variancePrime: (t) => 2 * growth * scale(t) ** 2,
    },
  )
}
