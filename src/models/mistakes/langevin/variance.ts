/** The check that mistakes in Langevin's step share: the variance on N(0, 1) beside its recursion. */
import { currentStream, type RandomStream } from '../../../tensor'
import { field } from '../../field'
import type { ChainStep } from '../../langevin'
import { expectNear } from '../mistake'

const [EPSILON, N] = [0.05, 16_384]

/** Follows x + ε s + √(2ε) z on N(0, 1): each step makes (1 − ε)² v + 2ε of the variance v. */
export function expectVariance(
  step: ChainStep<Float64Array>,
  steps: number,
  stream: RandomStream = currentStream(),
): void {
  const normal = field<Float64Array>((x) => x.map((value) => -value))
  let x = stream.normal(N)
  let expected = 1
  for (let k = 0; k < steps; k++) {
    x = step(normal, x, EPSILON, stream)
    expected = (1 - EPSILON) ** 2 * expected + 2 * EPSILON
  }
  // A sample variance of normal values scatters by √(2/n).
  expectNear(
    `the variance of N(0, 1) after ${steps} steps`,
    meanSquare(x),
    expected,
    4 * expected * Math.sqrt(2 / N),
  )
}

/** The mean of squares. */
export function meanSquare(x: Float64Array): number {
  return x.reduce((sum, value) => sum + value * value, 0) / x.length
}
