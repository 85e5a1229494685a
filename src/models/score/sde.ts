/**
 * Score matching along a stochastic differential equation, by slices:
 *
 *   E_t λ(t) E_{x_t} E_v [vᵀ∇s(x_t, t) v + ½ ‖s(x_t, t)‖²],
 *
 * which differs by a constant from E_t λ(t) ½ E‖s(x_t, t) − ∇ log p_t(x_t)‖². Nothing is asked of the transition kernel
 * but samples: so it serves equations whose kernel has no closed form, where denoising score matching cannot go.
 *
 * Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021, section 3.3,
 * https://arxiv.org/abs/2011.13456; for λ = g² as the weight of likelihood, Song et al., "Maximum likelihood training of
 * score-based diffusion models", NeurIPS 2021, https://arxiv.org/abs/2101.09258
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../tensor'
import type { Denoiser } from '../denoiser'
import { spreadTimes } from '../times'
import { probedDivergence, probes, type ProbeKind } from '../ode/divergence'
import { over, type Curve, type GaussianProcess } from '../process'
import { combine, normalLike, type State } from '../state'
import { halfSquare } from './losses'

/** Draws x_t given x_0 at each row's own time. */
export type Perturb = (x0: tf.Tensor, t: Float64Array, stream: RandomStream) => tf.Tensor

export interface SlicedSdeOptions {
  /** λ(t). Default σ_t², with which all times weigh alike. */
  readonly weight?: Curve
  /** How x_t is drawn. Default: by the process's kernel; `simulateForward` uses the equation only. */
  readonly perturb?: Perturb
  /** The law of v. Default 'rademacher'. */
  readonly law?: ProbeKind
  /** Warps the times' even spread over [0, 1). */
  readonly times?: Curve
  /** Where times, noise and projections are drawn from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/**
 * The sliced loss of a time-dependent score.
 *
 * @param model a denoiser; only its process and its score are used.
 * @param x0 data of shape [n, …model.shape].
 */
export function slicedSdeLoss(
  model: Denoiser,
  x0: tf.Tensor,
  { weight, perturb, law = 'rademacher', times, stream = currentStream() }: SlicedSdeOptions = {},
): tf.Scalar {
  return tf.tidy(() => {
    const { process } = model
    const t = spreadTimes(process, x0.shape[0] ?? 0, stream, times)
    const xt = perturb ? perturb(x0, t, stream) : process.draw(x0, t, stream)
    const v = probes(law, xt.shape, stream)
    const { value, divergence } = probedDivergence((x) => model.score(x, t), xt, v)
    const terms = tf.add(divergence, halfSquare(value))
    return tf.mean(combine([over(t, weight ?? ((t) => process.sigma(t) ** 2)), terms])).asScalar()
  })
}

/**
 * Draws x_t by simulating dx = f(t) x dt + g(t) dw from 0 to each row's own time, with Euler and Maruyama's steps: for
 * equations of which only f and g are known.
 *
 * @param steps how many for each row. Default 50.
 */
export function simulateForward(process: GaussianProcess, { steps = 50 }: { steps?: number } = {}): Perturb {
  if (process.times.discrete)
    throw new RangeError(`simulateForward: ${process.name} is a chain of steps and no differential equation`)
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new RangeError(`simulateForward: steps must be a positive whole number, but is ${steps}`)
  return <S extends State>(x0: S, t: Float64Array, stream: RandomStream): S => {
    const { from } = process.times
    let x = x0
    for (let k = 0; k < steps; k++) {
      const now = t.map((end) => from + ((end - from) * k) / steps)
      const dt = t.map((end) => (end - from) / steps)
      const keep = dt.map((h, i) => 1 + process.drift(now[i]!) * h)
      const deviation = dt.map((h, i) => Math.sqrt(process.diffusion(now[i]!) * h))
      x = combine([keep, x], [deviation, normalLike(x, stream)])
    }
    return x
  }
}

/**
 * Weights λ(t) of losses over noise levels, by what they are for.
 *
 * @param d how many numbers a state has.
 */
export function scoreWeights(process: GaussianProcess, d: number): Readonly<Record<ScoreWeight, Curve>> {
  if (!Number.isSafeInteger(d) || d < 1)
    throw new RangeError(`scoreWeights: d must be a positive whole number, but is ${d}`)
  return {
    one: () => 1,
    variance: (t) => process.sigma(t) ** 2,
    likelihood: (t) => process.diffusion(t),
    inverseScore: (t) => process.sigma(t) ** 2 / d,
  }
}

/**
 * `one`: λ = 1. `variance`: λ = σ², NCSN's, for which every level has a loss of one size. `likelihood`: λ = g², which bounds
 * the likelihood; for VP it is β. `inverseScore`: λ = 1 / E‖∇ log p(x_t | x_0)‖² = σ²/d.
 */
export type ScoreWeight = 'one' | 'variance' | 'likelihood' | 'inverseScore'
