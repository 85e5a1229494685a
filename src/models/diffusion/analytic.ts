/**
 * Analytic-DPM: the variance that is best for a denoiser that has been trained, without training anything more,
 *
 *   σ*² = λ² + (√((1 − ᾱ_t)/α_t) − √(1 − ᾱ_s − λ²))² (1 − (1 − ᾱ_t) Γ_t),   Γ_t = E‖s(x_t)‖² / d,
 *
 * with λ² = β̃ for DDPM, α_t the squared scale of the step from s to t, and Γ estimated once from data. It is β̃ plus the
 * average uncertainty about x_0: for data of variance v, σ*² = β v_s/v_t.
 *
 * Bao et al., "Analytic-DPM: an analytic estimate of the optimal reverse variance in diffusion probabilistic models", ICLR
 * 2022, theorem 1, https://arxiv.org/abs/2201.06503
 */
import { breathe, currentStream, keepingTensors, poll, type RandomStream, told } from '../../tensor'
import { expectCount, type Data } from '../data/data'
import { inScope, type Denoiser } from '../denoiser'
import type { GaussianProcess } from '../process'
import type { State } from '../state'

/** σ*² of a step from t to s < t, from Γ_t. Not below β̃, which estimates of Γ can cross. */
export function analyticStep(process: GaussianProcess, gamma: number, t: number, s: number): number {
  const { scale } = process.transition(s, t)
  const lambda = process.posterior(s, t).variance
  const root = process.sigma(t) / scale - Math.sqrt(Math.max(process.sigma(s) ** 2 - lambda, 0))
  return lambda + root ** 2 * Math.max(1 - process.sigma(t) ** 2 * gamma, 0)
}

export interface AnalyticOptions {
  /** The times at which Γ is wanted, those of the sampler. Default: every step of a table. */
  readonly times?: readonly number[]
  /** How many data each estimate is made of. Default 4096. */
  readonly samples?: number
  /** Where data and noise come from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/** A reverse variance, for `reverseKernel` and `ancestral`, and what it was made of. */
export interface AnalyticVariance {
  (t: number, s: number): number
  /** Γ at each time. */
  readonly gammas: ReadonlyMap<number, number>
}

/**
 * Estimates Γ_t = E‖s(x_t)‖²/d from data at each of the times.
 *
 * @param draw data to learn from, or a function (n, stream) ↦ n states, as for denoisers on doubles.
 * @returns the variance of a step, which throws RangeError for a time that was not asked for.
 */
export async function analyticVariance<S extends State>(
  model: Denoiser<S>,
  draw: Data | ((n: number, stream: RandomStream) => S),
  { times, samples = 4096, stream = currentStream() }: AnalyticOptions = {},
): Promise<AnalyticVariance> {
  expectCount(samples)
  // Cells are not type-checked before they run.
  const { process } = (model as Partial<Denoiser<S>> | undefined) ?? {}
  if (!process)
    throw new TypeError('analyticVariance: the first argument must be a denoiser, such as denoiser(…)')
  if (typeof draw !== 'function' && typeof (draw as Partial<Data> | undefined)?.draw !== 'function')
    throw new TypeError(
      'analyticVariance: the second argument must be data to draw from, such as data.moons()',
    )
  const { from, to, discrete } = process.times
  if (!times && !discrete)
    throw new RangeError(
      `analyticVariance: ${process.name} is not a table of steps: say at which times, as { times }`,
    )
  const stops = times ?? Array.from({ length: to - from }, (_, i) => from + 1 + i)
  const data = (typeof draw === 'function' ? draw : (n: number, s: RandomStream) => draw.draw(n, s)) as (
    n: number,
    stream: RandomStream,
  ) => S
  const size = samples * model.shape.reduce((product, length) => product * length, 1)

  const gammas = new Map<number, number>()
  await keepingTensors(async () => {
    for (const t of told('analytic variance', stops)) {
      if (process.sigma(t) === 0) continue
      poll()
      const x0 = data(samples, stream)
      const score = inScope(x0, () => model.score(process.draw(x0, t, stream), t))
      let sum = 0
      for (const value of await read(score)) sum += value * value
      for (const state of [x0, score]) if (!(state instanceof Float64Array)) state.dispose()
      gammas.set(t, sum / size)
      await breathe()
    }
  })
  const variance = (t: number, s: number): number => {
    const gamma = gammas.get(t)
    if (gamma === undefined)
      throw new RangeError(
        `the analytic variance was estimated at the times ${[...gammas.keys()].join(', ')}, not at ${t}`,
      )
    return analyticStep(process, gamma, t, s)
  }
  return Object.assign(variance, { gammas })
}

async function read(x: State): Promise<ArrayLike<number> & Iterable<number>> {
  return x instanceof Float64Array ? x : x.data()
}
