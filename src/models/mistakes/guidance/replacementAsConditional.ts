import { currentStream, type RandomStream } from '../../../tensor'
import { data } from '../../data'
import { exact } from '../../exact'
import { guided, implicitGuide } from '../../guidance'
import { exactConditional, mask, measurement, replacement } from '../../reconstruction'
import { follow } from '../../sample'
import { ancestral } from '../../samplers'
import { expectNear, mistake } from '../mistake'
import { meanOf, process } from './common'

/** n draws of x = (x₁, x₂) said to come from p(x | x₁ = 1), flat. */
type Form = (n: number, stream: RandomStream) => Promise<Float64Array>

const SAMPLES = 2000
/** Correlation .8: given x₁ = 1, x₂ is N(.8, .36). */
const law = data.mixture({
  means: [[0, 0]],
  covariances: [
    [
      [1, 0.8],
      [0.8, 1],
    ],
  ],
})
const model = exact<Float64Array>(process, law)

/** The known part replaced after each step, and the samples taken for draws from the conditional. */
export const replacementAsConditional = mistake<Form>({
  title: 'replacement taken for sampling from the conditional',
  written: String.raw`(x_s)_{\text{known}} \leftarrow \alpha_s y + \sigma_s z \quad\text{samples}\quad p(x \mid y)`,
  correct: String.raw`s(x_t) + \nabla \log p_t(y \mid x_t) \quad\text{samples}\quad p(x \mid y)`,
  right: (n, stream) => {
    const conditional = exact<Float64Array>(process, exactConditional(law, mask([1, 0]), [1]))
    const guide = implicitGuide(conditional, null, { unconditional: model })
    const start = stream.normal(2 * n)
    return follow(ancestral(guided(model, guide), { steps: 60 }), start, { stream })
  },
  wrong: (n, stream) => {
    const known = measurement<Float64Array>(mask([1, 0]), [1])
    const start = stream.normal(2 * n)
    return follow(ancestral(model, { steps: 60, after: replacement(process, known) }), start, { stream })
  },
  async check(form, stream = currentStream()) {
    const x = await form(SAMPLES, stream)
    // Five standard errors are .067; replacement is off by more than .1.
    expectNear('the mean of x₂ given x₁ = 1', meanOf(x.filter((_, i) => i % 2)), 0.8, 0.07)
  },
})
