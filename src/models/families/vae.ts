/**
 * Variational autoencoders, with one layer of latent variables or several:
 *
 *   p(x, z_1, …, z_L) = p(x | z_1) p(z_1 | z_2) ⋯ p(z_L),   q(z_1, …, z_L | x) = q(z_1 | x) q(z_2 | z_1) ⋯ q(z_L | z_{L−1}),
 *
 * with p(z_L) = N(0, I), p(x | z_1) = N(f(z_1), s² I), and networks for the mean and deviation of every other Gaussian. log p(x)
 * is intractable; training maximises its lower bound
 *
 *   ELBO = E_q[log p(x, z) − log q(z | x)] ≤ log p(x),
 *
 * which for one layer is E_q log p(x | z) − KL(q(z | x) ‖ p(z)). A diffusion model is one with many layers of the size of x
 * and an encoder that is fixed.
 *
 * Kingma and Welling, "Auto-encoding variational Bayes", ICLR 2014, https://arxiv.org/abs/1312.6114; Rezende, Mohamed and
 * Wierstra, "Stochastic backpropagation and approximate inference in deep generative models", ICML 2014,
 * https://arxiv.org/abs/1401.4082; Burda, Grosse and Salakhutdinov, "Importance weighted autoencoders", ICLR 2016,
 * https://arxiv.org/abs/1509.00519
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, type RandomStream } from '../../tensor'
import { expectCount } from '../data/data'
import { logSumExp } from '../energy/logSumExp'
import type { Params } from '../network'
import { trainable } from '../score/network'
import { expectRows, type Perceptron } from '../score/perceptron'
import {
  drawFrom,
  expectCountOf,
  gaussiansOf,
  initialOf,
  logNormal,
  networkOf,
  partOf,
  type Gaussians,
  type GenerativeModel,
} from './parts'

export interface VaeOptions {
  /** Length of one state. */
  readonly dim: number
  /** Length of the code z. Default 2. */
  readonly latent?: number
  /** Widths of the hidden layers of every network; none makes them linear. Default [64, 64]. */
  readonly hidden?: readonly number[]
  /** s, the deviation of x around f(z): learned from a beginning of 0.5, or a number that stays. Default `learned`. */
  readonly deviation?: 'learned' | number
  /** Weight of the divergence between codes and prior. Other than 1, the default, the loss is no bound. */
  readonly beta?: number
  /** What the parameters are drawn from. Default: the cell's own. */
  readonly stream?: RandomStream
}

export interface HierarchicalVaeOptions extends Omit<VaeOptions, 'latent'> {
  /** Lengths of z_1, …, z_L, from the data up. Default [2, 2]. */
  readonly latents?: readonly number[]
}

export interface Vae extends GenerativeModel {
  /** The mean code of each state, by the mean of every layer: shape [n, length of z_L]. */
  readonly encode: (x: tf.Tensor) => tf.Tensor
  /** f of the means of every layer under codes z_L: shape [n, dim], without the noise of p(x | z). */
  readonly decode: (z: tf.Tensor) => tf.Tensor
  /** One estimate of the ELBO for each state, in nats: shape [n]. */
  readonly elbo: (x: tf.Tensor, stream?: RandomStream) => tf.Tensor1D
  /**
   * A sharper lower bound, log of the mean of p(x, z)/q(z | x) over `samples` draws of z (default 64), which tends to
   * log p(x): shape [n].
   */
  readonly logDensity: (x: tf.Tensor, options?: { samples?: number; stream?: RandomStream }) => tf.Tensor1D
}

/** A variational autoencoder with one layer of codes. @throws RangeError for an option that makes no sense. */
export function vae({ latent = 2, ...options }: VaeOptions): Vae {
  return build('vae', options, [latent])
}

/** A hierarchical one, with codes of codes. @throws RangeError for an option that makes no sense. */
export function hierarchicalVae({ latents = [2, 2], ...options }: HierarchicalVaeOptions): Vae {
  return build('hierarchicalVae', options, latents)
}

function build(name: string, options: Omit<VaeOptions, 'latent'>, latents: readonly number[]): Vae {
  const { dim, hidden = [64, 64], deviation = 'learned', beta = 1, stream = currentStream() } = options
  if (!latents.length) throw new RangeError(`${name}: latents must be at least one length`)
  for (const size of latents) expectCountOf(name, 'a latent length', size)
  if (deviation !== 'learned' && !(deviation > 0 && deviation < Infinity))
    throw new RangeError(`${name}: deviation must be 'learned' or a positive number, but is ${deviation}`)
  if (!(beta >= 0 && beta < Infinity))
    throw new RangeError(`${name}: beta must not be negative, but is ${beta}`)

  const sizes = [dim, ...latents]
  const networks: Record<string, Perceptron> = {}
  for (const [l, size] of latents.entries()) {
    networks[`encoder${l}`] = networkOf(name, { dim: sizes[l]!, hidden }, 2 * size)
    networks[`decoder${l}`] = networkOf(name, { dim: size, hidden }, l === 0 ? dim : 2 * sizes[l]!)
  }
  const params = trainable(() => ({
    ...initialOf(networks, stream),
    ...(deviation === 'learned' && { logDeviation: tf.scalar(Math.log(0.5)) }),
  }))
  const ask = (params: Params, network: string, x: tf.Tensor) =>
    networks[network]!(partOf(params, network), x)
  const spread = (): tf.Tensor =>
    deviation === 'learned' ? params.logDeviation! : tf.scalar(Math.log(deviation))
  const posterior = (l: number, below: tf.Tensor): Gaussians => gaussiansOf(ask(params, `encoder${l}`, below))
  /** Of layer l, counted from the data, given the layer above it. */
  const likelihood = (l: number, above: tf.Tensor): Gaussians =>
    l === 0
      ? { mean: ask(params, 'decoder0', above), logDeviation: spread() }
      : gaussiansOf(ask(params, `decoder${l}`, above))
  const top = latents.length

  /** log p(x | z_1), and by layer log p(z_l | z_{l+1}) − log q(z_l | z_{l−1}), at one draw from q: each [n]. */
  const terms = (x: tf.Tensor, stream: RandomStream, exactTop: boolean): tf.Tensor1D[] => {
    let below = x
    const ratios: tf.Tensor1D[] = []
    let given: Gaussians | undefined
    for (let l = 0; l < top; l++) {
      const q = posterior(l, below)
      const z = drawFrom(q, stream)
      const p = likelihood(l, z)
      const log = logNormal(below, p)
      ratios.push(given ? log.sub(logNormal(below, given)) : log)
      ;[given, below] = [q, z]
    }
    const prior = { mean: tf.scalar(0), logDeviation: tf.scalar(0) }
    const last = given!
    // The divergence of a Gaussian from N(0, I) is known; with it the bound varies less than with a draw.
    ratios.push(
      exactTop
        ? last.mean
            .square()
            .add(last.logDeviation.mul(2).exp())
            .sub(1)
            .mul(-0.5)
            .add(last.logDeviation)
            .sum(1)
        : logNormal(below, prior).sub(logNormal(below, last)),
    )
    return ratios
  }
  const elbo = (x: tf.Tensor, stream = currentStream()): tf.Tensor1D => {
    expectRows(x, dim, name)
    return tf.tidy(() => tf.addN(terms(x, stream, true)))
  }
  const loss = (x: tf.Tensor, stream: RandomStream): tf.Scalar => {
    expectRows(x, dim, name)
    return tf.tidy(() => {
      const [reconstruction, ...divergences] = terms(x, stream, true)
      return reconstruction!.add(tf.addN(divergences).mul(beta)).mean().neg().asScalar()
    })
  }

  return {
    name: name === 'vae' ? 'VAE' : 'hierarchical VAE',
    shape: [dim],
    params,
    evaluations: top,
    loss: holding(loss, params),
    elbo: holding(elbo, params),
    logDensity: holding((x: tf.Tensor, { samples = 64, stream = currentStream() } = {}): tf.Tensor1D => {
      expectRows(x, dim, name)
      expectCountOf(name, 'samples', samples)
      return tf.tidy(() => {
        const weights = Array.from({ length: samples }, () => tf.tidy(() => tf.addN(terms(x, stream, false))))
        return logSumExp(tf.stack(weights, 1)).sub(Math.log(samples))
      })
    }, params),
    encode: holding((x: tf.Tensor): tf.Tensor => {
      expectRows(x, dim, name)
      return tf.tidy(() => {
        let z = x
        for (let l = 0; l < top; l++) z = posterior(l, z).mean
        return z.clone()
      })
    }, params),
    decode: holding((z: tf.Tensor): tf.Tensor => {
      expectRows(z, latents.at(-1)!, `${name}.decode`)
      return tf.tidy(() => {
        let x = z
        for (let l = top - 1; l >= 0; l--) x = likelihood(l, x).mean
        return x.clone()
      })
    }, params),
    draw: holding((n: number, stream = currentStream()): tf.Tensor => {
      expectCount(n)
      return tf.tidy(() => {
        let x: tf.Tensor = stream.normalTensor([n, latents.at(-1)!])
        for (let l = top - 1; l >= 0; l--) x = drawFrom(likelihood(l, x), stream)
        return x.clone()
      })
    }, params),
  }
}
