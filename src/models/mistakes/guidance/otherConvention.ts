import type { Condition } from '../../condition'
import type { Denoiser } from '../../denoiser'
import { classifierFree } from '../../guidance'
import { expectNear, mistake } from '../mistake'
import { model } from './common'

type Form = (model: Denoiser<Float64Array>, condition: Condition, gamma: number) => Denoiser<Float64Array>

/** A γ of one convention put into the formula of the other: twice the guidance at γ = 1. */
export const guidanceOtherConvention = mistake<Form>({
  title: 'the guidance scale of one convention in the formula of the other',
  written: String.raw`s = (1 + \gamma)\, s_y - \gamma\, s_\varnothing \text{ with } \gamma = 1 \text{ for the conditional model}`,
  correct: String.raw`s = (1 - \gamma)\, s_\varnothing + \gamma\, s_y = (1 + \omega)\, s_y - \omega\, s_\varnothing, \quad \gamma = 1 + \omega`,
  right: (model, condition, gamma) => classifierFree(model, condition, { scale: gamma }),
  wrong: (model, condition, gamma) => classifierFree(model, condition, { weight: gamma }),
  check(form) {
    const x = Float64Array.of(0.4)
    const [found] = form(model, { class: 0 }, 1).score(x, 0.3)
    const [expected] = model.score(x, 0.3, { class: 0 })
    expectNear('the score at γ = 1, where it is the conditional model’s,', found!, expected!, 1e-9)
    return Promise.resolve()
  },
})
