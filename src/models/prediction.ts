/**
 * One prediction, read in every way that the field writes it.
 *
 * Given x_t = α x_0 + σ ε, whoever knows the mean of x_0 given x_t knows that of ε as well, and with the two
 *
 *   score = −ε̂ / σ,   velocity = α′ x̂₀ + σ′ ε̂,   v = α ε̂ − σ x̂₀.
 *
 * The velocity is the right-hand side of the probability-flow ODE dx/dt = f x − ½ g² s, written so that it stays finite
 * where α = 0.
 */
import { over, type Curve, type GaussianProcess } from './process'
import { combine, type State, type Time } from './state'

export type Quantity = 'x0' | 'noise' | 'score' | 'velocity' | 'v'
export const QUANTITIES: readonly Quantity[] = ['x0', 'noise', 'score', 'velocity', 'v']

/** What a value counts in the means: x̂₀ = Σ ofX0 · value and ε̂ = Σ ofNoise · value. */
export interface Share {
  readonly ofX0: Curve
  readonly ofNoise: Curve
}

/** A known value with its share in the means. */
export interface Part<S extends State> extends Share {
  readonly value: S
}

export class Prediction<S extends State> {
  readonly process: GaussianProcess
  readonly t: Time
  readonly parts: readonly Part<S>[]

  constructor(process: GaussianProcess, t: Time, parts: readonly Part<S>[]) {
    this.process = process
    this.t = t
    this.parts = parts
  }

  /** The mean of the clean data given x_t. */
  get x0(): S {
    return this.read('x0')
  }

  /** The mean of the noise ε given x_t. */
  get noise(): S {
    return this.read('noise')
  }

  /** ∇ log p_t(x_t) = −ε̂/σ. */
  get score(): S {
    return this.read('score')
  }

  /** dx/dt along the probability-flow ODE, α′x̂₀ + σ′ε̂. */
  get velocity(): S {
    return this.read('velocity')
  }

  /** αε̂ − σx̂₀. */
  get v(): S {
    return this.read('v')
  }

  /** @throws RangeError where the quantity is infinite or unknown at this time, such as the score of clean data. */
  read(quantity: Quantity): S {
    const [ofX0, ofNoise] = shares(this.process, quantity)
    return this.combination(ofX0, ofNoise, quantity)
  }

  /**
   * a · x̂₀ + b · ε̂, in one linear combination of what is known.
   *
   * @param a, b functions of time.
   * @param name what it is called if it cannot be computed.
   */
  combination(a: Curve, b: Curve, name = 'this combination'): S {
    const terms = this.parts.map(
      (part) => [over(this.t, shareIn(this.process, part, a, b, name)), part.value] as const,
    )
    return combine(...terms)
  }
}

/** What a value counts in a quantity, as a function of time that throws RangeError where the quantity is infinite. */
export function shareOf(process: GaussianProcess, share: Share, quantity: Quantity): Curve {
  const [a, b] = shares(process, quantity)
  return shareIn(process, share, a, b, quantity)
}

/** What a value counts in a · x̂₀ + b · ε̂. */
function shareIn(
  process: GaussianProcess,
  { ofX0, ofNoise }: Share,
  a: Curve,
  b: Curve,
  name: string,
): Curve {
  return (t) => {
    const coefficient = product(a(t), () => ofX0(t)) + product(b(t), () => ofNoise(t))
    if (Number.isFinite(coefficient)) return coefficient
    throw new RangeError(
      `${name} has no finite value at t = ${t}, where α = ${process.alpha(t)} and σ = ${process.sigma(t)}: ` +
        `stay away from that time, or let the network predict 'x0' or 'v'`,
    )
  }
}

/** How a quantity is made of x̂₀ and ε̂, as functions of time. */
function shares(process: GaussianProcess, quantity: Quantity): [Curve, Curve] {
  switch (quantity) {
    case 'x0':
      return [() => 1, () => 0]
    case 'noise':
      return [() => 0, () => 1]
    case 'score':
      return [() => 0, (t) => -1 / process.sigma(t)]
    case 'velocity':
      return [process.alphaPrime, process.sigmaPrime]
    case 'v':
      return [(t) => -process.sigma(t), process.alpha]
  }
}

/** a · b, where nothing of an infinite b is nothing. */
function product(a: number, b: () => number): number {
  return a === 0 ? 0 : a * b()
}

/** The shares of x_0 and of ε in the truth. */
export const TRUTH: Readonly<Record<'x0' | 'noise', Share>> = {
  x0: { ofX0: () => 1, ofNoise: () => 0 },
  noise: { ofX0: () => 0, ofNoise: () => 1 },
}

/** What a perfect prediction would be, for the x_0 and ε that x_t was made from: the target of a loss. */
export function truth<S extends State>(process: GaussianProcess, t: Time, x0: S, noise: S): Prediction<S> {
  return new Prediction(process, t, [
    { value: x0, ...TRUTH.x0 },
    { value: noise, ...TRUTH.noise },
  ])
}
