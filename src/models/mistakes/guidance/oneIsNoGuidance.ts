import type { Condition } from '../../condition'
import type { Denoiser } from '../../denoiser'
import { classifierFree } from '../../guidance'
import { follow } from '../../sample'
import { ancestral } from '../../samplers'
import { currentStream } from '../../../tensor'
import { expectNear, mistake } from '../mistake'
import { law, meanOf, model, process } from './common'

type Form = (model: Denoiser<Float64Array>, condition: Condition, gamma: number) => Denoiser<Float64Array>

const SAMPLES = 800

/**
 * "Guidance scale 1" read as "the condition is left out". In (1 − γ) s_∅ + γ s_y, γ = 1 is the conditional model, unguided, and
 * γ = 0 leaves the condition out. Some lectures show "no guidance" and "guidance scale 1" as two different pictures.
 */
export const guidanceOneIsNone = mistake<Form>({
  title: 'guidance scale 1 taken for sampling without the condition',
  written: String.raw`\gamma = 1: \quad s = s_\varnothing`,
  correct: String.raw`\gamma = 1: \quad s = s_y; \qquad \gamma = 0: \quad s = s_\varnothing`,
  right: (model, condition, gamma) => classifierFree(model, condition, { scale: gamma }),
  wrong: (model, condition, gamma) => classifierFree(model, condition, { scale: gamma - 1 }),
  async check(form, stream = currentStream()) {
    const start = stream.normal(SAMPLES).map((z) => z * process.sigma(1))
    const x = await follow(ancestral(form(model, { class: 0 }, 1), { steps: 40 }), start, { stream })
    // The class has mean −1 and deviation .3, all data the mean .4.
    expectNear('the mean of samples of class 0 at γ = 1', meanOf(x), law.given(0).mean()[0]!, 0.1)
  },
})
