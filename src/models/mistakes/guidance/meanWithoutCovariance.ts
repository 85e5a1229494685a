import { data } from '../../data'
import { reverseKernel, type ReverseKernel } from '../../diffusion/reverse'
import { exact } from '../../exact'
import { guidedKernel, type Guide } from '../../guidance'
import { ddpm } from '../../processes'
import { combine, type Time } from '../../state'
import { expectNear, mistake } from '../mistake'

/** A kernel moved by a guide. */
type Form = (kernel: ReverseKernel<Float64Array>, guide: Guide<Float64Array>) => ReverseKernel<Float64Array>

const STEPS = 200
const table = ddpm({ betas: Float64Array.from({ length: STEPS }, (_, i) => 5e-4 + (i / (STEPS - 1)) * 0.1) })
const [Y, NOISE] = [1.2, 0.25]

/** For x₀ ~ N(0, 1) and y = x₀ + noise of variance ¼, x₀ given x_t is N(αx, σ²). */
const guide: Guide<Float64Array> = (x, t: Time) => {
  const [alpha, sigma] = [table.alpha(t as number), table.sigma(t as number)]
  return x.map((x) => (alpha * (Y - alpha * x)) / (sigma ** 2 + NOISE))
}

/** The gradient added to the mean as it is, where the covariance of the step belongs before it. */
export const guidanceMeanWithoutCovariance = mistake<Form>({
  title: 'the mean of a step moved by the gradient without the covariance',
  written: String.raw`x_{t-1} \sim \mathcal{N}(\mu + \gamma \nabla \log p(y \mid x_t),\ \Sigma)`,
  correct: String.raw`x_{t-1} \sim \mathcal{N}(\mu + \gamma \Sigma \nabla \log p(y \mid x_t),\ \Sigma)`,
  right: (kernel, guide) => guidedKernel(kernel, guide),
  wrong: (kernel, guide) =>
    Object.assign(
      (x: Float64Array, t: number, s: number) => {
        const { mean, variance } = kernel(x, t, s)
        return { mean: combine([1, mean], [1, guide(x, t)]), variance }
      },
      { model: kernel.model },
    ),
  check(form) {
    const prior = exact<Float64Array>(table, data.mixture({ means: [[0]] }))
    const kernel = form(reverseKernel(prior, { variance: 'forward' }), guide)
    // Steps are affine in x, so that the mean follows x ↦ ax + b.
    let mean = 0
    for (let t = STEPS; t > 0; t--) mean = kernel(Float64Array.of(mean), t, t - 1).mean[0]!
    expectNear('the mean after all steps', mean, Y / (1 + NOISE), 0.05)
    return Promise.resolve()
  },
})
