/**
 * Denoising score matching at several noise levels at once, for one field that is told the level:
 *
 *   (1/L) Σᵢ λ(σᵢ) ½ E‖s(x + σᵢ z, σᵢ) + z/σᵢ‖².
 *
 * With λ = σ² each term is ½ E‖σ s + z‖², of one size for every σ.
 *
 * Song and Ermon, "Generative modeling by estimating gradients of the data distribution", NeurIPS 2019, equation 6,
 * https://arxiv.org/abs/1907.05600
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../tensor'
import { combine, normalLike } from '../state'
import { halfSquare } from './losses'

/** s(x, i): the score at x of shape [n, …], each row at the noise level σ of its own index i. */
export type LevelScore = (x: tf.Tensor, level: Float64Array) => tf.Tensor

export interface ScalesOptions {
  /** σ₁, …, σ_L, positive. */
  readonly sigmas: readonly number[]
  /** λ(σ). Default σ². */
  readonly weight?: (sigma: number) => number
  /** Where levels and noise are drawn from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/**
 * The weighted sum over noise levels, each row of the batch at a level drawn at random.
 *
 * @param score told each row's level as its index, from 0.
 * @param x data of shape [n, …].
 */
export function multiscaleScoreMatching(
  score: LevelScore,
  x: tf.Tensor,
  { sigmas, weight = (sigma) => sigma ** 2, stream = currentStream() }: ScalesOptions,
): tf.Scalar {
  if (!sigmas.length || !sigmas.every((sigma) => sigma > 0 && sigma < Infinity))
    throw new RangeError(
      `multiscaleScoreMatching: sigmas must be positive numbers, but are ${sigmas.join(', ')}`,
    )
  return tf.tidy(() => {
    const level = stream.integers(x.shape[0] ?? 0, 0, sigmas.length)
    const sigma = level.map((i) => sigmas[i]!)
    const z = normalLike(x, stream)
    const s = score(combine([1, x], [sigma, z]), level)
    const error = combine([1, s], [sigma.map((value) => 1 / value), z])
    return tf.mean(combine([sigma.map(weight), halfSquare(error)])).asScalar()
  })
}
