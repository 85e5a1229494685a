/**
 * Learned reverse variances, between the two that DDPM tried,
 *
 *   Σ(x_t, t) = exp(v log β + (1 − v) log β̃),   v = ½ + F(c_in x_t, λ) for each coordinate,
 *
 * with the hybrid loss
 *
 *   L = L_simple + 0.001 L_vlb,
 *
 * where L_vlb is the bound's sum over all steps, in nats per coordinate, and no gradient of it flows into the mean. Because
 * of that the network of v is one of its own, beside the denoiser's, which may be trained already, or exact.
 *
 * Where the last step leads to clean data, β̃ is zero and has no logarithm; that of the step before stands in.
 *
 * Nichol and Dhariwal, "Improved denoising diffusion probabilistic models", ICML 2021, https://arxiv.org/abs/2102.09672
 */
import * as tf from '@tensorflow/tfjs'
import { constant, currentStream, holding, parameter, type RandomStream } from '../../tensor'
import type { Condition } from '../condition'
import type { Denoiser, Trainable } from '../denoiser'
import { head } from '../head'
import type { Network, TrainableParams } from '../network'
import { over, type GaussianProcess } from '../process'
import { combine, normalLike, type Time } from '../state'
import { reverseKernel, type ReverseKernel } from './reverse'

/** A denoiser with a reverse kernel whose variance is trained. */
export interface LearnedVariance extends Trainable {
  readonly model: Denoiser
  /** For `ancestral` and `elbo`. */
  readonly kernel: ReverseKernel
  /** v at x_t, of the shape of x. */
  readonly interpolation: (x: tf.Tensor, t: Time, condition?: Condition) => tf.Tensor
}

/** Nichol and Dhariwal's weight of the bound. */
const BOUND = 0.001

/** log β and log β̃ of a step from t to s. */
export function varianceRange(
  process: GaussianProcess,
  t: number,
  s: number,
): readonly [largest: number, smallest: number] {
  const { from, to } = process.times
  const clean = process.sigma(s) === 0
  // On a grid of equal steps, the step before the last one went from 2t to t.
  const smallest = clean
    ? process.posterior(t, Math.min(2 * t - from, to)).variance
    : process.posterior(s, t).variance
  return [Math.log(process.transition(s, t).variance), Math.log(smallest)]
}

/**
 * @param model a denoiser of a table of steps; if it can be trained, it is trained along.
 * @param network of v, on states of the model's shape; where it can be told conditions, it is told those that the model is told.
 * @param bound the weight of L_vlb. Default 0.001.
 * @param stream what the network's parameters are drawn from; default: the cell's own.
 * @throws RangeError for a process that is not a table, or shapes that differ.
 */
export function learnedVariance(
  model: Denoiser | (Denoiser & Trainable),
  network: Network,
  { bound = BOUND, stream = currentStream() }: { bound?: number; stream?: RandomStream } = {},
): LearnedVariance {
  // Cells are not type-checked before they run.
  const { process } = (model as Partial<Denoiser> | undefined) ?? {}
  if (!process)
    throw new TypeError('learnedVariance: the first argument must be a denoiser, such as denoiser(…)')
  if (typeof (network as unknown) !== 'function')
    throw new TypeError('learnedVariance: the second argument must be a network, such as mlp({ dim: 2 })')
  const { times } = process
  if (!times.discrete || times.to - times.from < 2)
    throw new RangeError(
      `learnedVariance: ${process.name} is not a table of at least two steps, such as ddpm()`,
    )
  if (network.shape.join() !== model.shape.join())
    throw new RangeError(
      `learnedVariance: the network takes states of shape [${network.shape.join(', ')}], but the model [${model.shape.join(', ')}]`,
    )
  if (!(bound > 0 && bound < Infinity))
    throw new RangeError(`learnedVariance: bound must be positive, but is ${bound}`)
  const own: TrainableParams = tf.tidy(() =>
    Object.fromEntries(
      Object.entries(network.initial(stream)).map(([name, value]) => [`variance/${name}`, parameter(value)]),
    ),
  )
  const { input, label } = head(process, 'noise')
  const tellable = Object.keys(network.conditions ?? {}).length > 0
  const interpolation = (x: tf.Tensor, t: Time, condition: Condition = null): tf.Tensor =>
    tf.tidy(() => {
      const params = Object.fromEntries(
        Object.entries(own).map(([name, value]) => [name.slice('variance/'.length), value]),
      )
      const labels = typeof t === 'number' ? [label(t)] : Float32Array.from(t, label)
      return network(
        params,
        combine([over(t, input), x]),
        tf.tensor1d(labels),
        tellable ? condition : null,
      ).add(0.5)
    })
  /** log Σ, from tables of log β and log β̃. */
  const logVariance = (
    x: tf.Tensor,
    t: Time,
    range: (t: number) => readonly [number, number],
    condition: Condition = null,
  ): tf.Tensor => {
    const v = interpolation(x, t, condition)
    const like = tf.onesLike(x)
    const [largest, smallest] = [
      combine([over(t, (u) => range(u)[0]), like]),
      combine([over(t, (u) => range(u)[1]), like]),
    ]
    return v.mul(largest).add(tf.sub(1, v).mul(smallest))
  }

  const means = reverseKernel(model)
  const kernel = Object.assign(
    holding(
      (x: tf.Tensor, t: number, s: number, condition?: Condition) => ({
        mean: means(x, t, s, condition).mean,
        variance: tf.tidy(() => logVariance(x, t, (u) => varianceRange(process, u, s), condition).exp()),
      }),
      model,
      own,
    ),
    { model },
  )

  /** L_vlb per coordinate: T times the mean over t of KL(q(x_{t−1} | x_t, x_0) ‖ p), or −log p(x_0 | x_1). */
  const vlb = (x0: tf.Tensor, from: RandomStream, condition: Condition): tf.Scalar => {
    const steps = times.to - times.from
    const n = x0.shape[0]
    const [u = 0] = from.uniform(1)
    const t = Float64Array.from(
      { length: n },
      (_, i) => times.from + 1 + Math.floor(((u + i / n) % 1) * steps),
    )
    const noise = normalLike(x0, from)
    const xt = combine([over(t, process.alpha), x0], [over(t, process.sigma), noise])
    const guess = constant(() => model.predict(xt, t, condition).x0)
    // The posterior's mean minus the kernel's; at t = 1 the posterior is x_0 itself.
    const error = combine([over(t, (u) => process.posterior(u - 1, u).ofData), tf.sub(x0, guess)])
    const log = logVariance(xt, t, (u) => varianceRange(process, u, u - 1), condition)
    const first = (u: number): boolean => u - 1 === times.from
    const like = tf.onesLike(x0)
    const offset = combine([
      over(t, (u) =>
        first(u) ? Math.log(2 * Math.PI) : -Math.log(process.posterior(u - 1, u).variance) - 1,
      ),
      like,
    ])
    const known = combine([over(t, (u) => process.posterior(u - 1, u).variance), like])
    const divergence = log.add(offset).add(known.add(error.square()).mul(log.neg().exp())).mul(0.5)
    return divergence.mean().mul(steps).asScalar()
  }

  const trainable = 'params' in model && 'loss' in model ? model : undefined
  const result: LearnedVariance = {
    model,
    kernel,
    interpolation,
    params: { ...trainable?.params, ...own },
    ...(trainable?.conditions && { conditions: trainable.conditions }),
    loss: (batch, from, condition = null) =>
      tf.tidy(() => {
        const hybrid = vlb(batch, from, condition).mul(bound)
        return (trainable ? hybrid.add(trainable.loss(batch, from, condition)) : hybrid).asScalar()
      }),
  }
  holding(result.loss, model, own)
  holding(interpolation, own)
  return result
}
