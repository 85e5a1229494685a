/** Losses as plain functions of a model and a batch. */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../tensor'
import { dropped, type Condition } from './condition'
import type { Denoiser } from './denoiser'
import { fusedDenoising } from './fused/operation'
import { truth, type Quantity } from './prediction'
import { over, type Curve, type GaussianProcess } from './process'
import { combine, normalLike } from './state'
import { spreadTimes, type TimeSampling } from './times'

export interface DenoisingOptions {
  /** The quantity whose squared error is taken. Default: the noise. */
  readonly compare?: Quantity
  /** Weight of the squared error at time t. Default: 1. */
  readonly weight?: Curve
  /**
   * How times are drawn: a warp of their even spread over [0, 1), such as `(u) => u ** 2` for more of them at low noise, or
   * one of `timeSampling`. Default: evenly spread.
   */
  readonly times?: Curve | TimeSampling
  /** What the model is told of the batch. Default: nothing. */
  readonly condition?: Condition
  /** How often it is told nothing instead, in [0, 1]: condition dropout, usually 0.1 to 0.2. Default 0. */
  readonly drop?: number
  /** Where times and noise are drawn from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/**
 * The denoising loss,
 *
 *   E ‖ŷ(x_t, t) − y‖² / d,   x_t = α_t x_0 + σ_t ε,
 *
 * with t uniform, unless `times` says otherwise, and y the compared quantity of the x_0 and ε that x_t was made from. For the noise this is DDPM's
 * L_simple; its minimiser is the exact denoiser whatever is compared.
 *
 * Ho, Jain and Abbeel, 2020, equation 14, https://arxiv.org/abs/2006.11239
 *
 * @param x0 data of shape [n, …model.shape].
 */
export function denoising(model: Denoiser, x0: tf.Tensor, options: DenoisingOptions = {}): tf.Scalar {
  return tf.tidy(() => {
    const { process } = model
    const { compare = 'noise', weight } = expectOptions(options)
    const fused = fusedDenoising(model, x0, options)
    if (fused) return fused
    const { t, noise, told } = noised(process, x0, options)
    const xt = combine([over(t, process.alpha), x0], [over(t, process.sigma), noise])
    const error = tf.sub(model.predict(xt, t, told).read(compare), truth(process, t, x0, noise).read(compare))
    const square = tf.square(error)
    return tf.mean(weight ? combine([over(t, weight), square]) : square).asScalar()
  })
}

/** What a batch is compared at. */
export interface Noised {
  /** One time for each sample. */
  readonly t: Float64Array
  /** ε, of the shape of the batch. */
  readonly noise: tf.Tensor
  /** What each is told. */
  readonly told: Condition
}

/** Draws times, noise, and who is told nothing, for the denoising loss of a batch. */
export function noised(
  process: GaussianProcess,
  x0: tf.Tensor,
  { times, condition = null, drop = 0, stream = currentStream() }: DenoisingOptions,
): Noised {
  const n = x0.shape[0] ?? 0
  const t =
    typeof times === 'object' ? times.draw(process, n, stream) : spreadTimes(process, n, stream, times)
  const noise = normalLike(x0, stream)
  return { t, noise, told: dropped(condition, n, drop, stream) }
}

/** @throws TypeError for a weight that is no function; cells are not type-checked before they run. */
export function expectOptions(options: DenoisingOptions): DenoisingOptions {
  if (options.weight === undefined || typeof options.weight === 'function') return options
  throw new TypeError('denoising: weight must be a function of time, such as weights.minSnr(process)')
}
