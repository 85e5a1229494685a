/**
 * Generative adversarial networks: a generator G maps noise z ~ N(0, I) to samples, and a discriminator D, here the logit of
 * the probability that x is real, learns to tell them from data,
 *
 *   L_D = −E log sig D(x) − E log(1 − sig D(G(z))),
 *   L_G = −E log sig D(G(z))          (non-saturating), or   E log(1 − sig D(G(z)))          (minimax).
 *
 * For a given generator with density q the best discriminator has D* = log p(x) − log q(x), with which
 * L_D = 2 log 2 − 2 JSD(p, q). Nothing gives a value of q itself: a GAN has samples, but no likelihood.
 *
 * Both play at once: the loss is L_D + L_G, where L_D sees the generator's samples as constants and L_G sees the
 * discriminator's parameters as constants. So each parameter gets the gradient of its own player's loss, and the training
 * loop is the same as for any model. R₁, ½ γ E‖∇D(x)‖² on data, keeps the game from going round in circles.
 *
 * Goodfellow et al., "Generative adversarial nets", NeurIPS 2014, https://arxiv.org/abs/1406.2661; Mescheder, Geiger and
 * Nowozin, "Which training methods for GANs do actually converge?", ICML 2018, https://arxiv.org/abs/1801.04406
 */
import * as tf from '@tensorflow/tfjs'
import { constant, currentStream, holding, type RandomStream } from '../../tensor'
import { expectCount } from '../data/data'
import type { Params } from '../network'
import { trainable } from '../score/network'
import { expectRows } from '../score/perceptron'
import { expectCountOf, initialOf, networkOf, partOf, type GenerativeModel } from './parts'

export interface GanOptions {
  /** Length of one state. */
  readonly dim: number
  /** Length of z. Default: that of a state. */
  readonly latent?: number
  /** Widths of the generator's hidden layers. Default [64, 64]. */
  readonly generator?: readonly number[]
  /** Widths of the discriminator's. Default [64, 64]. */
  readonly discriminator?: readonly number[]
  /** The generator's loss. Default `nonSaturating`. */
  readonly objective?: 'nonSaturating' | 'minimax'
  /** γ of R₁, not negative. Default 0.1. */
  readonly penalty?: number
  /** What the parameters are drawn from. Default: the cell's own. */
  readonly stream?: RandomStream
}

export interface Gan extends GenerativeModel {
  /** G(z), of shape [n, dim], for z of shape [n, latent]. */
  readonly generate: (z: tf.Tensor) => tf.Tensor
  /** D(x), logits of shape [n]. */
  readonly discriminate: (x: tf.Tensor) => tf.Tensor1D
  /** L_D (with R₁) and L_G on a batch. */
  readonly losses: (x: tf.Tensor, stream?: RandomStream) => { discriminator: tf.Scalar; generator: tf.Scalar }
}

/** @throws RangeError for an option that makes no sense. */
export function gan({
  dim,
  latent = dim,
  generator = [64, 64],
  discriminator = [64, 64],
  objective = 'nonSaturating',
  penalty = 0.1,
  stream = currentStream(),
}: GanOptions): Gan {
  expectCountOf('gan', 'latent', latent)
  if (objective !== 'nonSaturating' && objective !== 'minimax')
    throw new RangeError(`gan: objective must be 'nonSaturating' or 'minimax', not ${String(objective)}`)
  if (!(penalty >= 0 && penalty < Infinity))
    throw new RangeError(`gan: penalty must not be negative, but is ${penalty}`)
  const networks = {
    generator: networkOf('gan', { dim: latent, hidden: generator }, dim),
    discriminator: networkOf('gan', { dim, hidden: discriminator }, 1),
  }
  const params = trainable(() => initialOf(networks, stream))
  const G = (z: tf.Tensor): tf.Tensor => networks.generator(partOf(params, 'generator'), z)
  const D = (weights: Params, x: tf.Tensor): tf.Tensor1D => networks.discriminator(weights, x).squeeze([1])
  const ofD = (): Params => partOf(params, 'discriminator')

  const losses = (x: tf.Tensor, stream: RandomStream): { discriminator: tf.Scalar; generator: tf.Scalar } => {
    expectRows(x, dim, 'the GAN')
    const fake = G(stream.normalTensor([x.shape[0], latent]))
    const seen = constant(() => fake.clone())
    const judge = constant(() =>
      Object.fromEntries(Object.entries(ofD()).map(([name, w]) => [name, w.clone()])),
    )
    // −log sig D = softplus(−D), and −log(1 − sig D) = softplus(D).
    const telling = tf
      .softplus(D(ofD(), x).neg())
      .mean()
      .add(tf.softplus(D(ofD(), seen)).mean())
    const verdict = D(judge, fake)
    return {
      discriminator: (penalty ? telling.add(roughness(x).mul(penalty / 2)) : telling).asScalar(),
      generator: (objective === 'minimax'
        ? tf.softplus(verdict).mean().neg()
        : tf.softplus(verdict.neg()).mean()
      ).asScalar(),
    }
  }
  /** E‖∇D(x)‖². */
  const roughness = (x: tf.Tensor): tf.Tensor =>
    tf
      .grad((y: tf.Tensor) => D(ofD(), y).sum())(x)
      .square()
      .sum(1)
      .mean()

  return {
    name: 'GAN',
    shape: [dim],
    params,
    evaluations: 1,
    losses: holding((x: tf.Tensor, stream = currentStream()) => tf.tidy(() => losses(x, stream)), params),
    loss: holding(
      (x: tf.Tensor, stream: RandomStream): tf.Scalar =>
        tf.tidy(() => {
          const { discriminator, generator } = losses(x, stream)
          return discriminator.add(generator)
        }),
      params,
    ),
    generate: holding((z: tf.Tensor): tf.Tensor => {
      expectRows(z, latent, 'the generator')
      return tf.tidy(() => G(z))
    }, params),
    discriminate: holding((x: tf.Tensor): tf.Tensor1D => {
      expectRows(x, dim, 'the discriminator')
      return tf.tidy(() => D(ofD(), x))
    }, params),
    draw: holding((n: number, stream = currentStream()): tf.Tensor => {
      expectCount(n)
      return tf.tidy(() => G(stream.normalTensor([n, latent])))
    }, params),
  }
}
