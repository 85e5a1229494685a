/**
 * Gaussian processes: everything that turns data into noise by
 *
 *   x_t = α_t x_0 + σ_t ε,   ε ~ N(0, I),
 *
 * with t = 0 clean. A process is the two curves α and σ with their derivatives, as plain doubles; what follows from them
 * is derived here, once, for all processes. As a stochastic differential equation dx = f(t) x dt + g(t) dw,
 *
 *   f = α′ / α,   g² = (σ²)′ − 2 f σ².
 *
 * One letter means different things in different lectures. Here, always:
 *
 *   t   time, 0 clean; papers on flow matching often have the data at t = 1.
 *   α   what the data are multiplied by. DDPM's ᾱ is its square; DDPM's α_t = 1 − β_t is `transition(t−1, t).scale ** 2`.
 *       Some lectures on additive noise write α_t for what is σ_t here.
 *   σ   the standard deviation of the noise in x_t given x_0. DDPM's σ_t is that of a reverse step; others write
 *       dx = σ(t) dw, where σ is our g.
 *   λ   log(α/σ), half of what some call the log-SNR. A loss weight λ(t) is always called `weight`.
 *   γ   is only ever the strength of guidance, and never a noise scale.
 *
 * `docs/conventions.md` has the whole table.
 *
 * Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021,
 * https://arxiv.org/abs/2011.13456; Kingma et al., "Variational diffusion models", 2021, https://arxiv.org/abs/2107.00630
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../tensor'
import { combine, expectTime, normalLike, type State, type Time, type Coefficient } from './state'

/** A function of time. */
export type Curve = (t: number) => number

/** The two curves of a process. Derivatives are with respect to t. */
export interface Curves {
  /** Scale of the data, α. */
  readonly alpha: Curve
  /** Standard deviation of the noise, σ. */
  readonly sigma: Curve
  /** α′. */
  readonly alphaPrime: Curve
  /** (σ²)′, because σ′ itself is infinite wherever noise starts from nothing. */
  readonly variancePrime: Curve
  /** σ′, for those whose noise starts from nothing and yet has a finite σ′ there. Default: (σ²)′ / 2σ. */
  readonly sigmaPrime?: Curve
}

/** Where a process is defined: all of an interval, or its whole numbers only (`discrete`). */
export interface TimeRange {
  readonly from: number
  readonly to: number
  readonly discrete?: boolean
}

export interface GaussianProcess extends Curves {
  /** What it is called in pictures and messages: `VP`. */
  readonly name: string
  readonly times: TimeRange
  /** σ′ = (σ²)′ / 2σ. Infinite where σ = 0, unless the process says otherwise. */
  readonly sigmaPrime: Curve
  /** Half the logarithm of the signal-to-noise ratio, λ = log(α/σ). */
  readonly logSnr: Curve
  /** The drift's factor f = α′/α, in 1/time. */
  readonly drift: Curve
  /** The squared diffusion g² = (σ²)′ − 2fσ², in 1/time. */
  readonly diffusion: Curve
  /** q(x_t | x_s) = N(scale · x_s, variance · I) for s ≤ t. */
  transition(s: number, t: number): Transition
  /** q(x_s | x_t, x_0) = N(ofState · x_t + ofData · x_0, variance · I) for s < t. */
  posterior(s: number, t: number): Posterior
  /** Draws x_t from q(x_t | x_0): `x0` has shape [n, …]; t is one time for all, or one for each of the n. */
  draw<S extends State>(x0: S, t: Time, stream?: RandomStream): S
}

export interface Transition {
  readonly scale: number
  readonly variance: number
}

export interface Posterior {
  readonly ofState: number
  readonly ofData: number
  readonly variance: number
}

/**
 * Completes two curves to a process. All its functions throw RangeError for a time outside `times`.
 *
 * @param name what to call it.
 * @param times where the curves are defined.
 */
export function gaussianProcess(name: string, times: TimeRange, curves: Curves): GaussianProcess {
  const at = (t: number): number => {
    if (t >= times.from && t <= times.to && (!times.discrete || Number.isInteger(t))) return t
    const range = `${times.discrete ? 'whole numbers ' : ''}from ${times.from} to ${times.to}`
    throw new RangeError(`${name} is defined for times ${range} (0 is clean data); it was asked for t = ${t}`)
  }
  const ordered = (s: number, t: number, strictly: boolean): void => {
    if (s > t || (strictly && s === t))
      throw new RangeError(`${name}: needs s ${strictly ? '<' : '≤'} t, but s = ${s} and t = ${t}`)
  }

  const process: GaussianProcess = {
    name,
    times,
    alpha: (t) => curves.alpha(at(t)),
    sigma: (t) => curves.sigma(at(t)),
    alphaPrime: (t) => curves.alphaPrime(at(t)),
    variancePrime: (t) => curves.variancePrime(at(t)),
    sigmaPrime: (t) => curves.sigmaPrime?.(at(t)) ?? process.variancePrime(t) / (2 * process.sigma(t)),
    logSnr: (t) => Math.log(process.alpha(t)) - Math.log(process.sigma(t)),
    drift: (t) => process.alphaPrime(t) / process.alpha(t),
    diffusion: (t) => process.variancePrime(t) - 2 * process.drift(t) * process.sigma(t) ** 2,

    transition(s, t) {
      ordered(s, t, false)
      if (s === t) return { scale: 1, variance: 0 }
      const scale = process.alpha(t) / process.alpha(s)
      return { scale, variance: process.sigma(t) ** 2 - scale ** 2 * process.sigma(s) ** 2 }
    },

    // The product of the Gaussians q(x_t | x_s) and q(x_s | x_0), normalised.
    posterior(s, t) {
      ordered(s, t, true)
      const { scale, variance } = process.transition(s, t)
      const varianceS = process.sigma(s) ** 2
      const varianceT = process.sigma(t) ** 2
      return {
        ofState: (scale * varianceS) / varianceT,
        ofData: (process.alpha(s) * variance) / varianceT,
        variance: (variance * varianceS) / varianceT,
      }
    },

    draw(x0, t, stream = currentStream()) {
      const noise = normalLike(x0, stream)
      const noised = combine([over(t, process.alpha), x0], [over(t, process.sigma), noise])
      if (noise instanceof tf.Tensor) noise.dispose()
      return noised
    },
  }
  return process
}

/** A function of time at one time, or at each of a list of times. */
export function over(t: Time, curve: Curve): Coefficient {
  expectTime(t)
  return typeof t === 'number' ? curve(t) : each(t, curve)
}

/** A function of time at each of a list of times. */
export function each(t: ArrayLike<number>, curve: Curve): Float64Array {
  // `Float64Array.from` takes several times as long.
  const values = new Float64Array(t.length)
  for (let i = 0; i < values.length; i++) values[i] = curve(t[i]!)
  return values
}
