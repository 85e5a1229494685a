/**
 * Langevin dynamics in two conventions mixed up: the drift of one with the noise of the other.
 *
 * x + (ε/2) s + √ε z and x + ε s + √(2ε) z are both right; x + ε s + √ε z samples from p², with half the variance on a
 * Gaussian. The check follows the variance of N(0, 1) through 60 steps beside its recursion.
 */
import { currentStream } from '../../../tensor'
import { field, type Field } from '../../field'
import { unadjustedLangevinStep, type ChainStep } from '../../langevin'
import { combine, normalLike } from '../../state'
import { expectNear, mistake } from '../mistake'

type Form = ChainStep<Float64Array>

const [EPSILON, STEPS, N] = [0.05, 60, 16_384]

export const langevinNoise = mistake<Form>({
  title: 'The noise of Langevin dynamics without its √2',
  written: String.raw`x + \epsilon\, s(x) + \sqrt{\epsilon}\, z`,
  correct: String.raw`x + \epsilon\, s(x) + \sqrt{2\epsilon}\, z`,
  right: unadjustedLangevinStep,
  wrong: (field, x, epsilon, stream) =>
    combine([1, x], [epsilon, field.score(x)], [Math.sqrt(epsilon), normalLike(x, stream)]),
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
      'the variance of N(0, 1) after 60 steps',
      meanSquare(x),
      expected,
      4 * expected * Math.sqrt(2 / N),
    )
  },
})

/** The mean of squares. */
export function meanSquare(x: Float64Array): number {
  return x.reduce((sum, value) => sum + value * value, 0) / x.length
}
