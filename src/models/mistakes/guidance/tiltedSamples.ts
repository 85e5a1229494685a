import { currentStream, type RandomStream } from '../../../tensor'
import { classifierGuidance, tilted } from '../../guidance'
import { follow } from '../../sample'
import { ancestral } from '../../samplers'
import { expectNear, mistake } from '../mistake'
import { classes, law, meanOf, model, process } from './common'

/** n draws said to come from p(x) p(y | x)^γ for class 0. */
type Form = (gamma: number, n: number, stream: RandomStream) => Promise<Float64Array>

const SAMPLES = 2000

/**
 * Guided samples said to follow p(x) p(y | x)^γ. For each t by itself the guided score is that of p_t(x) p_t(y | x)^γ, but these
 * are not the noised versions of one law, so that the reverse process does not end there unless γ is 0 or 1.
 */
export const guidanceSamplesTilted = mistake<Form>({
  title: 'guided samples taken for draws from the tilted law',
  written: String.raw`x_0 \text{ of the guided reverse process} \sim p(x)\, p(y \mid x)^\gamma`,
  correct: String.raw`\text{draws from } p(x \mid y), \text{ chosen again with weights } p(y \mid x)^{\gamma - 1}`,
  right: async (gamma, n, stream) => {
    const candidates = Float64Array.from(
      law
        .given(0)
        .draw(4 * n, stream)
        .dataSync(),
    )
    const log = classes.logProbabilities(candidates, 0)
    const weights = candidates.map((_, i) => Math.exp((gamma - 1) * log[2 * i]!))
    const total = weights.reduce((sum, w) => sum + w, 0)
    // Systematic resampling: one uniform number, n evenly spaced places.
    const [u = 0] = stream.uniform(1)
    const chosen = new Float64Array(n)
    let [i, reached] = [0, weights[0]! / total]
    for (let k = 0; k < n; k++) {
      while (reached < (k + u) / n && i < candidates.length - 1) reached += weights[++i]! / total
      chosen[k] = candidates[i]!
    }
    return Promise.resolve(chosen)
  },
  wrong: (gamma, n, stream) => {
    const start = stream.normal(n).map((z) => z * process.sigma(1))
    const guided = classifierGuidance(model, classes, { class: 0, scale: gamma })
    return follow(ancestral(guided, { steps: 40 }), start, { stream })
  },
  async check(form, stream = currentStream()) {
    const x = await form(3, SAMPLES, stream)
    // Guided samples have the mean −1.115, draws from the tilted law −1.0014; five standard errors are .034.
    expectNear(
      'the mean of samples at γ = 3',
      meanOf(x),
      tilted(process, law, { class: 0, scale: 3 }).mean,
      0.04,
    )
  },
})
