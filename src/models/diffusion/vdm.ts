/**
 * Variational diffusion models: a denoiser and its noise schedule learned together, by the bound in continuous time,
 *
 *   loss = KL(q(x_1 | x) ‖ N(0, I)) + ½ E γ′(t) ‖ε − ε̂(x_t, γ_t)‖² − E log p(x | x_0),   γ = −log SNR.
 *
 * The bound depends on the schedule only through its ends, so only they learn from it. What is between them learns to make
 * the variance of the integral's estimate small, which makes the same training less noisy.
 *
 * The network is told λ = −γ/2 = log(α/σ), as every denoiser's, so that it fits any schedule.
 *
 * Kingma et al., "Variational diffusion models", NeurIPS 2021, https://arxiv.org/abs/2107.00630
 */
import * as tf from '@tensorflow/tfjs'
import { constant, currentStream, holding, parameter, type RandomStream } from '../../tensor'
import { dropped, expectDrop, type Condition } from '../condition'
import { networkDenoiser, type Denoiser, type Trainable } from '../denoiser'
import { head } from '../head'
import type { Network, Params, TrainableParams } from '../network'
import { learnedSchedule, type LearnedSchedule } from './learnedSchedule'

export interface Vdm extends Trainable {
  readonly network: Network
  readonly schedule: LearnedSchedule
  /** The bound's terms in nats, each a scalar, and the one-time estimates of the integral, of shape [n]. */
  terms(x: tf.Tensor, stream: RandomStream, condition?: Condition): VdmTerms
  /** The denoiser under the schedule as it is now, for samplers. */
  denoiser(): Promise<Denoiser>
}

export interface VdmTerms {
  readonly prior: tf.Scalar
  readonly diffusion: tf.Scalar
  readonly reconstruction: tf.Scalar
  readonly estimates: tf.Tensor1D
}

/** E ‖ε − ε̂‖² over γ that one asks for: what the schedule is fitted to. @param gamma of shape [n]. */
type Error = (x: tf.Tensor, gamma: tf.Tensor1D, noise: tf.Tensor, told: Condition) => tf.Tensor1D

/**
 * @param network predicts the noise from (x_t, λ).
 * @param schedule default: a fresh one.
 * @param drop how often training tells a network with conditions nothing, as in `denoiser`. Default 0.1.
 * @param stream what the parameters are drawn from; default: the cell's own.
 */
export function vdm(
  network: Network,
  {
    schedule = learnedSchedule(),
    drop = 0.1,
    stream = currentStream(),
  }: { schedule?: LearnedSchedule; drop?: number; stream?: RandomStream } = {},
): Vdm {
  // Cells are not type-checked before they run.
  if (typeof (network as unknown) !== 'function')
    throw new TypeError('vdm: the first argument must be a network, such as mlp({ dim: 2 })')
  expectDrop(drop)
  const own: TrainableParams = tf.tidy(() =>
    Object.fromEntries(
      Object.entries(network.initial(stream)).map(([name, value]) => [name, parameter(value)]),
    ),
  )
  const errorOf =
    (params: Params): Error =>
    (x, gamma, noise, told) => {
      const xt = tf.add(
        rows(gamma.neg().sigmoid().sqrt(), x).mul(x),
        rows(gamma.sigmoid().sqrt(), x).mul(noise),
      )
      const guess = network(params, xt, gamma.mul(-0.5).as1D(), told)
      return squares(tf.sub(noise, guess))
    }

  const terms = (x: tf.Tensor, from: RandomStream, condition: Condition = null): VdmTerms => {
    const [n] = x.shape as [number]
    const dim = x.size / n
    const [u = 0] = from.uniform(1)
    const t = tf.tensor1d(Float32Array.from({ length: n }, (_, i) => (u + i / n) % 1))
    const noise = from.normalTensor(x.shape)
    const { gamma, gammaPrime } = schedule.at(t, 'ends')
    const estimates = gammaPrime
      .mul(errorOf(own)(x, gamma, noise, condition))
      .mul(0.5)
      .as1D()
    const { first, last } = schedule.ends()
    const [a, v] = [last.neg().sigmoid(), last.sigmoid()]
    const prior = squares(x).mean().mul(a).add(v.sub(1).sub(v.log()).mul(dim)).mul(0.5).asScalar()
    // p(x | x_0) = N(x_0/α, σ²/α²), and σ²/α² = e^γ.
    const reconstruction = first
      .add(Math.log(2 * Math.PI) + 1)
      .mul(dim / 2)
      .asScalar()
    return { prior, diffusion: estimates.mean().asScalar(), reconstruction, estimates }
  }

  /** E (½ γ′ e)² relative to its mean's square, through which only the schedule between the ends learns. */
  const spread = (x: tf.Tensor, from: RandomStream, condition: Condition): tf.Scalar => {
    const [n] = x.shape as [number]
    const t = tf.tensor1d(Float32Array.from(from.uniform(n)))
    const noise = from.normalTensor(x.shape)
    const { gamma, gammaPrime } = schedule.at(t, 'between')
    const frozen = constant(() =>
      Object.fromEntries(Object.entries(own).map(([name, value]) => [name, value.clone()])),
    )
    const estimates = gammaPrime.mul(errorOf(frozen)(x, gamma, noise, condition))
    return estimates
      .square()
      .mean()
      .div(constant(() => estimates.mean().square()))
      .asScalar()
  }

  const params = { ...own, ...schedule.params }
  const model: Vdm = {
    network,
    schedule,
    params,
    terms,
    ...(network.conditions && { conditions: network.conditions }),
    loss: (x, from, condition = null) =>
      tf.tidy(() => {
        const told = dropped(condition, x.shape[0] ?? 0, drop, from)
        const { prior, diffusion, reconstruction } = terms(x, from, told)
        // The spread teaches the schedule, but is no part of the bound: its value is taken away again.
        const teaching = spread(x, from, told)
        return prior
          .add(diffusion)
          .add(reconstruction)
          .add(teaching.sub(constant(() => teaching.clone())))
          .asScalar()
      }),
    async denoiser() {
      const process = await schedule.process()
      return networkDenoiser(process, network, head(process, 'noise'), own)
    },
  }
  holding(model.loss, params)
  holding(terms, params)
  return model
}

/** One number for each row, shaped to multiply x. */
function rows(values: tf.Tensor, x: tf.Tensor): tf.Tensor {
  return values.reshape([x.shape[0], ...x.shape.slice(1).map(() => 1)])
}

/** ‖x‖² of each row. */
function squares(x: tf.Tensor): tf.Tensor1D {
  return x.square().reshape([x.shape[0], -1]).sum(1).as1D()
}
