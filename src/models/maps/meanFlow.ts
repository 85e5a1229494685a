/**
 * MeanFlow: learns the average velocity between two times of a straight flow,
 *
 *   u(x_t, t, s) = (1/(t − s)) ∫_s^t v(x_τ, τ) dτ,   so that   x_s = x_t − (t − s) u(x_t, t, s)
 *
 * exactly, in one evaluation. Differentiated in t along the path, its definition becomes the identity
 *
 *   u = v − (t − s) du/dt,   du/dt = v ∂_x u + ∂_t u,
 *
 * and the network is trained towards its right-hand side, which is held fixed, with v replaced by ε − x₀ as in flow matching:
 *
 *   E w ‖u_θ(x_t, t, s) − sg(ε − x₀ − (t − s) du_θ/dt)‖²,   w = 1 / (‖·‖² + c)^p, held fixed.
 *
 * For s = t this is flow matching. Times: t is the larger, s the smaller of two logit-normal draws, and s = t most often. A small
 * network that is to take one step from t = 1 to s = 0 is better shown uniform times, which come near these ends more often.
 *
 * Geng, Deng, Bai, Kolter and He, "Mean flows for one-step generative modeling", 2025, https://arxiv.org/abs/2505.13447
 */
import * as tf from '@tensorflow/tfjs'
import { constant, currentStream, holding, parameter, type RandomStream } from '../../tensor'
import { asDenoiser, type Trainable } from '../denoiser'
import { fromVelocity } from '../matching/bridge'
import type { Params } from '../network'
import { rectified } from '../processes/rectified'
import { combine, normalLike, type Time } from '../state'
import { asFlowMap, type FlowMap } from './flowMap'
import { jvp } from './jvp'
import type { TwoTimeNetwork } from './twoTimes'

export interface MeanFlow extends FlowMap {
  /** u(x, t, s) for x of shape [n, …] and times of shape [n]. */
  readonly average: (x: tf.Tensor, t: tf.Tensor1D, s: tf.Tensor1D) => tf.Tensor
}

export interface NetworkMeanFlow extends MeanFlow, Trainable {
  /** The same with other parameters of the same names, such as an average. */
  withParams(params: Params): MeanFlow
}

/** Completes an average velocity to a flow map of the `rectified()` process. */
export function asMeanFlow(shape: readonly number[], average: MeanFlow['average']): MeanFlow {
  const process = rectified()
  const times = (x: tf.Tensor, t: Time): tf.Tensor1D =>
    tf.tensor1d(typeof t === 'number' ? new Float32Array(x.shape[0]).fill(t) : Float32Array.from(t))
  const predict = holding((x: tf.Tensor, t: Time) => {
    const velocity = tf.tidy(() => average(x, times(x, t), times(x, t)))
    return fromVelocity(process, x, t, velocity)
  }, average)
  const to = (x: tf.Tensor, t: Time, s: Time): tf.Tensor => {
    const [from, until] = [times(x, t), times(x, s)]
    const column = tf.reshape(tf.sub(from, until), [-1, ...shape.map(() => 1)])
    return tf.sub(x, tf.mul(column, average(x, from, until)))
  }
  return { ...asFlowMap(asDenoiser(process, shape, predict), holding(to, average)), average }
}

/**
 * A MeanFlow with fresh parameters.
 *
 * @param network u(params, x, t, s), such as `twoTimeMlp({ dim: 2 })`.
 * @param stream what the parameters are drawn from; default: the cell's own.
 */
export function meanFlow(
  network: TwoTimeNetwork,
  { stream = currentStream() }: { stream?: RandomStream } = {},
): NetworkMeanFlow {
  if (typeof (network as Partial<TwoTimeNetwork> | undefined)?.initial !== 'function')
    throw new TypeError(
      'meanFlow: the first argument must be a network of two times, such as twoTimeMlp({ dim: 2 })',
    )
  const params = tf.tidy(() =>
    Object.fromEntries(
      Object.entries(network.initial(stream)).map(([name, value]) => [name, parameter(value)]),
    ),
  )
  const withParams = (params: Params): MeanFlow =>
    asMeanFlow(
      network.shape,
      holding((x, t, s) => network(params, x, t, s), params),
    )
  const model = withParams(params)
  const loss = (batch: tf.Tensor, stream: RandomStream): tf.Scalar => meanFlowLoss(model, batch, { stream })
  return { ...model, params, withParams, loss: holding(loss, params) }
}

export interface MeanFlowOptions {
  /** How often s < t, in [0, 1]. Default 0.25. */
  readonly apart?: number
  /** Mean and standard deviation of log(t/(1 − t)), or null for uniform times. Default [−0.4, 1]. */
  readonly logit?: readonly [mean: number, deviation: number] | null
  /** p in the weight 1/(‖·‖² + c)^p; 0 for the plain squared error. Default 1. */
  readonly power?: number
  /** c. Default 1e-3. */
  readonly offset?: number
  /** Where times and noise are drawn from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/**
 * The MeanFlow loss, averaged over the batch.
 *
 * @param x0 data of shape [n, …model.shape].
 */
export function meanFlowLoss(
  model: MeanFlow,
  x0: tf.Tensor,
  {
    apart = 0.25,
    logit = [-0.4, 1],
    power = 1,
    offset = 1e-3,
    stream = currentStream(),
  }: MeanFlowOptions = {},
): tf.Scalar {
  if (typeof (model as Partial<MeanFlow> | undefined)?.average !== 'function')
    throw new TypeError('meanFlowLoss: the first argument must be a MeanFlow, such as meanFlow(…)')
  if (!(apart >= 0 && apart <= 1))
    throw new RangeError(`meanFlowLoss: apart must be in [0, 1], but is ${apart}`)
  if (logit && !(logit[1] > 0))
    throw new RangeError(`meanFlowLoss: logit's deviation must be positive, but is ${logit[1]}`)
  if (!(power >= 0)) throw new RangeError(`meanFlowLoss: power must not be negative, but is ${power}`)
  if (!(offset > 0)) throw new RangeError(`meanFlowLoss: offset must be positive, but is ${offset}`)
  return tf.tidy(() => {
    const { t, s } = twoTimes(x0.shape[0], apart, logit, stream)
    const noise = normalLike(x0, stream)
    const x = combine([t.map((time) => 1 - time), x0], [t, noise])
    const velocity = tf.sub(noise, x0)
    const target = meanFlowTarget(model, x, velocity, t, s)
    const error = tf.sub(model.average(x, vector(t), vector(s)), target)
    const square = tf.sum(tf.reshape(tf.square(error), [x0.shape[0], -1]), 1)
    if (power === 0) return tf.mean(square).asScalar()
    return tf
      .mean(
        tf.mul(
          square,
          constant(() => tf.pow(tf.add(square, offset), -power)),
        ),
      )
      .asScalar()
  })
}

/**
 * The right-hand side v − (t − s) du/dt of the MeanFlow identity, as a constant.
 *
 * @param x states of shape [n, …].
 * @param velocity v at these, or a draw whose mean it is, such as ε − x₀.
 * @param t, s n times each.
 */
export function meanFlowTarget(
  model: MeanFlow,
  x: tf.Tensor,
  velocity: tf.Tensor,
  t: Float64Array,
  s: Float64Array,
): tf.Tensor {
  return constant(() =>
    tf.tidy(() => {
      const [at, until] = [vector(t), vector(s)]
      const change = jvp(
        (x, t, s) => model.average(x, t as tf.Tensor1D, s as tf.Tensor1D),
        [x, at, until],
        [velocity, tf.onesLike(at), tf.zerosLike(until)],
      )
      return combine([1, velocity], [t.map((time, i) => s[i]! - time), change])
    }),
  )
}

function vector(times: Float64Array): tf.Tensor1D {
  return tf.tensor1d(Float32Array.from(times))
}

/** t ≥ s, both logit-normal or uniform; s = t but for the share `apart`. */
function twoTimes(
  n: number,
  apart: number,
  logit: readonly [number, number] | null,
  stream: RandomStream,
): { t: Float64Array; s: Float64Array } {
  const draw = (): Float64Array =>
    logit ? stream.normal(n).map((z) => 1 / (1 + Math.exp(-(logit[0] + logit[1] * z)))) : stream.uniform(n)
  const [first, second, u] = [draw(), draw(), stream.uniform(n)]
  const t = first.map((time, i) => Math.max(time, second[i]!))
  return { t, s: first.map((time, i) => (u[i]! < apart ? Math.min(time, second[i]!) : t[i]!)) }
}
