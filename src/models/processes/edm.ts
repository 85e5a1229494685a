/**
 * EDM's process: time is the noise itself,
 *
 *   x_σ = x_0 + σ ε,   dx = √(2σ) dw,   σ = t ∈ [0, σ_max].
 *
 * Samplers stop at a small σ_min and take a last step to 0.
 *
 * Karras et al., "Elucidating the design space of diffusion-based generative models", NeurIPS 2022,
 * https://arxiv.org/abs/2206.00364
 */
import { gaussianProcess, type GaussianProcess } from '../process'

/** @param sigmaMax the largest noise, positive. Default 80. */
export function edm({ sigmaMax = 80 }: { sigmaMax?: number } = {}): GaussianProcess {
  if (!(sigmaMax > 0 && sigmaMax < Infinity))
    throw new RangeError(`edm: sigmaMax must be positive, but is ${sigmaMax}`)
  return gaussianProcess(
    'EDM',
    { from: 0, to: sigmaMax },
    {
      alpha: () => 1,
      sigma: (t) => t,
      alphaPrime: () => 0,
      variancePrime: (t) => 2 * t,
      sigmaPrime: () => 1,
    },
  )
}
