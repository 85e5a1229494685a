/**
 * The evidence lower bound in continuous time, for infinitely many steps,
 *
 *   −log p(x) ≤ KL(q(x_T | x) ‖ N(0, α_T² + σ_T²)) − ½ E ∫ SNR′(t) ‖x − x̂(x_t, t)‖² dt − E log p(x | x_ε),
 *
 * with SNR = α²/σ² and p(x | x_ε) = N(x_ε/α_ε, σ_ε²/α_ε²). Changing variables from t to SNR takes the schedule out of the
 * integral: for a given model only the two ends of SNR matter. What the schedule does change is the variance of estimates from
 * random times.
 *
 * Kingma et al., "Variational diffusion models", NeurIPS 2021, equations 15 and 18, https://arxiv.org/abs/2107.00630
 */
import { currentStream, keepingTensors, type RandomStream } from '../../tensor'
import { inScope, type Denoiser } from '../denoiser'
import { over, type Curve, type GaussianProcess } from '../process'
import { combine, normalLike, type State } from '../state'
import { expectStates, priorKl } from './elbo'

export interface ContinuousElboOptions {
  /** From where the integral is taken, with some noise. Default: 10⁻³ of the way. */
  readonly from?: number
  /** To where. Default: the last time. */
  readonly to?: number
  /** Where times and noise come from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/** Means over the data, in nats. */
export interface ContinuousElbo {
  readonly prior: number
  readonly diffusion: number
  readonly reconstruction: number
  /** The sum, an upper bound on −E log p(x). */
  readonly total: number
  readonly bound: number
  /** The variance of a one-time estimate of the integral: what a good schedule makes small. */
  readonly variance: number
  readonly standardError: number
  readonly bitsPerDimension: number
}

/** −½ SNR′(t) = −λ′ SNR, the weight of ‖x − x̂‖², with λ′ = α′/α − (σ²)′/2σ². */
export function snrSlope(process: GaussianProcess): Curve {
  return (t) => {
    const variance = process.sigma(t) ** 2
    const slope = process.alphaPrime(t) / process.alpha(t) - process.variancePrime(t) / (2 * variance)
    return (-slope * process.alpha(t) ** 2) / variance
  }
}

/**
 * The bound of a denoiser, each datum at a time of its own; the times are independent and uniform.
 *
 * @param x0 data of shape [n, …], or as doubles.
 * @throws RangeError for a process in steps, or where there is no noise at `from`.
 */
export async function continuousElbo<S extends State>(
  model: Denoiser<S>,
  x0: S,
  { from, to, stream = currentStream() }: ContinuousElboOptions = {},
): Promise<ContinuousElbo> {
  expectStates('continuousElbo', x0)
  const { process } = (model as Partial<Denoiser<S>> | undefined) ?? {}
  if (!process)
    throw new TypeError('continuousElbo: the first argument must be a denoiser, such as denoiser(…)')
  const { times } = process
  if (times.discrete)
    throw new RangeError(
      `continuousElbo: ${process.name} is a table of steps, whose bound is elbo(model, x0)`,
    )
  const start = from ?? times.from + 1e-3 * (times.to - times.from)
  const end = to ?? times.to
  if (!(process.sigma(start) > 0 && start < end))
    throw new RangeError(
      `continuousElbo needs noise at from and from < to, but from = ${start} and to = ${end}`,
    )

  return keepingTensors(async () => {
    const data = await doubles(x0)
    const dim = model.shape.reduce((product, length) => product * length, 1)
    const n = data.length / dim
    const t = Float64Array.from(stream.uniform(n), (u) => start + u * (end - start))
    const guess = inScope(x0, () => {
      const noise = normalLike(x0, stream)
      return model.predict(combine([over(t, process.alpha), x0], [over(t, process.sigma), noise]), t).x0
    })
    const values = await doubles(guess)
    if (!(guess instanceof Float64Array)) guess.dispose()

    const slope = snrSlope(process)
    const integral = new Float64Array(n)
    for (let row = 0; row < n; row++) {
      let square = 0
      for (let i = row * dim; i < (row + 1) * dim; i++) square += (data[i]! - values[i]!) ** 2
      integral[row] = (end - start) * slope(t[row]!) * square
    }
    const prior = mean(priorKl(process, data, dim, { t: end }))
    const diffusion = mean(integral)
    const deviation = (process.sigma(start) / process.alpha(start)) ** 2
    const reconstruction = (dim / 2) * (Math.log(2 * Math.PI * deviation) + 1)
    const variance = integral.reduce((sum, value) => sum + (value - diffusion) ** 2, 0) / Math.max(n - 1, 1)
    const total = prior + diffusion + reconstruction
    return {
      prior,
      diffusion,
      reconstruction,
      total,
      bound: -total,
      variance,
      standardError: Math.sqrt(variance / n),
      bitsPerDimension: total / (dim * Math.LN2),
    }
  })
}

async function doubles(x: State): Promise<Float64Array> {
  return x instanceof Float64Array ? x : Float64Array.from(await x.data())
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
