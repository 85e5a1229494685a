/**
 * The cosine process in continuous time,
 *
 *   α = cos φ(t) / cos φ(0),   σ² = 1 − α²,   φ(t) = (π/2) (t + s) / (1 + s),   t ∈ [0, 1].
 *
 * The offset s keeps the first steps from being too small; with s = 0, α = cos(πt/2) and σ = sin(πt/2). At t = 1 nothing of
 * the data is left, so a network must predict x_0 or v there.
 *
 * Nichol and Dhariwal, "Improved denoising diffusion probabilistic models", ICML 2021, equation 17,
 * https://arxiv.org/abs/2102.09672
 */
import { gaussianProcess, type Curve, type GaussianProcess } from '../process'

/** @param offset s, not negative. Default 0.008. */
export function cosineProcess({ offset = 0.008 }: { offset?: number } = {}): GaussianProcess {
  if (!(offset >= 0 && offset < Infinity))
    throw new RangeError(`cosineProcess: offset must not be negative, but is ${offset}`)
  const speed = Math.PI / 2 / (1 + offset)
  const start = speed * offset
  // cos φ(t) as the sine of what is left to a right angle, so that it is 0 at t = 1.
  const cosine: Curve = (t) => Math.sin(speed * (1 - t))
  const first = cosine(0)
  const phase: Curve = (t) => speed * t + start
  return gaussianProcess(
    'cosine',
    { from: 0, to: 1 },
    {
      alpha: (t) => cosine(t) / first,
      // cos² φ(0) − cos² φ(t) = sin(φ(t) − φ(0)) sin(φ(t) + φ(0)), without cancellation.
      sigma: (t) => Math.sqrt(Math.sin(speed * t) * Math.sin(speed * t + 2 * start)) / first,
      alphaPrime: (t) => (-speed * Math.sin(phase(t))) / first,
      variancePrime: (t) => (speed * Math.sin(2 * phase(t))) / first ** 2,
    },
  )
}
