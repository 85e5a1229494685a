/**
 * Flow matching: the regression of a velocity on the velocities of paths between pairs,
 *
 *   E ‖v̂(I_t, t) − İ_t‖² / d,   t uniform on [0, 1],
 *
 * whose minimiser is the velocity E[İ_t | I_t = x] that carries the law of x₁ at t = 1 to that of x₀ at t = 0. On the
 * straight path I_t = (1 − t) x₀ + t ε the target is ε − x₀ at all times: a denoiser of the `rectified()` process that
 * predicts the velocity is all that is needed, and every sampler takes it.
 *
 * Where x₁ is not noise, the same denoiser carries one law to the other; its x̂₀ = x − tv and ε̂ = x + (1 − t)v are then
 * where the straight line along v starts and ends. Samplers without noise stay right; the score means nothing.
 *
 * Lipman et al., "Flow matching for generative modeling", ICLR 2023, https://arxiv.org/abs/2210.02747; Liu, Gong and Liu,
 * "Flow straight and fast: learning to generate and transfer data with rectified flow", ICLR 2023,
 * https://arxiv.org/abs/2209.03003
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../tensor'
import { dropped, type Condition } from '../condition'
import type { Denoiser } from '../denoiser'
import type { Curve } from '../process'
import { combine, normalLike } from '../state'
import { interpolants, interpolate, interpolateVelocity, type Interpolant } from './interpolant'

/** Paths whose noise starts from nothing have an infinite velocity there; times keep this far from both ends. */
const MARGIN = 1e-3

export interface FlowMatchingOptions {
  /** The path between the two of a pair. Default: the path of the model's own process, straight for `rectified()`. */
  readonly path?: Interpolant
  /** Warps the times' even spread over [0, 1), as in `denoising`. */
  readonly times?: Curve
  /** What the model is told of the batch, and how often it is told nothing instead, as in `denoising`. */
  readonly condition?: Condition
  readonly drop?: number
  /** Where times and noise are drawn from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/**
 * The flow-matching loss.
 *
 * @param batch data of shape [n, …model.shape], each paired with fresh noise, or pairs of shape [n, 2, …model.shape] such
 * as `paired` laws draw.
 */
export function flowMatching(
  model: Denoiser,
  batch: tf.Tensor,
  { path, times, condition = null, drop = 0, stream = currentStream() }: FlowMatchingOptions = {},
): tf.Scalar {
  if (typeof (model as Partial<Denoiser> | undefined)?.predict !== 'function')
    throw new TypeError(
      'flowMatching: the first argument must be a denoiser, such as denoiser(rectified(), …)',
    )
  const { times: range } = model.process
  if (range.discrete)
    throw new RangeError(`flowMatching: ${model.process.name} has no velocity; take a process on an interval`)
  return tf.tidy(() => {
    const [x0, x1] = pairs(batch, model.shape, stream)
    const route = path ?? interpolants.along(model.process)
    const t = spread(batch.shape[0], stream, times)
    const z = normalLike(x0, stream)
    const length = range.to - range.from
    const predicted = model.predict(
      interpolate(route, x0, x1, z, t),
      t.map((u) => range.from + length * u),
      dropped(condition, batch.shape[0], drop, stream),
    ).velocity
    // The route's time is the process's, stretched to [0, 1].
    const error = combine([length, predicted], [-1, interpolateVelocity(route, x0, x1, z, t)])
    return tf
      .mean(tf.square(error))
      .div(length ** 2)
      .asScalar()
  })
}

/** The two parts of a batch of pairs, or a batch of data and as much noise. @throws RangeError for another shape. */
export function pairs(
  batch: tf.Tensor,
  shape: readonly number[],
  stream: RandomStream,
): [x0: tf.Tensor, x1: tf.Tensor] {
  const of = (leading: readonly number[]): boolean =>
    batch.rank === 1 + leading.length + shape.length &&
    [...leading, ...shape].every((size, i) => batch.shape[i + 1] === size)
  if (of([])) return [batch, normalLike(batch, stream)]
  if (of([2])) {
    const [x0, x1] = tf.unstack(batch, 1)
    return [x0!, x1!]
  }
  throw new RangeError(
    `the model takes data of shape [n, ${shape.join(', ')}] or pairs of shape [n, 2, ${shape.join(', ')}], ` +
      `but was given a tensor of shape [${batch.shape.join(', ')}]`,
  )
}

/** n times, evenly spread over (0, 1) and shifted together by one random number. */
export function spread(n: number, stream: RandomStream, warp: Curve = (u) => u): Float64Array {
  const [u = 0] = stream.uniform(1)
  return Float64Array.from({ length: n }, (_, i) => MARGIN + (1 - 2 * MARGIN) * warp((u + i / n) % 1))
}
