/**
 * Bridges: what is known about a path I_t = a x₀ + b x₁ + γ z between two laws at a point x,
 *
 *   v(x, t) = E[İ_t | I_t = x],   η(x, t) = E[z | I_t = x],   score = −η / γ.
 *
 * With the two, the same laws p_t are carried by the ODE of v and, for any ε(t) ≥ 0, by a stochastic differential equation
 * in either direction:
 *
 *   dx = v dt,   dx = (v + ε score) dt + √(2ε) dw   (up),   dx = (v − ε score) dt + √(2ε) dw̄   (down).
 *
 * A bridge is a denoiser of the `rectified()` process as to its velocity, so every sampler without noise takes it as it is.
 *
 * Albergo, Boffi and Vanden-Eijnden, "Stochastic interpolants", 2023, https://arxiv.org/abs/2303.08797
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, type RandomStream } from '../../tensor'
import type { Condition } from '../condition'
import { asDenoiser, denoiser, inScope, type Denoiser, type Trainable } from '../denoiser'
import { head } from '../head'
import type { Network, TrainableParams } from '../network'
import { Prediction } from '../prediction'
import { over, type GaussianProcess } from '../process'
import { rectified } from '../processes/rectified'
import { combine, normalLike, type State, type Time } from '../state'
import { pairs, spread } from './flowMatching'
import { interpolate, interpolateVelocity, type Interpolant } from './interpolant'

export interface Bridge<S extends State = tf.Tensor> extends Denoiser<S> {
  readonly path: Interpolant
  /** v(x, t), the mean of İ_t given I_t = x. */
  readonly velocity: (x: S, t: Time, condition?: Condition) => S
  /** η(x, t), the mean of z given I_t = x. */
  readonly latent: (x: S, t: Time, condition?: Condition) => S
}

/** A bridge that `train` can train. */
export interface NetworkBridge extends Bridge, Trainable {}

/** Completes the two means to a bridge. Its `score` is −η/γ; asking for it where γ = 0 throws RangeError. */
export function asBridge<S extends State>(
  path: Interpolant,
  shape: readonly number[],
  velocity: (x: S, t: Time, condition?: Condition) => S,
  latent: (x: S, t: Time, condition?: Condition) => S,
): Bridge<S> {
  const process = rectified()
  const predict = holding(
    (x: S, t: Time, condition?: Condition) => fromVelocity(process, x, t, velocity(x, t, condition)),
    velocity,
  )
  const score = holding((x: S, t: Time, condition?: Condition): S => {
    const factor = over(t, (time) => {
      const gamma = path.gamma(time)
      if (gamma === 0)
        throw new RangeError(
          `the path ${path.name} has no noise at t = ${time}, so its score is not known there`,
        )
      return -1 / gamma
    })
    return inScope(x, () => combine([factor, latent(x, t, condition)]))
  }, latent)
  return {
    ...asDenoiser(process, shape, predict),
    score,
    at: holding(
      (t: number, condition?: Condition) => ({
        score: holding((x: S) => score(x, t, condition), score, condition),
      }),
      score,
    ),
    path,
    velocity,
    latent,
  }
}

/** The prediction whose velocity is known. */
export function fromVelocity<S extends State>(
  process: GaussianProcess,
  x: S,
  t: Time,
  velocity: S,
): Prediction<S> {
  const { x0, noise } = head(process, 'velocity')
  return new Prediction(process, t, [
    { value: x, ofX0: (t) => x0(t)[0], ofNoise: (t) => noise(t)[0] },
    { value: velocity, ofX0: (t) => x0(t)[1], ofNoise: (t) => noise(t)[1] },
  ])
}

/**
 * A bridge of two networks of the same make, one for v and one for η, trained together on pairs by
 *
 *   E ‖v̂(I_t, t) − İ_t‖² / d + E ‖η̂(I_t, t) − z‖² / d.
 *
 * @param path how x₀, x₁ and z are mixed.
 * @param network the make of both.
 * @param stream what the parameters are drawn from; default: the cell's own.
 */
export function bridge(
  path: Interpolant,
  network: Network,
  { stream = currentStream() }: { stream?: RandomStream } = {},
): NetworkBridge {
  if (typeof (path as Partial<Interpolant> | undefined)?.gamma !== 'function')
    throw new TypeError('bridge: the first argument must be a path, such as interpolants.brownianBridge()')
  const ofVelocity = denoiser(rectified(), network, { predicts: 'velocity', stream })
  const ofLatent = denoiser(rectified(), network, { predicts: 'velocity', stream })
  const params: TrainableParams = {
    ...renamed('velocity', ofVelocity.params),
    ...renamed('latent', ofLatent.params),
  }
  const asked = (model: Denoiser): Bridge['velocity'] =>
    holding((x: tf.Tensor, t: Time, condition?: Condition) => model.predict(x, t, condition).velocity, model)
  const model = asBridge(path, network.shape, asked(ofVelocity), asked(ofLatent))
  const loss = (batch: tf.Tensor, stream: RandomStream, condition: Condition = null): tf.Scalar =>
    bridgeLoss(model, batch, { condition, stream })
  return {
    ...model,
    params,
    ...(network.conditions && { conditions: network.conditions }),
    loss: holding(loss, params),
  }
}

function renamed(prefix: string, params: TrainableParams): TrainableParams {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [`${prefix}.${name}`, value]))
}

/**
 * What a bridge is trained with, E ‖v̂ − İ‖²/d + E ‖η̂ − z‖²/d. Each pair is used with z and with −z, which cancels the
 * part of γ′z that has a large variance near the ends.
 *
 * @param batch pairs of shape [n, 2, …], or data of shape [n, …] to be paired with noise.
 */
export function bridgeLoss(
  model: Bridge,
  batch: tf.Tensor,
  { condition = null, stream = currentStream() }: { condition?: Condition; stream?: RandomStream } = {},
): tf.Scalar {
  if (typeof (model as Partial<Bridge> | undefined)?.latent !== 'function')
    throw new TypeError('bridgeLoss: the first argument must be a bridge, such as bridge(…)')
  return tf.tidy(() => {
    const [x0, x1] = pairs(batch, model.shape, stream)
    const { path } = model
    const t = spread(batch.shape[0], stream)
    const z = normalLike(x0, stream)
    const losses = [z, tf.neg(z)].flatMap((z) => {
      const x = interpolate(path, x0, x1, z, t)
      const ofVelocity = tf.sub(model.velocity(x, t, condition), interpolateVelocity(path, x0, x1, z, t))
      return [tf.mean(tf.square(ofVelocity)), tf.mean(tf.square(tf.sub(model.latent(x, t, condition), z)))]
    })
    return tf.addN(losses).mul(0.5).asScalar()
  })
}
