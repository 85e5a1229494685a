/**
 * Paths between two laws: for a pair (x₀, x₁) and, where there is noise on the way, z ~ N(0, I),
 *
 *   I_t = a(t) x₀ + b(t) x₁ + γ(t) z,   İ_t = a′ x₀ + b′ x₁ + γ′ z,   t ∈ [0, 1],
 *
 * with a(0) = b(1) = 1, a(1) = b(0) = 0. The law p_t of I_t is carried by the ordinary differential equation of the
 * velocity v(x, t) = E[İ_t | I_t = x], and its score is −E[z | I_t = x] / γ. Here x₀ is the data and t = 1 the noise, or
 * the other law; papers on flow matching often let t run the other way.
 *
 *   straight          a = 1 − t      b = t           γ = σ, usually 0      flow matching, rectified flow
 *   brownianBridge    a = 1 − t      b = t           γ = σ √(t(1 − t))     Schrödinger-bridge flow matching
 *   trigonometric     a = cos ½πt    b = sin ½πt     γ = σ √(2t(1 − t))    keeps the variance of independent ends
 *   throughNoise      a = cos² πt    b = 0           γ = sin² πt           first to noise and then to the other law
 *                     b = cos² πt    a = 0           (from t = ½ on)
 *
 * Lipman et al., "Flow matching for generative modeling", ICLR 2023, https://arxiv.org/abs/2210.02747; Albergo, Boffi and
 * Vanden-Eijnden, "Stochastic interpolants: a unifying framework for flows and diffusions", 2023,
 * https://arxiv.org/abs/2303.08797; Tong et al., "Improving and generalizing flow-based generative models with minibatch
 * optimal transport", 2023, https://arxiv.org/abs/2302.00482
 */
import { over, type Curve, type GaussianProcess } from '../process'
import { combine, type State, type Time } from '../state'

/** The curves of a path, with their derivatives in t. */
export interface InterpolantCurves {
  /** Factor of x₀. */
  readonly a: Curve
  /** Factor of x₁. */
  readonly b: Curve
  /** Standard deviation of the noise on the way, γ. Default: none. */
  readonly gamma?: Curve
  readonly aPrime: Curve
  readonly bPrime: Curve
  /** (γ²)′, because γ′ itself is infinite where noise starts from nothing. Needed where there is `gamma`. */
  readonly variancePrime?: Curve
}

export interface Interpolant extends Required<InterpolantCurves> {
  /** What it is called in pictures and messages. */
  readonly name: string
  /** γ′ = (γ²)′ / 2γ; 0 where there is no noise at all. */
  readonly gammaPrime: Curve
}

/**
 * Completes curves to a path. All its functions throw RangeError for a time outside [0, 1].
 *
 * @throws TypeError where `gamma` is given without `variancePrime`.
 */
export function interpolant(name: string, curves: InterpolantCurves): Interpolant {
  for (const curve of ['a', 'b', 'aPrime', 'bPrime'] as const)
    if (typeof (curves as Partial<InterpolantCurves> | undefined)?.[curve] !== 'function')
      throw new TypeError(`interpolant: ${curve} must be a function of t`)
  if (curves.gamma && !curves.variancePrime)
    throw new TypeError('interpolant: gamma needs variancePrime beside it, the derivative of γ² in t')
  const inside =
    (curve: Curve): Curve =>
    (t) => {
      if (t >= 0 && t <= 1) return curve(t)
      throw new RangeError(`the path ${name} is defined for times from 0 to 1; it was asked for t = ${t}`)
    }
  const gamma = inside(curves.gamma ?? (() => 0))
  const variancePrime = inside(curves.variancePrime ?? (() => 0))
  return {
    name,
    a: inside(curves.a),
    b: inside(curves.b),
    gamma,
    aPrime: inside(curves.aPrime),
    bPrime: inside(curves.bPrime),
    variancePrime,
    gammaPrime: (t) => (variancePrime(t) === 0 ? 0 : variancePrime(t) / (2 * gamma(t))),
  }
}

/** (1 − t) x₀ + t x₁ + σz. @param sigma σ, not negative. Default 0: a straight line. */
function straight({ sigma = 0 }: { sigma?: number } = {}): Interpolant {
  expectSigma('straight', sigma)
  return interpolant('straight', {
    a: (t) => 1 - t,
    b: (t) => t,
    gamma: () => sigma,
    aPrime: () => -1,
    bPrime: () => 1,
    variancePrime: () => 0,
  })
}

/** (1 − t) x₀ + t x₁ + σ√(t(1 − t)) z. @param sigma σ, not negative. Default 1. */
function brownianBridge({ sigma = 1 }: { sigma?: number } = {}): Interpolant {
  expectSigma('brownianBridge', sigma)
  return interpolant('Brownian bridge', {
    a: (t) => 1 - t,
    b: (t) => t,
    gamma: (t) => sigma * Math.sqrt(t * (1 - t)),
    aPrime: () => -1,
    bPrime: () => 1,
    variancePrime: (t) => sigma ** 2 * (1 - 2 * t),
  })
}

/** cos(½πt) x₀ + sin(½πt) x₁ + σ√(2t(1 − t)) z. @param sigma σ, not negative. Default 0. */
function trigonometric({ sigma = 0 }: { sigma?: number } = {}): Interpolant {
  expectSigma('trigonometric', sigma)
  const quarter = Math.PI / 2
  return interpolant('trigonometric', {
    a: (t) => Math.cos(quarter * t),
    b: (t) => Math.sin(quarter * t),
    gamma: (t) => sigma * Math.sqrt(2 * t * (1 - t)),
    aPrime: (t) => -quarter * Math.sin(quarter * t),
    bPrime: (t) => quarter * Math.cos(quarter * t),
    variancePrime: (t) => sigma ** 2 * (2 - 4 * t),
  })
}

/** cos²(πt) of x₀ until t = ½, of x₁ from then on, and sin²(πt) z: "encoding–decoding". */
function throughNoise(): Interpolant {
  const share: Curve = (t) => Math.cos(Math.PI * t) ** 2
  const sharePrime: Curve = (t) => -Math.PI * Math.sin(2 * Math.PI * t)
  return interpolant('through noise', {
    a: (t) => (t < 0.5 ? share(t) : 0),
    b: (t) => (t < 0.5 ? 0 : share(t)),
    gamma: (t) => Math.sin(Math.PI * t) ** 2,
    aPrime: (t) => (t < 0.5 ? sharePrime(t) : 0),
    bPrime: (t) => (t < 0.5 ? 0 : sharePrime(t)),
    variancePrime: (t) => 2 * Math.PI * Math.sin(Math.PI * t) ** 2 * Math.sin(2 * Math.PI * t),
  })
}

/** The path α x₀ + σ x₁ of a Gaussian process, its time stretched to [0, 1]: x₁ is the noise. */
function along(process: GaussianProcess): Interpolant {
  if (typeof (process as Partial<GaussianProcess> | undefined)?.alpha !== 'function')
    throw new TypeError('along: the argument must be a process, such as vp()')
  const { name, times, alpha, sigma, alphaPrime, sigmaPrime } = process
  const length = times.to - times.from
  const at = (t: number) => times.from + length * t
  return interpolant(name, {
    a: (t) => alpha(at(t)),
    b: (t) => sigma(at(t)),
    aPrime: (t) => length * alphaPrime(at(t)),
    bPrime: (t) => length * sigmaPrime(at(t)),
  })
}

/** Paths between two laws, by name. */
export const interpolants = { straight, brownianBridge, trigonometric, throughNoise, along } as const

/** I_t for the pair (x₀, x₁) and the noise z, all of shape [n, …]. */
export function interpolate<S extends State>(path: Interpolant, x0: S, x1: S, z: S, t: Time): S {
  return combine([over(t, path.a), x0], [over(t, path.b), x1], [over(t, path.gamma), z])
}

/** İ_t, the derivative in t. */
export function interpolateVelocity<S extends State>(path: Interpolant, x0: S, x1: S, z: S, t: Time): S {
  return combine([over(t, path.aPrime), x0], [over(t, path.bPrime), x1], [over(t, path.gammaPrime), z])
}

function expectSigma(name: string, sigma: number): void {
  if (!(sigma >= 0 && sigma < Infinity))
    throw new RangeError(`${name}: sigma must not be negative, but is ${sigma}`)
}
