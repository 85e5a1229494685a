/**
 * The noise of NCSN and the noise of DDPM have opposite signs.
 *
 * DDPM writes x_t = α x_0 + σ ε and predicts ε = −σ s; lectures on score matching also call σ s a noise. A network trained
 * for the one and read as the other runs away from the data. The check compares with the mean of ε given x_t on N(0, 1),
 * σ x / (α² + σ²).
 *
 * Ho, Jain and Abbeel, 2020, https://arxiv.org/abs/2006.11239
 */
import { data } from '../../data'
import { exact } from '../../exact'
import { vp } from '../../processes'
import { expectNear, mistake } from '../mistake'

/** The noise that a score says is in x_t. */
type Form = (score: Float64Array, sigma: number) => Float64Array

export const noiseSign = mistake<Form>({
  title: 'The predicted noise with the sign of the score',
  written: String.raw`\hat\epsilon = \sigma_t\, s(x_t, t)`,
  correct: String.raw`\hat\epsilon = -\sigma_t\, s(x_t, t)`,
  right: (score, sigma) => score.map((s) => -sigma * s),
  wrong: (score, sigma) => score.map((s) => sigma * s),
  check(form) {
    const process = vp()
    const model = exact<Float64Array>(process, data.gaussian({ mean: [0] }))
    const x = Float64Array.of(-1.5, 0.4, 2)
    const t = 0.3
    const noise = form(model.score(x, t), process.sigma(t))
    // For data of variance 1, α² + σ² = 1.
    for (const [i, value] of x.entries())
      expectNear(`the mean of ε given x_t = ${value}`, noise[i]!, process.sigma(t) * value, 1e-9)
  },
})
