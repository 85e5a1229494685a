/**
 * The Langevin equation with a σ in front of its noise.
 *
 * dx = ∇ log p dt + √2 dw keeps p as it is. With √2 σ dw it keeps p^{1/σ²}: on a Gaussian the variance comes out σ² times
 * what it should be. The check follows N(0, 1) through 100 steps beside its recursion.
 *
 * Welling and Teh, 2011, https://www.stats.ox.ac.uk/~teh/research/compstats/WelTeh2011a.pdf
 */
import { unadjustedLangevinStep, type ChainStep } from '../../langevin'
import { combine, normalLike } from '../../state'
import { mistake } from '../mistake'
import { expectVariance } from './variance'

type Form = ChainStep<Float64Array>

const SIGMA = 0.5

export const langevinVolatility = mistake<Form>({
  title: 'The Langevin equation with the σ of a noise kernel before its dw',
  written: String.raw`dx = \nabla\log p(x)\,dt + \sqrt2\,\sigma\,dw`,
  correct: String.raw`dx = \nabla\log p(x)\,dt + \sqrt2\,dw`,
  right: unadjustedLangevinStep,
  wrong: (field, x, epsilon, stream) =>
    combine([1, x], [epsilon, field.score(x)], [SIGMA * Math.sqrt(2 * epsilon), normalLike(x, stream)]),
  check: (form, stream) => expectVariance(form, 100, stream),
})
