/**
 * Any noise with a density said to mend a score that does not exist.
 *
 * x + ε has a density whenever ε has one, but that density need not be smooth: with uniform ε and data on points it is a flat
 * roof with edges. Where it has a derivative that is zero, and the edges, where all the change is, have none: a score almost
 * everywhere, and no score for sampling or score matching. Gaussian noise makes every density smooth. The check is integration
 * by parts, E[x̃ ∇ log q(x̃)] = −1 on a line, which every score fulfils.
 *
 * Song and Ermon, 2019, section 3.1, https://arxiv.org/abs/1907.05600
 */
import { currentStream, type RandomStream } from '../../tensor'
import { expectNear, mistake } from './mistake'

/** Noise on a line: how it is drawn, its density and the slope of that, where there is one. */
export interface NoiseLaw {
  readonly draw: (n: number, stream: RandomStream) => Float64Array
  readonly density: (x: number) => number
  readonly slope: (x: number) => number
}

const SIGMA = 0.5
/** The data are at one of these, with equal chances. */
const PLACES = [-1, 0.2, 1.3]
const N = 16_384
/** The half width at which a uniform law has the variance σ². */
const HALF = SIGMA * Math.sqrt(3)

const gaussian: NoiseLaw = {
  draw: (n, stream) => stream.normal(n).map((z) => SIGMA * z),
  density: (x) => Math.exp((-x * x) / (2 * SIGMA ** 2)) / (SIGMA * Math.sqrt(2 * Math.PI)),
  slope: (x) => (-x / SIGMA ** 2) * gaussian.density(x),
}

const uniform: NoiseLaw = {
  draw: (n, stream) => Float64Array.from(stream.uniform(n), (u) => HALF * (2 * u - 1)),
  density: (x) => (Math.abs(x) < HALF ? 1 / (2 * HALF) : 0),
  slope: () => 0,
}

export const anyNoiseWillDo = mistake<NoiseLaw>({
  title: 'Any noise with a density said to give a score: one that is differentiable almost everywhere',
  written: String.raw`\varepsilon \text{ absolutely continuous} \implies \nabla\log q(\tilde x) \text{ is defined and fit for use}`,
  correct: String.raw`\varepsilon \sim \mathcal{N}(0, \sigma^2 I) \implies q = p * \mathcal{N}(0, \sigma^2 I) \text{ is smooth and positive everywhere}`,
  right: gaussian,
  wrong: uniform,
  check({ draw, density, slope }, stream = currentStream()) {
    const which = stream.integers(N, 0, PLACES.length)
    const noise = draw(N, stream)
    const products = noise.map((e, i) => {
      const x = PLACES[which[i]!]! + e
      const total = (f: (x: number) => number): number => PLACES.reduce((sum, place) => sum + f(x - place), 0)
      return (x * total(slope)) / total(density)
    })
    const mean = products.reduce((sum, value) => sum + value, 0) / N
    // With Gaussian noise the products scatter by less than 2.
    expectNear('E[x̃ ∇ log q(x̃)]', mean, -1, (5 * 2) / Math.sqrt(N))
  },
})
