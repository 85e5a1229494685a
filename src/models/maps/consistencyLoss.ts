/**
 * The consistency loss. Two neighbouring noise levels σ_{n+1} > σ_n of a grid, one path: f at the lower level is the target, held
 * fixed, for f at the higher one,
 *
 *   E w_n d(f_θ(x_{n+1}, σ_{n+1}), f_θ⁻(x_n, σ_n)),   x_{n+1} = x₀ + σ_{n+1} z,
 *
 * where x_n is one Heun step of a teacher's ODE from x_{n+1}, or, without a teacher, x₀ + σ_n z with the same x₀ and z.
 *
 * Song et al., "Consistency models", 2023, https://arxiv.org/abs/2303.01469
 */
import * as tf from '@tensorflow/tfjs'
import { constant, currentStream, type RandomStream } from '../../tensor'
import { dropped, type Condition } from '../condition'
import type { Denoiser } from '../denoiser'
import { heunStep } from '../matching/heun'
import { combine, normalLike } from '../state'
import type { ConsistencyModel } from './consistency'

/** d(a, b) for each of the n members of two batches of shape [n, …]: a tensor of shape [n]. */
export type Distance = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor1D

/** ‖a − b‖². */
export const squaredDistance: Distance = (a, b) =>
  tf.sum(tf.reshape(tf.square(tf.sub(a, b)), [a.shape[0], -1]), 1)

/**
 * √(‖a − b‖² + c²) − c: a square near zero, a length far away.
 *
 * @param c default 0.00054 √d for states of d numbers.
 */
export function pseudoHuber(c?: number): Distance {
  if (c !== undefined && !(c > 0)) throw new RangeError(`pseudoHuber: c must be positive, but is ${c}`)
  return (a, b) => {
    const offset = c ?? 0.00054 * Math.sqrt(a.size / a.shape[0])
    return tf.sub(tf.sqrt(tf.add(squaredDistance(a, b), offset ** 2)), offset)
  }
}

export interface ConsistencyLossOptions {
  /** The grid, rising. */
  readonly sigmas: ArrayLike<number>
  /** What gives the target. Default: the model itself. */
  readonly target?: ConsistencyModel
  /** Whose ODE leads from σ_{n+1} to σ_n. Default: nobody's; x₀ and z are used again. */
  readonly teacher?: Denoiser
  /** The probability of each pair of neighbours. Default: all the same. */
  readonly shares?: ArrayLike<number>
  /** w_n, from σ_n and σ_{n+1}. Default 1. */
  readonly weight?: (sigma: number, next: number) => number
  /** d. Default: the squared distance. */
  readonly distance?: Distance
  /** What the model is told of the batch, and how often it is told nothing instead, as in `denoising`. */
  readonly condition?: Condition
  readonly drop?: number
  /** Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/**
 * The consistency loss on one grid, averaged over the batch.
 *
 * @param x0 data of shape [n, …model.shape].
 */
export function consistencyLoss(
  model: ConsistencyModel,
  x0: tf.Tensor,
  {
    sigmas,
    target = model,
    teacher,
    shares,
    weight = () => 1,
    distance = squaredDistance,
    condition = null,
    drop = 0,
    stream = currentStream(),
  }: ConsistencyLossOptions,
): tf.Scalar {
  for (const [name, given] of Object.entries({ model, target }))
    if (typeof (given as Partial<ConsistencyModel> | undefined)?.origin !== 'function')
      throw new TypeError(`consistencyLoss: ${name} must be a consistency model, such as consistency(…)`)
  const pairs = sigmas.length - 1
  if (pairs < 1 || !Array.from(sigmas).every((s, i) => s > 0 && (i === 0 || s > sigmas[i - 1]!)))
    throw new RangeError('consistencyLoss: sigmas must be at least two, positive and rising')
  if (shares && shares.length !== pairs)
    throw new RangeError(`consistencyLoss: ${pairs} pairs of neighbours, but ${shares.length} shares`)
  return tf.tidy(() => {
    const n = x0.shape[0]
    const index = shares ? chosen(shares, n, stream) : stream.integers(n, 0, pairs)
    const low = Float64Array.from(index, (i) => sigmas[i]!)
    const high = Float64Array.from(index, (i) => sigmas[i + 1]!)
    const z = normalLike(x0, stream)
    const told = dropped(condition, n, drop, stream)
    const above = combine([1, x0], [high, z])
    const fixed = constant(() =>
      tf.tidy(() => {
        const below = teacher ? heunStep(teacher, above, high, low, told) : combine([1, x0], [low, z])
        return target.origin(below, low, told)
      }),
    )
    const errors = distance(model.origin(above, high, told), fixed)
    return tf.mean(combine([low.map((sigma, i) => weight(sigma, high[i]!)), errors])).asScalar()
  })
}

function chosen(shares: ArrayLike<number>, n: number, stream: RandomStream): Int32Array {
  let sum = 0
  const ends = Float64Array.from(shares, (share) => (sum += share))
  const u = stream.uniform(n)
  return Int32Array.from(u, (value) => {
    const at = ends.findIndex((end) => value * sum < end)
    return at < 0 ? ends.length - 1 : at
  })
}
