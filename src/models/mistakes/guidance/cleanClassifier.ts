import { classifierGuide, guided, type Guide } from '../../guidance'
import { expectNear, mistake } from '../mistake'
import { classes, model } from './common'

/** The guide of class 0. */
type Form = Guide<Float64Array>

/** A classifier of clean data asked about noisy states: it is sure of itself where nobody can know the class. */
export const guidanceCleanClassifier = mistake<Form>({
  title: 'a classifier of clean data asked about noisy states',
  written: String.raw`s(x_t) + \nabla \log p(y \mid x_0)\big|_{x_0 = x_t}`,
  correct: String.raw`s(x_t) + \nabla \log p_t(y \mid x_t)`,
  right: classifierGuide(classes, 0),
  wrong: (x) => classes.gradient(x, 0, 0),
  check(form) {
    const x = Float64Array.of(0.6)
    const [found] = guided(model, form).score(x, 0.4)
    const [expected] = model.score(x, 0.4, { class: 0 })
    expectNear('the guided score at t = 0.4, by Bayes’ rule that of p_t(x | y),', found!, expected!, 1e-9)
    return Promise.resolve()
  },
})
