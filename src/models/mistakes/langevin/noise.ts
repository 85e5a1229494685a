/**
 * Langevin dynamics in two conventions mixed up: the drift of one with the noise of the other.
 *
 * x + (ε/2) s + √ε z and x + ε s + √(2ε) z are both right; x + ε s + √ε z samples from p², with half the variance on a
 * Gaussian. The check follows the variance of N(0, 1) through 60 steps beside its recursion.
 */
import { unadjustedLangevinStep, type ChainStep } from '../../langevin'
import { combine, normalLike } from '../../state'
import { mistake } from '../mistake'
import { expectVariance } from './variance'

type Form = ChainStep<Float64Array>

export const langevinNoise = mistake<Form>({
  title: 'The noise of Langevin dynamics without its √2',
  written: String.raw`x + \epsilon\, s(x) + \sqrt{\epsilon}\, z`,
  correct: String.raw`x + \epsilon\, s(x) + \sqrt{2\epsilon}\, z`,
  right: unadjustedLangevinStep,
  wrong: (field, x, epsilon, stream) =>
    combine([1, x], [epsilon, field.score(x)], [Math.sqrt(epsilon), normalLike(x, stream)]),
  check: (form, stream) => expectVariance(form, 60, stream),
})
