/**
 * The variance-preserving process,
 *
 *   dx = −½ β(t) x dt + √β(t) dw,   t ∈ [0, 1],
 *
 * the limit of DDPM's Markov chain for many small steps. With B(t) = ∫₀ᵗ β,
 *
 *   α = exp(−½ B),   σ² = 1 − exp(−B).
 *
 * Usually β is linear, β(t) = β_min + t (β_max − β_min), so that B(t) = β_min t + ½ (β_max − β_min) t².
 *
 * Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021, appendix B,
 * https://arxiv.org/abs/2011.13456
 */
import { gaussianProcess, type Curve, type GaussianProcess } from '../process'
import { integral } from './integral'

export interface LinearBeta {
  /** β at t = 0, not negative. Default 0.1. */
  readonly betaMin?: number
  /** β at t = 1, at least β_min and positive. Default 20. */
  readonly betaMax?: number
}

export interface AnyBeta {
  /** β(t) on [0, 1], not negative. */
  readonly beta: Curve
  /** B(t) = ∫₀ᵗ β, where it is known; else it is integrated numerically. */
  readonly integral?: Curve
}

/** The rate of noise β and its integral B. */
export interface Rate {
  readonly beta: Curve
  readonly integral: Curve
}

/**
 * The variance-preserving process with a linear β(t), or with any other.
 *
 * @throws RangeError unless 0 ≤ betaMin ≤ betaMax, or where β is negative or infinite somewhere.
 */
export function vp(options: LinearBeta | AnyBeta = {}): GaussianProcess {
  const { beta, integral } = rateOf('vp', options)
  const alpha: Curve = (t) => Math.exp(-0.5 * integral(t))
  return gaussianProcess(
    'VP',
    { from: 0, to: 1 },
    {
      alpha,
      sigma: (t) => Math.sqrt(-Math.expm1(-integral(t))),
      alphaPrime: (t) => -0.5 * beta(t) * alpha(t),
      variancePrime: (t) => beta(t) * Math.exp(-integral(t)),
    },
  )
}

/** β and B of the options. @param name the function that was called, for errors. */
export function rateOf(name: string, options: LinearBeta | AnyBeta): Rate {
  if ('beta' in options) return anyRate(name, options)
  const { betaMin = 0.1, betaMax = 20 } = options
  if (!(betaMin >= 0 && betaMax >= betaMin && betaMax > 0 && betaMax < Infinity))
    throw new RangeError(
      `${name} needs 0 ≤ betaMin ≤ betaMax, but betaMin = ${betaMin} and betaMax = ${betaMax}`,
    )
  return {
    beta: (t) => betaMin + t * (betaMax - betaMin),
    integral: (t) => betaMin * t + 0.5 * (betaMax - betaMin) * t ** 2,
  }
}

/** How many times β is looked at before it is believed. */
const PROBES = 64

function anyRate(name: string, { beta, integral: known }: AnyBeta): Rate {
  // Cells are not type-checked before they run.
  if (typeof beta !== 'function')
    throw new TypeError(`${name}: beta must be a function of time, such as (t) => 0.1 + 19.9 * t`)
  for (let i = 0; i <= PROBES; i++) {
    const value = beta(i / PROBES)
    if (!(value >= 0 && value < Infinity))
      throw new RangeError(`${name}: beta must not be negative on [0, 1], but beta(${i / PROBES}) = ${value}`)
  }
  return { beta, integral: known ?? integral(beta, 0, 1) }
}
