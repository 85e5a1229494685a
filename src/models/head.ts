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
 *   EDM        c_skip x/α + c_out y            (x − α x̂₀) / σ, with c_skip, c_out of `edmHead`
 *
 * v: Salimans and Ho, "Progressive distillation for fast sampling of diffusion models", ICLR 2022,
 * https://arxiv.org/abs/2202.00512
 */
import type { Curve, GaussianProcess } from './process'
import { QUANTITIES, type Quantity, type Share } from './prediction'

/** Coefficients of x_t and of the network's output y. */
export type Pair = readonly [ofState: number, ofOutput: number]

export interface Head {
  /** The quantity that the loss compares; unless other heads say otherwise, what a perfect network's output would be. */
  readonly predicts: Quantity
  /** The weight of the squared error of that quantity that the head is usually trained with. Default: 1. */
  readonly weight?: Curve
  /** c_in: what x_t is multiplied by before the network sees it. */
  readonly input: Curve
  /** How the network is told the time. */
  readonly label: Curve
  readonly x0: (t: number) => Pair
  readonly noise: (t: number) => Pair
}

/** What x_t and the network's output count in the means. */
export function sharesOf({ x0, noise }: Head): { readonly ofState: Share; readonly ofOutput: Share } {
  return {
    ofState: { ofX0: (t) => x0(t)[0], ofNoise: (t) => noise(t)[0] },
    ofOutput: { ofX0: (t) => x0(t)[1], ofNoise: (t) => noise(t)[1] },
  }
}

/** Beyond λ = ±10 single precision cannot tell x_t from clean data, or from noise. */
const LABEL_BOUND = 10

/**
 * The head of a network that predicts `quantity`. Its input has variance about one for data of variance about one,
 * c_in = 1/√(α² + σ²), and its label is λ = log(α/σ), kept within ±10. Flows start from pure noise, where λ = −∞ and is far from
 * every λ that training meets: a network that predicts the velocity is told the angle arctan(σ/α) instead, as a number from
 * 10 at clean data to −10 at pure noise.
 */
export function head(process: GaussianProcess, quantity: Quantity): Head {
  if (!QUANTITIES.includes(quantity))
    throw new RangeError(`head: quantity must be one of ${QUANTITIES.join(', ')}, but is ${String(quantity)}`)
  return {
    predicts: quantity,
    input: (t) => 1 / Math.hypot(process.alpha(t), process.sigma(t)),
    label:
      quantity === 'velocity'
        ? (t) => LABEL_BOUND * (1 - (4 / Math.PI) * Math.atan2(process.sigma(t), process.alpha(t)))
        : (t) => Math.max(-LABEL_BOUND, Math.min(LABEL_BOUND, process.logSnr(t))),
    // Without it the target −ε/σ of clean data would drown all others.
    ...(quantity === 'score' && { weight: (t: number) => process.sigma(t) ** 2 }),
    ...readings(process, quantity),
  }
}

/**
 * EDM's head: the network sees data of variance one at every noise level, and its output is what it must add to a share of x_t
 * so that its own errors are amplified as little as possible. With σ the noise-to-signal ratio σ_t/α_t,
 *
 *   x̂₀ = c_skip x/α + c_out F(c_in x/α, c_noise),
 *   c_skip = σ_d²/(σ² + σ_d²),  c_out = σ σ_d/√(σ² + σ_d²),  c_in = 1/√(σ² + σ_d²),  c_noise = ¼ log σ,
 *
 * and the weight of ‖x̂₀ − x₀‖² is 1/c_out².
 *
 * Karras et al., "Elucidating the design space of diffusion-based generative models", NeurIPS 2022, table 1,
 * https://arxiv.org/abs/2206.00364
 *
 * @param sigmaData σ_d, the standard deviation of the data. Default 0.5.
 */
export function edmHead(process: GaussianProcess, { sigmaData = 0.5 }: { sigmaData?: number } = {}): Head {
  if (!(sigmaData > 0 && sigmaData < Infinity))
    throw new RangeError(`edmHead: sigmaData must be positive, but is ${sigmaData}`)
  const { alpha } = process
  const ratio: Curve = (t) => process.sigma(t) / alpha(t)
  const total: Curve = (t) => ratio(t) ** 2 + sigmaData ** 2
  const skip: Curve = (t) => sigmaData ** 2 / total(t)
  const out: Curve = (t) => (ratio(t) * sigmaData) / Math.sqrt(total(t))
  return {
    predicts: 'x0',
    weight: (t) => out(t) ** -2,
    input: (t) => 1 / (alpha(t) * Math.sqrt(total(t))),
    label: (t) => Math.log(ratio(t)) / 4,
    x0: (t) => [skip(t) / alpha(t), out(t)],
    // (x − α x̂₀)/σ with 1 − c_skip = σ²/(σ² + σ_d²) written out, which is finite where there is no noise.
    noise: (t) => [ratio(t) / (alpha(t) * total(t)), -sigmaData / Math.sqrt(total(t))],
  }
}

/**
 * NCSN's heads, whose output is a score:
 *
 *   index   s = F(x, i)     the network is told the number of the noise scale: the first NCSN
 *   scale   s = F(x) / σ_i  the network is told nothing, the scale is divided out: NCSNv2's third technique
 *
 * with the weight σ² on the score's error. The number i of a scale is its time, which grows with noise.
 *
 * Song and Ermon, 2019 and 2020, https://arxiv.org/abs/1907.05600, https://arxiv.org/abs/2006.09011
 */
export function ncsnHead(process: GaussianProcess, { by = 'scale' }: { by?: 'index' | 'scale' } = {}): Head {
  if (by !== 'index' && by !== 'scale')
    throw new RangeError(`ncsnHead: by must be 'index' or 'scale', not ${String(by)}`)
  const { alpha, sigma } = process
  const common = { predicts: 'score', weight: (t: number) => sigma(t) ** 2, input: () => 1 } as const
  if (by === 'index') return { ...common, label: (t) => t, ...readings(process, 'score') }
  return {
    ...common,
    label: () => 0,
    x0: (t) => [1 / alpha(t), sigma(t) / alpha(t)],
    noise: () => [0, -1],
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
