/**
 * What variances a linear sampler ends with, without any chance.
 *
 * On a Gaussian the exact denoiser is linear in x, and so is every state: a sum of the start and of each step's fresh noise,
 * each times a number. A stream that gives 1 to one particle and 0 to all others, to the next particle at the next draw, brings
 * these numbers out one by one; the sum of their squares is the variance of infinitely many samples.
 */
import { RandomStream } from '../../../tensor'
import { asDenoiser, type Denoiser } from '../../denoiser'
import { Prediction } from '../../prediction'
import { over, type GaussianProcess } from '../../process'
import type { Sampler } from '../../samplers/walk'
import { MistakeError, short } from '../mistake'

/** A sampler with the standard deviation of its start. */
export interface Started {
  readonly start: number
  readonly sampler: Sampler<Float64Array>
}

/** The law on which samplers are put to the test: N(0, diag(0.001, 1)), thin one way and wide the other. */
export const VARIANCES = [0.001, 1] as const
/** How many steps are taken. */
export const STEPS = 200
/** Four standard errors of a variance from 65,536 samples, relative: what a person would see who drew them. */
const TOLERANCE = 4 * Math.sqrt(2 / 65_536)

/** The exact denoiser of N(0, diag(VARIANCES)). */
export function thinAndWide(process: GaussianProcess): Denoiser<Float64Array> {
  const d = VARIANCES.length
  return asDenoiser<Float64Array>(process, [d], (x, t) => {
    const [alpha, sigma] = [over(t, process.alpha), over(t, process.sigma)]
    const at = (curve: number | Float64Array, i: number): number =>
      typeof curve === 'number' ? curve : curve[Math.floor(i / d)]!
    const noise = x.map((value, i) => {
      const [a, s] = [at(alpha, i), at(sigma, i)]
      return (s * value) / (a * a * VARIANCES[i % d]! + s * s)
    })
    return new Prediction(process, t, [
      { value: x, ofX0: (t) => 1 / process.alpha(t), ofNoise: () => 0 },
      { value: noise, ofX0: (t) => -process.sigma(t) / process.alpha(t), ofNoise: () => 1 },
    ])
  })
}

/** Gives 1 to particle k at the k-th draw, and 0 to the others. */
class Impulses extends RandomStream {
  #next = 0
  readonly #particles: number

  constructor(particles: number) {
    super(0, 'impulses')
    this.#particles = particles
  }

  override normal(n: number): Float64Array {
    const width = n / this.#particles
    const k = this.#next++
    return Float64Array.from({ length: n }, (_, i) => (Math.floor(i / width) === k ? 1 : 0))
  }
}

/** The variance of each coordinate where the sampler ends. */
export async function endVariances({ start, sampler }: Started): Promise<number[]> {
  // One for the start and one for each step, with room for a second draw in a step.
  const particles = 2 * STEPS + 2
  const d = VARIANCES.length
  const stream = new Impulses(particles)
  let x: Float64Array = stream.normal(particles * d).map((z) => start * z)
  for await (const state of sampler(x, stream)) x = state.x
  return VARIANCES.map((_, i) => {
    let sum = 0
    for (let particle = 0; particle < particles; particle++) sum += x[particle * d + i]! ** 2
    return sum
  })
}

/**
 * @param expected the variance that data of variance v end with, by a recursion of its own.
 * @throws MistakeError where a variance differs by more than what chance would do to 65,536 samples.
 */
export async function expectVariances(started: Started, expected: (v: number) => number): Promise<void> {
  const found = await endVariances(started)
  for (const [i, v] of VARIANCES.entries()) {
    const right = expected(v)
    if (Math.abs(found[i]! / right - 1) <= TOLERANCE) continue
    throw new MistakeError(
      `after ${STEPS} steps on N(0, ${v}) the variance is ${short(found[i]!)}, but should be ${short(right)} within 2.2 %`,
    )
  }
}
