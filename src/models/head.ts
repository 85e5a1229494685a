/**
 * Heads: what a network's output means.
 *
 * A network F sees c_in(t) x_t and a label of the time, and its output y is read, together with x_t, as a prediction:
 *
 *   predicts   x̂₀                       ε̂
 *   noise      (x − σy) / α             y
 *   x0         y                        (x − αy) / σ
 *   score      (x + σ²y) / α            −σy
 *   v          (αx − σy) / (α² + σ²)    (σx + αy) / (α² + σ²)
 *   velocity   (σ′x − σy) / δ           (αy − α′x) / δ,   δ = ασ′ − α′σ
 *
 * v: Salimans and Ho, "Progressive distillation for fast sampling of diffusion models", ICLR 2022,
 * https://arxiv.org/abs/2202.00512
 */
import type { Curve, GaussianProcess } from './process'
import type { Quantity } from './prediction'

/** Coefficients of x_t and of the network's output y. */
export type Pair = readonly [ofState: number, ofOutput: number]

export interface Head {
  /** What the output would be if the network were perfect. */
  readonly predicts: Quantity
  /** c_in: what x_t is multiplied by before the network sees it. */
  readonly input: Curve
  /** How the network is told the time. */
  readonly label: Curve
  readonly x0: (t: number) => Pair
  readonly noise: (t: number) => Pair
}

/** Beyond λ = ±10 single precision cannot tell x_t from clean data, or from noise. */
const LABEL_BOUND = 10

/**
 * The head of a network that predicts `quantity`. Its input has variance about one for data of variance about one,
 * c_in = 1/√(α² + σ²), and its label is λ = log(α/σ), kept within ±10.
 */
export function head(process: GaussianProcess, quantity: Quantity): Head {
  return {
    predicts: quantity,
    input: (t) => 1 / Math.hypot(process.alpha(t), process.sigma(t)),
    label: (t) => Math.max(-LABEL_BOUND, Math.min(LABEL_BOUND, process.logSnr(t))),
    ...readings(process, quantity),
  }
}

function readings(process: GaussianProcess, quantity: Quantity): Pick<Head, 'x0' | 'noise'> {
  const { alpha, sigma, alphaPrime, sigmaPrime } = process
  switch (quantity) {
    case 'noise':
      return { x0: (t) => [1 / alpha(t), -sigma(t) / alpha(t)], noise: () => [0, 1] }
    case 'x0':
      return { x0: () => [0, 1], noise: (t) => [1 / sigma(t), -alpha(t) / sigma(t)] }
    case 'score':
      return { x0: (t) => [1 / alpha(t), sigma(t) ** 2 / alpha(t)], noise: (t) => [0, -sigma(t)] }
    case 'v': {
      const square: Curve = (t) => alpha(t) ** 2 + sigma(t) ** 2
      return {
        x0: (t) => [alpha(t) / square(t), -sigma(t) / square(t)],
        noise: (t) => [sigma(t) / square(t), alpha(t) / square(t)],
      }
    }
    case 'velocity': {
      const delta: Curve = (t) => alpha(t) * sigmaPrime(t) - alphaPrime(t) * sigma(t)
      return {
        x0: (t) => [sigmaPrime(t) / delta(t), -sigma(t) / delta(t)],
        noise: (t) => [-alphaPrime(t) / delta(t), alpha(t) / delta(t)],
      }
    }
  }
}
