/**
 * Reconstruction by replacement: after each step to time s, the measured part of the state is replaced by the measurement,
 * noised to that time,
 *
 *   x_s ← x_s + λ A⁺(α_s y + σ_s A z − A x_s),   z fresh noise,   λ = 1.
 *
 * For a mask: the known numbers are set to α_s y + σ_s z, the others stay. For an orthonormal change of coordinates that puts
 * the grey of a colour in one number, it colourises. No training, and any model will do.
 *
 * It is not sampling from p(x | y). The known part at time s is drawn from q(y_s | y), without regard to the unknown part,
 * which was made for another noised y; only at the end do they meet. On a Gaussian with correlation .8 and x₁ = 1, where
 * the conditional is N(.8, .36), the mean of x₂ is well below .8.
 *
 * Where the measurement is noisy, y is already noise of variance σ_y²/s_i² in the direction v_i, and only what is missing is
 * added; a direction in which it is noisier than the state is left alone.
 *
 * Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021, appendix I,
 * https://arxiv.org/abs/2011.13456; with λ: Song et al., "Solving inverse problems in medical imaging with score-based
 * generative models", ICLR 2022, https://arxiv.org/abs/2111.08005
 */
import { holding, type RandomStream } from '../../tensor'
import type { GaussianProcess } from '../process'
import { combine, normalLike, type State } from '../state'
import type { Measurement } from './measurement'

export interface ReplacementOptions {
  /** λ in [0, 1], how much of the way the state is taken towards the measurement. Default 1. */
  readonly strength?: number
}

/**
 * What to do after each step of a sampler: `ancestral(model, { after: replacement(process, measured) })`.
 *
 * @returns (x_s, s, stream) ↦ x_s with its measured part replaced.
 */
export function replacement<S extends State>(
  process: GaussianProcess,
  measured: Measurement<S>,
  { strength = 1 }: ReplacementOptions = {},
): (x: S, s: number, stream: RandomStream) => S {
  if (typeof (process as Partial<GaussianProcess> | undefined)?.alpha !== 'function')
    throw new TypeError('replacement: the first argument must be a process, such as vp()')
  if (!(measured as Partial<Measurement<S>> | undefined)?.operator)
    throw new TypeError(
      'replacement: the second argument must be a measurement, such as measurement(mask([1, 0]), [1])',
    )
  if (!(strength >= 0 && strength <= 1))
    throw new RangeError(`replacement: strength must be in [0, 1], but is ${String(strength)}`)
  const { operator, noise } = measured
  return holding((x: S, s: number, stream: RandomStream): S => {
    const [alpha, sigma] = [process.alpha(s), process.sigma(s)]
    /** The variance still to be added in a direction, negative where the measurement is noisier than the state. */
    const missing = (value: number): number => sigma ** 2 - ((alpha * noise) / value) ** 2
    const if1 = (value: number): number => (missing(value) >= 0 ? strength : 0)
    const known = operator.filtered(measured.of(x), (value) => (if1(value) * alpha) / value)
    const present = operator.project(x, if1)
    if (sigma === 0) return combine([1, x], [1, known], [-1, present])
    const fresh = operator.project(
      normalLike(x, stream),
      (value) => if1(value) * Math.sqrt(Math.max(missing(value), 0)),
    )
    return combine([1, x], [1, known], [-1, present], [1, fresh])
  }, measured.of)
}
