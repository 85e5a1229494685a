/**
 * The reverse SDE, with as much noise as one likes,
 *
 *   dx = [f x − ½(1 + η²) g² ∇ log p_t(x)] dt + η g dw̄,   t falling,
 *
 * which has the laws p_t for every η ≥ 0: η = 1 is Anderson's reverse SDE with drift f x − g² ∇ log p_t, η = 0 the
 * probability-flow ODE. Its drift is the ODE's velocity less ½ η² g² ∇ log p_t. With h = s − t < 0:
 *
 *   eulerMaruyama    x_s = x + h a(x, t) + η g_t √|h| z             weak order 1, strong order 1 (the noise is additive)
 *   stochasticHeun   K₁ = h a(x, t) + η g_t √|h| z,                 weak order 2, strong order 1
 *                    K₂ = h a(x + K₁, s) + η g_s √|h| z,
 *                    x_s = x + ½ (K₁ + K₂)
 *   sra1             two noises a step                              strong order 3/2, weak order 2
 *
 * For the last, with the increment W = √|h| z₀ and its time integral I = ½ |h|^{3/2} (z₀ + z₁/√3),
 *
 *   y = x + ¾ h a(x, t) + (3/2) η g_s I/|h|,
 *   x_s = x + h (⅓ a(x, t) + ⅔ a(y, t + ¾h)) + η g_s (W − I/|h|) + η g_t I/|h|.
 *
 * Anderson, "Reverse-time diffusion equation models", 1982, https://doi.org/10.1016/0304-4149(82)90051-5; Song et al.,
 * ICLR 2021, https://arxiv.org/abs/2011.13456; η as in Huang, Lim and Courville, 2021,
 * https://arxiv.org/abs/2106.02808; Rößler, "Runge–Kutta methods for the strong approximation of solutions of
 * stochastic differential equations", 2010, https://doi.org/10.1137/09076636X
 */
import type { Denoiser } from '../denoiser'
import { endTime, timesOf, type TimeOptions } from '../grids'
import type { Curve, GaussianProcess } from '../process'
import type { State } from '../state'
import { sum, type Asked, type Method, type Vector } from './linear'
import { linearWalk } from './linearWalk'
import { processOf, type Sampler, type WalkOptions } from './walk'

export interface ReverseSdeOptions<S extends State> extends TimeOptions, WalkOptions<S> {
  /** η, how much noise: a number or a function of time, not negative. Default 1. */
  readonly eta?: number | Curve
}

type Scheme = (eta: Curve) => Method

const eulerMaruyamaStep: Scheme =
  (eta) =>
  ({ process, x, ask, fresh }, t, s) => {
    const h = s - t
    return sum(
      [1, x],
      [h, reverseDrift(process, ask(t), eta)],
      [noiseRate(process, t, eta) * Math.sqrt(-h), fresh()],
    )
  }

const stochasticHeunStep: Scheme =
  (eta) =>
  ({ process, x, ask, fresh }, t, s) => {
    const h = s - t
    const z = fresh()
    const deviation: Curve = (t) => noiseRate(process, t, eta) * Math.sqrt(-h)
    const k1 = sum([h, reverseDrift(process, ask(t), eta)], [deviation(t), z])
    const k2 = sum([h, reverseDrift(process, ask(s, sum([1, x], [1, k1])), eta)], [deviation(s), z])
    return sum([1, x], [0.5, k1], [0.5, k2])
  }

const sra1Step: Scheme =
  (eta) =>
  ({ process, x, ask, fresh }, t, s) => {
    const h = s - t
    const [z0, z1] = [fresh(), fresh()]
    const w = sum([Math.sqrt(-h), z0])
    /** I/|h|, the mean of the Brownian path over the step. */
    const mean = sum([0.5 * Math.sqrt(-h), z0], [0.5 * Math.sqrt(-h / 3), z1])
    const g: Curve = (t) => noiseRate(process, t, eta)
    const a1 = reverseDrift(process, ask(t), eta)
    const y = sum([1, x], [0.75 * h, a1], [1.5 * g(s), mean])
    const a2 = reverseDrift(process, ask(t + 0.75 * h, y), eta)
    return sum([1, x], [h / 3, a1], [(2 * h) / 3, a2], [g(s), w], [-g(s), mean], [g(t), mean])
  }

/** v − ½ η² g² ∇ log p_t. */
function reverseDrift(process: GaussianProcess, asked: Asked, eta: Curve): Vector {
  const { t, velocity, score } = asked
  const level = eta(t)
  return level === 0 ? velocity : sum([1, velocity], [-0.5 * level ** 2 * process.diffusion(t), score])
}

/** η g, and none where η = 0, whatever g. */
function noiseRate(process: GaussianProcess, t: number, eta: Curve): number {
  const level = eta(t)
  return level === 0 ? 0 : level * Math.sqrt(process.diffusion(t))
}

/**
 * Euler and Maruyama's method on the reverse SDE: NFE 1 a step. Default grid: linear in t, down to 10⁻³.
 *
 * @throws RangeError for a negative η, or rising times.
 */
export function eulerMaruyama<S extends State>(
  model: Denoiser<S>,
  options: ReverseSdeOptions<S> = {},
): Sampler<S> {
  return reverseSde('eulerMaruyama', model, eulerMaruyamaStep, options)
}

/** Heun's method on the reverse SDE: NFE 2 a step, weak order 2. Default grid: linear in t, down to 10⁻³. */
export function stochasticHeun<S extends State>(
  model: Denoiser<S>,
  options: ReverseSdeOptions<S> = {},
): Sampler<S> {
  return reverseSde('stochasticHeun', model, stochasticHeunStep, options)
}

/** Rößler's SRA1 on the reverse SDE: NFE 2 a step, strong order 3/2. Default grid: linear in t, down to 10⁻³. */
export function sra1<S extends State>(model: Denoiser<S>, options: ReverseSdeOptions<S> = {}): Sampler<S> {
  return reverseSde('sra1', model, sra1Step, options)
}

function reverseSde<S extends State>(
  name: string,
  model: Denoiser<S>,
  scheme: Scheme,
  { eta = 1, ...options }: ReverseSdeOptions<S>,
): Sampler<S> {
  const process = processOf(model, name)
  const level: Curve = (t) => {
    const value = typeof eta === 'number' ? eta : eta(t)
    if (value >= 0 && value < Infinity) return value
    throw new RangeError(`${name}: eta must not be negative, but is ${value} at t = ${t}`)
  }
  const times = timesOf(process, options, { end: endTime(process) })
  if (times[1]! > times[0]!)
    throw new RangeError(`${name}: times must fall; to encode, solve the ODE with heun or rk4`)
  return linearWalk(name, model, times, scheme(level), options)
}
