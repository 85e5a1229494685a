/** Two ways of drawing, one law. */
import * as tf from '@tensorflow/tfjs'
import { breathe, type RandomStream } from '../../tensor'
import { short, streamOf, VerificationError, type Verification, type VerifyOptions } from './claim'
import { energyTest, pool } from './energyTest'
import type { Values } from './terms'

export interface SameLaw extends VerifyOptions {
  /** n samples, of shape [n, d]. */
  readonly first: (n: number, stream: RandomStream) => Values | Promise<Values>
  readonly second: (n: number, stream: RandomStream) => Values | Promise<Values>
}

/** Points of each sample. */
const SAMPLES = 1024
const SAME_LAW_LEVEL = 5e-4

/**
 * Two ways of drawing give the same law, by a permutation test of the energy distance. It passes only if the same points
 * scaled by ½ and by 2 about their mean would have been told apart.
 *
 * @throws VerificationError where the laws differ, or the test cannot tell.
 */
export async function sameLaw(name: string, { first, second, stream }: SameLaw): Promise<Verification> {
  const own = streamOf(name, stream)
  const draw = async (source: SameLaw['first'], label: string) => {
    if (typeof source !== 'function')
      throw new TypeError(`verify.sameLaw '${name}': ${label} must be a function (n, stream) ↦ samples`)
    const values = await source(SAMPLES, own.split(label))
    const numbers = values instanceof tf.Tensor ? await values.data() : values
    if (values instanceof tf.Tensor) values.dispose()
    const dim = numbers.length / SAMPLES
    if (!Number.isInteger(dim) || dim === 0)
      throw new RangeError(
        `verify.sameLaw '${name}': ${label} must give ${SAMPLES} rows, but gave ${numbers.length} numbers`,
      )
    for (const x of numbers)
      if (!Number.isFinite(x))
        throw new RangeError(`verify.sameLaw '${name}': ${label} gave a sample that is ${x}`)
    return { numbers: Float64Array.from(numbers), dim }
  }
  const a = await draw(first, 'first')
  const b = await draw(second, 'second')
  if (a.dim !== b.dim)
    throw new RangeError(
      `verify.sameLaw '${name}': samples of ${a.dim} numbers cannot be compared with ${b.dim}`,
    )
  const test = (points: Float64Array, label: string) =>
    energyTest(pool(points, b.numbers, a.dim), SAME_LAW_LEVEL, own.split(label), breathe)

  const { distance, byChance, p, rejected } = await test(a.numbers, 'permutations')
  if (rejected)
    throw new VerificationError(
      'false',
      `'${name}' does not hold: the energy distance of the two laws is ${short(distance)}, as chance makes it in less than ${short(p)} of cases (${SAMPLES} samples each)`,
    )
  for (const factor of [0.5, 2])
    if (!(await test(scaled(a.numbers, a.dim, factor), `scaled by ${factor}`)).rejected)
      throw new VerificationError(
        'too weak',
        `'${name}': the same samples scaled by ${factor} would have passed too`,
      )
  return { name, draws: 2 * SAMPLES, difference: distance, allowed: byChance }
}

/** Each point's deviation from the mean, times the factor. */
function scaled(points: Float64Array, dim: number, factor: number): Float64Array {
  const means = Float64Array.from({ length: dim }, (_, k) => {
    let sum = 0
    for (let i = k; i < points.length; i += dim) sum += points[i]!
    return (sum * dim) / points.length
  })
  return points.map((x, i) => means[i % dim]! + factor * (x - means[i % dim]!))
}
