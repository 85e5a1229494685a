/**
 * A denoising autoencoder: r(x̃) = g(f(x̃)) is trained to give back x from x̃ = x + σz,
 *
 *   min E‖x − r(x̃)‖².
 *
 * The best r is E[x | x̃], so by Tweedie's formula its residual is the score of the noisy law, (r(x̃) − x̃)/σ² = ∇ log q_σ(x̃):
 * an autoencoder that removes noise is a score network, and its loss is denoising score matching times 2σ⁴.
 *
 * Vincent, Larochelle, Bengio and Manzagol, "Extracting and composing robust features with denoising autoencoders", ICML
 * 2008, https://doi.org/10.1145/1390156.1390294; Alain and Bengio, "What regularized auto-encoders learn from the
 * data-generating distribution", 2014, https://arxiv.org/abs/1211.4246
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, type RandomStream } from '../../tensor'
import type { Trainable } from '../denoiser'
import type { Field } from '../field'
import { expectSigma } from '../score/losses'
import { trainable } from '../score/network'
import { expectRows, perceptron, type PerceptronOptions } from '../score/perceptron'
import { normalLike } from '../state'

export interface DenoisingAutoencoder extends Field, Trainable {
  readonly shape: readonly number[]
  readonly sigma: number
  /** r(x̃), of x̃'s shape. */
  readonly reconstruct: (noisy: tf.Tensor) => tf.Tensor
}

export interface AutoencoderOptions extends Omit<PerceptronOptions, 'hidden'> {
  /** σ of the noise, positive. */
  readonly sigma: number
  /** Widths of the encoder f, narrowing to the code; the decoder g mirrors them. Default [64, 64]. */
  readonly encoder?: readonly number[]
  /** What the parameters are drawn from. Default: the cell's own. */
  readonly stream?: RandomStream
}

/** A denoising autoencoder with fresh parameters. Its score is that of its data under noise of standard deviation σ. */
export function denoisingAutoencoder({
  sigma,
  encoder = [64, 64],
  stream = currentStream(),
  ...options
}: AutoencoderOptions): DenoisingAutoencoder {
  expectSigma(sigma, 'denoisingAutoencoder')
  const { dim, scale = 1 } = options
  const hidden = [...encoder, ...encoder.slice(0, -1).reverse()]
  const network = perceptron({ ...options, hidden }, { outputs: dim })
  const params = trainable(() => network.initial(stream))
  const reconstruct = (noisy: tf.Tensor): tf.Tensor => {
    expectRows(noisy, dim, 'the autoencoder')
    return tf.tidy(() => tf.mul(network(params, noisy), scale))
  }
  const loss = (x: tf.Tensor, stream: RandomStream): tf.Scalar =>
    tf.tidy(() => {
      const noisy = tf.add(x, normalLike(x, stream).mul(sigma))
      return tf.mean(tf.squaredDifference(x, reconstruct(noisy)).sum(1)).asScalar()
    })
  return {
    shape: [dim],
    sigma,
    params,
    reconstruct: holding(reconstruct, params),
    score: holding((x: tf.Tensor) => tf.tidy(() => tf.sub(reconstruct(x), x).div(sigma ** 2)), params),
    loss: holding(loss, params),
  }
}
