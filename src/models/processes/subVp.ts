/**
 * The sub-variance-preserving process: VP's drift with less noise,
 *
 *   dx = −½ β(t) x dt + √(β(t) (1 − e^{−2B(t)})) dw,   B(t) = ∫₀ᵗ β,   t ∈ [0, 1],
 *
 *   α = exp(−½ B),   σ = 1 − exp(−B),
 *
 * so that σ² ≤ 1 − e^{−B}, the variance of VP, at every time.
 *
 * Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021, section 3.4,
 * https://arxiv.org/abs/2011.13456
 */
import { gaussianProcess, type Curve, type GaussianProcess } from '../process'
import { rateOf, type AnyBeta, type LinearBeta } from './vp'

/**
 * The sub-VP process, with the same options as `vp`.
 *
 * @throws RangeError unless 0 ≤ betaMin ≤ betaMax, or where β is negative or infinite somewhere.
 */
export function subVp(options: LinearBeta | AnyBeta = {}): GaussianProcess {
  const { beta, integral } = rateOf('subVp', options)
  const alpha: Curve = (t) => Math.exp(-0.5 * integral(t))
  const sigma: Curve = (t) => -Math.expm1(-integral(t))
  return gaussianProcess(
    'sub-VP',
    { from: 0, to: 1 },
    {
      alpha,
      sigma,
      alphaPrime: (t) => -0.5 * beta(t) * alpha(t),
      variancePrime: (t) => 2 * sigma(t) * beta(t) * Math.exp(-integral(t)),
    },
  )
}
