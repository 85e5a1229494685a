/**
 * Predictor–corrector sampling.
 *
 * The predictor turns the forward chain around. Where that takes x_{i+1} = a x_i + b z, going back
 *
 *   x_i = (2 − a) x_{i+1} + b² s(x_{i+1}, i + 1) + b z,
 *
 * which for VE, a = 1 and b² = σ²_{i+1} − σ²_i, is lines 3 to 5 of Algorithm 2, and for VP, a = √(1 − β_{i+1}) and
 * b² = β_{i+1}, those of Algorithm 3. The corrector then takes Langevin steps at the noise level that was reached,
 *
 *   x ← x + ε s(x, i) + √(2ε) z,   ε = 2 α (r ‖z‖ / ‖s‖)²,
 *
 * with a signal-to-noise ratio r to choose, α = 1 for VE and α = a² = 1 − β for VP. The algorithms leave ε open; this
 * rule is the one of the paper's appendix G, whose code averages the norms over the batch. Then what becomes of a
 * particle depends on the others. Taken for each particle on its own, ε depends on where the particle is, and the steps
 * no longer leave p alone: for small r their stationary law is about p ‖s‖² instead, and as ε goes with ‖z‖² too,
 * N(0, I) comes out with the variance (1 + 2/d)²: four times too large in the plane and more, hardly at all in the
 * dimensions of pictures. So by default ‖z‖ / ‖s‖ is what it is where noise dominates, s = −ε/σ:
 *
 *   ε = 2 α (r σ_i)²,
 *
 * the same for all particles whatever they are, in proportion to σ² as in annealed Langevin dynamics, and linear.
 *
 * Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021, appendices E and
 * G, https://arxiv.org/abs/2011.13456
 */
import type { Denoiser } from '../denoiser'
import { timesOf, endTime, type TimeOptions } from '../grids'
import { over, type GaussianProcess } from '../process'
import { combine, lengthRatios, normalLike, type Coefficient, type State, type Time } from '../state'
import { sum, type Method } from './linear'
import { linearWalk } from './linearWalk'
import { processOf, sizeOf, type Corrector, type Sampler, type WalkOptions } from './walk'

const step: Method = ({ process, x, ask, fresh }, t, s) => {
  const { scale, variance } = process.transition(s, t)
  return sum([2 - scale, x], [variance, ask(t).score], [Math.sqrt(variance), fresh()])
}

export interface ReverseDiffusionOptions<S extends State> extends TimeOptions, WalkOptions<S> {}

/**
 * The predictor alone: NFE 1 a step. Default grid: linear in t, to the process's end time; noise is added at every
 * step, the last too, as the algorithms have it.
 *
 * @throws RangeError for rising times.
 */
export function reverseDiffusion<S extends State>(
  model: Denoiser<S>,
  options: ReverseDiffusionOptions<S> = {},
): Sampler<S> {
  return turned('reverseDiffusion', model, options)
}

export interface PredictorCorrectorOptions<S extends State> extends TimeOptions, LangevinCorrectorOptions {
  /** M, Langevin steps after each step of the predictor. Default 1. */
  readonly corrections?: number
  readonly after?: WalkOptions<S>['after']
  readonly denoise?: boolean
}

/**
 * Algorithm 2 (on VE) and Algorithm 3 (on VP, or DDPM's table): NFE 1 + M a step.
 *
 * Any other sampler becomes a predictor by the option `corrector: langevinCorrector(…)`.
 */
export function predictorCorrector<S extends State>(
  model: Denoiser<S>,
  { corrections = 1, ratio, norm, ...options }: PredictorCorrectorOptions<S> = {},
): Sampler<S> {
  const corrector = langevinCorrector<S>({
    steps: corrections,
    ...(ratio !== undefined && { ratio }),
    ...(norm !== undefined && { norm }),
  })
  return turned('predictorCorrector', model, { ...options, corrector })
}

function turned<S extends State>(
  name: string,
  model: Denoiser<S>,
  options: TimeOptions & WalkOptions<S>,
): Sampler<S> {
  const process = processOf(model, name)
  const end = process.times.discrete ? process.times.from : endTime(process)
  const times = timesOf(process, options, { end })
  if (times[1]! > times[0]!) throw new RangeError(`${name}: times must fall`)
  return linearWalk(name, model, times, step, options)
}

export interface LangevinCorrectorOptions {
  /** r, the signal-to-noise ratio of a Langevin step, positive. Default 0.16. */
  readonly ratio?: number
  /**
   * What ‖z‖/‖s‖ is taken for: σ, by the noise `level` (the default); the ratio of the norms' means over the `batch`; or that of
   * each `particle`'s own norms.
   */
  readonly norm?: 'level' | 'batch' | 'particle'
}

/**
 * Langevin steps at the noise level that a step has reached.
 *
 * @param steps M, how many. Default 1.
 * @throws RangeError for a ratio that is not positive, or steps that are no positive whole number.
 */
export function langevinCorrector<S extends State>({
  ratio = 0.16,
  norm = 'level',
  steps = 1,
}: LangevinCorrectorOptions & { readonly steps?: number } = {}): Corrector<S, Time> {
  if (!(ratio > 0 && ratio < Infinity))
    throw new RangeError(`langevinCorrector: ratio must be positive, but is ${ratio}`)
  if (norm !== 'level' && norm !== 'batch' && norm !== 'particle')
    throw new RangeError(
      `langevinCorrector: norm must be 'level', 'batch' or 'particle', not ${String(norm)}`,
    )
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new RangeError(`langevinCorrector: steps must be a positive whole number, but is ${steps}`)

  const corrected: Corrector<S, Time> = (model, x, { t, s, stream }) => {
    const alpha = between(t, s, model.process)
    const sigma = over(s, model.process.sigma)
    for (let i = 0; i < steps; i++) {
      const score = model.predict(x, s).score
      const z = normalLike(x, stream)
      if (norm === 'level') {
        const size = product(
          scaled(alpha, (a) => Math.sqrt(2 * a) * ratio),
          sigma,
        )
        x = combine<S>([1, x], [product(size, size), score], [scaled(size, (root) => Math.SQRT2 * root), z])
        continue
      }
      // ε = 2α(rρ)² with ρ = ‖z‖/‖s‖, so the step is ρ (2αr² ρ s + 2√α r z).
      const rho = lengthRatios(z, score, sizeOf(model), norm === 'batch')
      const direction = combine<S>(
        [scaled(alpha, (a) => 2 * a * ratio ** 2), combine([rho, score])],
        [scaled(alpha, (a) => 2 * Math.sqrt(a) * ratio), z],
      )
      x = combine<S>([1, x], [rho, direction])
    }
    return x
  }
  if (norm !== 'level') return corrected
  const rule: Corrector['rule'] = ({ ask, fresh, process }, x, t, s) => {
    const epsilon = 2 * alphaBetween(process, t, s) * (ratio * process.sigma(s)) ** 2
    for (let i = 0; i < steps; i++) {
      const { score } = ask(s, x)
      x = sum([1, x], [epsilon, score], [Math.sqrt(2 * epsilon), fresh()])
    }
    return x
  }
  return Object.assign(corrected, { rule })
}

/** α = (α_t/α_s)² of the step from t to s: 1 − β on DDPM's table, 1 on VE. */
function alphaBetween(process: GaussianProcess, t: number, s: number): number {
  return (process.alpha(t) / process.alpha(s)) ** 2
}

function between(t: Time, s: Time, process: GaussianProcess): Coefficient {
  const factor = (t: number, s: number): number => alphaBetween(process, t, s)
  if (typeof s === 'number') return factor(typeof t === 'number' ? t : t[0]!, s)
  return Float64Array.from(s, (at, i) => factor(typeof t === 'number' ? t : t[i]!, at))
}

function product(a: Coefficient, b: Coefficient): Coefficient {
  if (typeof a === 'number') return scaled(b, (value) => a * value)
  return a.map((value, i) => value * (typeof b === 'number' ? b : b[i]!))
}

function scaled(coefficient: Coefficient, f: (value: number) => number): Coefficient {
  return typeof coefficient === 'number' ? f(coefficient) : coefficient.map(f)
}
