/** Mistakes in formulas of diffusion models, each seen in numbers that are known otherwise. */
import { currentStream } from '../../../tensor'
import { data } from '../../data'
import { exact } from '../../exact'
import type { GaussianProcess } from '../../process'
import { vp } from '../../processes'
import { expectNear, mistake } from '../mistake'

/** −8 … 8 in many small parts. */
const GRID = Float64Array.from({ length: 4001 }, (_, i) => -8 + (16 * i) / 4000)
const WIDTH = 16 / 4000

function normal(x: number, mean: number, variance: number): number {
  return Math.exp(-0.5 * ((x - mean) ** 2 / variance + Math.log(2 * Math.PI * variance)))
}

export const weightBySquaredNorm = mistake<(variance: number) => number>({
  title: 'The weight of L_{t−1} with the squared norm of Σ = σ²I, which is σ⁴',
  written: String.raw`\tfrac{1}{2\,\lVert\Sigma\rVert_2^2}\,\lVert\tilde\mu_t - \mu_\theta\rVert^2`,
  correct: String.raw`\tfrac{1}{2\,\sigma_t^2}\,\lVert\tilde\mu_t - \mu_\theta\rVert^2`,
  right: (variance) => 1 / (2 * variance),
  wrong: (variance) => 1 / (2 * variance ** 2),
  check(weight) {
    // KL(N(0.3, v) ‖ N(−0.2, v)) by summation, against the weight times the squared distance of the means.
    for (const variance of [0.2, 0.7]) {
      const kl = GRID.reduce((sum, x) => {
        const p = normal(x, 0.3, variance)
        return p > 0 ? sum + WIDTH * p * Math.log(p / normal(x, -0.2, variance)) : sum
      }, 0)
      expectNear(`the KL divergence at σ² = ${variance}`, weight(variance) * 0.25, kl, 1e-6)
    }
  },
})

const LAW = data.mixture({ weights: [0.3, 0.7], means: [[-1], [1]], deviations: 0.3 })

/** ∇ log q_t(x) as an average of ∇ log q(x | x_0) over x_0, each with some weight. */
type ScoreAverage = (process: GaussianProcess, t: number, x: number) => number

/** @param weigh how much more x_0 counts for having been able to lead to x. */
function average(weigh: (likelihood: number) => number): ScoreAverage {
  const prior = LAW.logDensity(GRID).map(Math.exp)
  return (process, t, x) => {
    const [alpha, variance] = [process.alpha(t), process.sigma(t) ** 2]
    let [sum, total] = [0, 0]
    for (const [i, x0] of GRID.entries()) {
      const weight = prior[i]! * weigh(normal(x, alpha * x0, variance))
      sum += (weight * (alpha * x0 - x)) / variance
      total += weight
    }
    return sum / total
  }
}

export const scoreAsPriorAverage = mistake<ScoreAverage>({
  title: 'The score averaged over all clean data, not over those that x_t may have come from',
  written: String.raw`\nabla\log q(x_t) = \mathbb E_{q(x_0)}\bigl[\nabla\log q(x_t\mid x_0)\bigr]`,
  correct: String.raw`\nabla\log q(x_t) = \mathbb E_{q(x_0\mid x_t)}\bigl[\nabla\log q(x_t\mid x_0)\bigr]`,
  right: average((likelihood) => likelihood),
  wrong: average(() => 1),
  check(score) {
    const process = vp()
    const model = exact<Float64Array>(process, LAW)
    for (const t of [0.1, 0.4])
      for (const x of [-0.8, 0.1, 0.9])
        expectNear(
          `the score at x = ${x}, t = ${t}`,
          score(process, t, x),
          model.score(Float64Array.of(x), t)[0]!,
          1e-4,
        )
  },
})

/** The variance of the predicted noise ε̂(x_t) over data of variance v. */
type NoiseVariance = (process: GaussianProcess, v: number, t: number) => number

export const unitNoise = mistake<NoiseVariance>({
  title:
    'The predicted noise said to be unit Gaussian: a mean given x_t varies less than what it is the mean of',
  written: String.raw`\epsilon_\theta(x_t, t) \sim \mathcal N(0, I)`,
  correct: String.raw`\operatorname{Var}\,\epsilon_\theta(x_t, t) = \frac{\sigma_t^2}{\alpha_t^2 v + \sigma_t^2} \text{ for data of variance } v`,
  right: (process, v, t) => process.sigma(t) ** 2 / (process.alpha(t) ** 2 * v + process.sigma(t) ** 2),
  wrong: () => 1,
  check(variance, stream = currentStream()) {
    const process = vp()
    const [v, n] = [0.5, 20_000]
    const model = exact<Float64Array>(process, data.mixture({ means: [[0]], deviations: Math.sqrt(v) }))
    for (const t of [0.1, 0.3]) {
      const x0 = stream.normal(n).map((z) => Math.sqrt(v) * z)
      const noise = model.predict(process.draw(x0, t, stream), t).noise
      const found = noise.reduce((sum, e) => sum + e * e, 0) / n
      // Five standard errors.
      expectNear(
        `the variance of the predicted noise at t = ${t}`,
        variance(process, v, t),
        found,
        5 * found * Math.sqrt(2 / n),
      )
    }
  },
})
