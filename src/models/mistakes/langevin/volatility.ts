/**
 * The Langevin equation with a σ in front of its noise.
 *
 * dx = ∇ log p dt + √2 dw keeps p as it is. With √2 σ dw it keeps p^{1/σ²}: on a Gaussian the variance comes out σ² times
 * what it should be. The check follows N(0, 1) through 100 steps beside its recursion.
 *
 * Welling and Teh, 2011, https://www.stats.ox.ac.uk/~teh/research/compstats/WelTeh2011a.pdf
 */
import { currentStream } from '../../../tensor'
import { field, type Field } from '../../field'
import { unadjustedLangevinStep, type ChainStep } from '../../langevin'
import { combine, normalLike } from '../../state'
import { expectNear, mistake } from '../mistake'
import { meanSquare } from './noise'

type Form = ChainStep<Float64Array>

const [EPSILON, STEPS, N, SIGMA] = [0.05, 100, 16_384, 0.5]

export const langevinVolatility = mistake<Form>({
  title: 'The Langevin equation with the σ of a noise kernel before its dw',
  written: String.raw`dx = \nabla\log p(x)\,dt + \sqrt2\,\sigma\,dw`,
  correct: String.raw`dx = \nabla\log p(x)\,dt + \sqrt2\,dw`,
  right: unadjustedLangevinStep,
  wrong: (field, x, epsilon, stream) =>
    combine([1, x], [epsilon, field.score(x)], [SIGMA * Math.sqrt(2 * epsilon), normalLike(x, stream)]),
  check(form, stream = currentStream()) {
    const normal: Field<Float64Array> = field((x) => x.map((value) => -value))
    let x = stream.normal(N)
    let expected = 1
    for (let k = 0; k < STEPS; k++) {
      x = form(normal, x, EPSILON, stream)
      expected = (1 - EPSILON) ** 2 * expected + 2 * EPSILON
    }
    // A sample variance of normal values scatters by √(2/n).
    expectNear(
      'the variance of N(0, 1) after 100 steps',
      meanSquare(x),
      expected,
      4 * expected * Math.sqrt(2 / N),
    )
  },
})
