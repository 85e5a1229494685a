/**
 * The evidence lower bound of a chain of reverse steps, term by term,
 *
 *   −log p(x_0) ≤ L_T + Σ_{t>1} L_{t−1} + L_0,
 *
 *   L_T     = KL(q(x_T | x_0) ‖ p(x_T))                        the prior's term
 *   L_{t−1} = E KL(q(x_{t−1} | x_t, x_0) ‖ p(x_{t−1} | x_t))   one for each step
 *   L_0     = −E log p(x_0 | x_1)                              the reconstruction
 *
 * in nats. All KL divergences are between Gaussians and computed exactly; the expectations over x_t are taken over one draw
 * for each datum. It holds for any list of times, with p a Gaussian `ReverseKernel`.
 *
 * Ho, Jain and Abbeel, 2020, equation 5, https://arxiv.org/abs/2006.11239
 */
import * as tf from '@tensorflow/tfjs'
import { breathe, counted, currentStream, keepingTensors, poll, type RandomStream } from '../../tensor'
import type { Denoiser } from '../denoiser'
import type { GaussianProcess } from '../process'
import { combine, normalLike, type State } from '../state'
import { reverseKernel, type ReverseKernel, type VarianceChoice } from './reverse'

export interface ElboOptions {
  /** Falling times from noise to clean data. Default: every step of a table; needed otherwise. */
  readonly times?: readonly number[]
  /** The kernel's variance, where a denoiser is given. Default `forward`. */
  readonly variance?: VarianceChoice
  /** The variance of p(x_T) = N(0, variance). Default α_T² + σ_T², what data of variance one end with. */
  readonly prior?: number
  /** The variance of p(x_0 | x_1). Default: the kernel's own; of a denoiser, that of the first forward step. */
  readonly decoder?: number
  /** Where the noise comes from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

export interface ElboTerm {
  /** The step from t to s. */
  readonly t: number
  readonly s: number
  /** In nats. */
  readonly value: number
}

/** Means over the data, in nats. */
export interface Elbo {
  /** L_T. */
  readonly prior: number
  /** L_{t−1}, from noise to data. */
  readonly steps: readonly ElboTerm[]
  /** L_0. */
  readonly reconstruction: number
  /** The sum of all, an upper bound on −E log p(x_0). */
  readonly total: number
  /** The bound itself, −total ≤ E log p(x_0). */
  readonly bound: number
  /** The total of each datum. */
  readonly each: Float64Array
  /** The standard error of `total`. */
  readonly standardError: number
  /** total / (d log 2). */
  readonly bitsPerDimension: number
}

/**
 * KL(q(x_t | x_0) ‖ N(0, prior)) of each datum, in nats: ½ Σ ((σ² + α²x²)/prior − 1 + log(prior/σ²)).
 *
 * @param x0 n·d doubles. @param dim d.
 */
export function priorKl(
  process: GaussianProcess,
  x0: Float64Array,
  dim: number,
  {
    t = process.times.to,
    prior = process.alpha(t) ** 2 + process.sigma(t) ** 2,
  }: { t?: number; prior?: number } = {},
): Float64Array {
  if (!(prior > 0)) throw new RangeError(`the prior's variance must be positive, but is ${prior}`)
  const [a, v] = [process.alpha(t) ** 2, process.sigma(t) ** 2]
  const kl = new Float64Array(x0.length / dim)
  for (let i = 0; i < x0.length; i++)
    kl[Math.floor(i / dim)]! += 0.5 * ((v + a * x0[i]! ** 2) / prior - 1 + Math.log(prior / v))
  return kl
}

/**
 * The bound of a reverse kernel, or of a denoiser with the variance that the options name.
 *
 * For the conditional bound of log p(x_0 | c), pass `given(model, c)`.
 *
 * @param x0 data of shape [n, …], or as doubles.
 * @throws RangeError for times that do not fall to clean data, or a kernel without variance before the last step.
 */
export async function elbo<S extends State>(
  source: ReverseKernel<S> | Denoiser<S>,
  x0: S,
  { times, variance = 'forward', prior, decoder, stream = currentStream() }: ElboOptions = {},
): Promise<Elbo> {
  expectStates('elbo', x0)
  const kernel: ReverseKernel<S> = typeof source === 'function' ? source : reverseKernel(source, { variance })
  const { model } = kernel
  const { process } = model
  const stops = stopsOf(process, times)
  const dim = model.shape.reduce((product, length) => product * length, 1)

  return keepingTensors(async () => {
    const data = await doubles(x0)
    const n = data.length / dim
    const first = stops.at(-2)!
    const lastVariance =
      decoder ??
      (typeof source === 'function' ? undefined : process.transition(stops.at(-1)!, first).variance)
    const each = priorKl(process, data, dim, { t: stops[0]!, ...(prior !== undefined && { prior }) })
    const priorTerm = mean(each)
    const steps: ElboTerm[] = []
    let reconstruction = 0
    for (const i of counted('elbo', stops.length - 1)) {
      poll()
      const [t, s] = [stops[i]!, stops[i + 1]!]
      const last = t === first
      const { xt, mean: mu, variance: spread } = await stepAt(kernel, x0, t, s, stream)
      const fixed = last ? lastVariance : undefined
      const terms = new Float64Array(n)
      const posterior = last ? undefined : process.posterior(s, t)
      for (let k = 0; k < data.length; k++) {
        const p = fixed ?? (typeof spread === 'number' ? spread : spread[k]!)
        if (!(p > 0))
          throw new RangeError(
            `elbo: the reverse step from t = ${t} to s = ${s} has the variance ${p}, so its density is infinite: ` +
              `give { decoder } for the last step, or another variance`,
          )
        const term = posterior
          ? gaussianKl(
              posterior.ofState * xt[k]! + posterior.ofData * data[k]!,
              posterior.variance,
              mu[k]!,
              p,
            )
          : 0.5 * (Math.log(2 * Math.PI * p) + (data[k]! - mu[k]!) ** 2 / p)
        terms[Math.floor(k / dim)]! += term
      }
      for (let row = 0; row < n; row++) each[row]! += terms[row]!
      if (last) reconstruction = mean(terms)
      else steps.push({ t, s, value: mean(terms) })
      await breathe()
    }
    const total = mean(each)
    const deviation = Math.sqrt(
      each.reduce((sum, value) => sum + (value - total) ** 2, 0) / Math.max(n - 1, 1),
    )
    return {
      prior: priorTerm,
      steps,
      reconstruction,
      total,
      bound: -total,
      each,
      standardError: deviation / Math.sqrt(n),
      bitsPerDimension: total / (dim * Math.LN2),
    }
  })
}

/** Cells are not type-checked before they run. */
export function expectStates(caller: string, x0: unknown): void {
  if (x0 instanceof Float64Array || x0 instanceof tf.Tensor) return
  throw new TypeError(
    `${caller}: the second argument must be data, such as law.draw(1000), a tensor of shape [n, …]`,
  )
}

/** KL(N(m, v) ‖ N(μ, p)) of one coordinate. */
export function gaussianKl(m: number, v: number, mu: number, p: number): number {
  return 0.5 * (Math.log(p / v) + (v + (m - mu) ** 2) / p - 1)
}

/** x_t for data x_0, and the kernel's step from it, in doubles. */
async function stepAt<S extends State>(
  kernel: ReverseKernel<S>,
  x0: S,
  t: number,
  s: number,
  stream: RandomStream,
) {
  const { process } = kernel.model
  const noise = normalLike(x0, stream)
  const x = combine([process.alpha(t), x0], [process.sigma(t), noise])
  const { mean, variance } = kernel(x, t, s)
  const read = {
    xt: await doubles(x),
    mean: await doubles(mean),
    variance: typeof variance === 'number' ? variance : await doubles(variance),
  }
  for (const state of [noise, x, mean, variance]) if (isTensor(state)) state.dispose()
  return read
}

function isTensor(state: unknown): state is tf.Tensor {
  return typeof state === 'object' && !(state instanceof Float64Array)
}

async function doubles(x: State): Promise<Float64Array> {
  return x instanceof Float64Array ? x : Float64Array.from(await x.data())
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function stopsOf(
  { name, times: { from, to, discrete }, sigma }: GaussianProcess,
  times?: readonly number[],
): readonly number[] {
  if (!times) {
    if (!discrete)
      throw new RangeError(`elbo: ${name} is not a table of steps: say at which times, as { times }`)
    return Array.from({ length: to - from + 1 }, (_, i) => to - i)
  }
  if (times.length < 2 || times.some((t, i) => i > 0 && !(t < times[i - 1]!)) || sigma(times.at(-1)!) !== 0)
    throw new RangeError(
      `elbo: times must fall to clean data at ${from}, but are ${times.slice(0, 20).join(', ')}`,
    )
  return times
}
