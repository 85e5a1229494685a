/**
 * ControlNet: a new condition for a trained network. The network is frozen; a trainable copy of what comes before its activations
 * h₁, …, h_L sees the condition c as well, and what the copy computes comes back into the frozen network through layers that begin at
 * zero:
 *
 *   h′ᵢ = hᵢ + kᵢ Zᵢ + zᵢ,   k = the activations of the copy that begins with f(c) Z₀ + z₀ more,   Z = 0 and z = 0 at first,
 *
 * so that training begins with the old network's output, unchanged, and the gradient with respect to Z is not zero. Zᵢ acts on the last
 * axis: of pictures, on the channels of each pixel (a 1 × 1 convolution). The activations are an `mlp`'s hidden layers, what a `unet` hands
 * across and its middle, and a `dit`'s blocks.
 *
 * Zhang, Rao and Agrawala, "Adding conditional control to text-to-image diffusion models", ICCV 2023,
 * https://arxiv.org/abs/2302.05543
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, parameter, type RandomStream } from '../../tensor'
import { conditionKinds, told, type Condition, type ConditionKind } from '../condition'
import { networkDenoiser, trainableDenoiser, type Denoiser, type NetworkDenoiser } from '../denoiser'
import { isLayered, type LayeredNetwork } from '../layered'
import type { Network, Params } from '../network'
import { expectNetworkDenoiser } from './expect'
import { hintOf } from './hint'

export type ControlNetOptions = {
  /** What the condition is called, as in `{ y: … }`. */
  readonly name: string
  /** How often training tells nothing, in [0, 1]. Default 0. */
  readonly drop?: number
  /** What a picture's features are drawn from; default: the cell's own stream. */
  readonly stream?: RandomStream
} & (
  | {
      /** How many numbers the condition has, where it is a vector. */
      readonly length: number
      readonly picture?: never
    }
  | {
      /** The shape of the condition, where it is a picture of the states' size, such as their edges. */
      readonly picture: readonly [height: number, width: number, channels: number]
      readonly length?: never
    }
)

/** A denoiser with control, whose `params` are the copy and the zero layers: `train` leaves the base as it is. */
export interface ControlledDenoiser extends NetworkDenoiser {
  readonly base: NetworkDenoiser
  /** The same control, weaker or stronger: what is added is multiplied by this; 0 is the base, 1 as usual. */
  withStrength(strength: number): Denoiser
  /** The same control of the base with other parameters of the same names, such as those that LoRA merged. */
  withBase(params: Params): Denoiser
}

/**
 * @param base a trained denoiser whose network is an `mlp`, a `unet` or a `dit`. Its parameters are not touched, and must outlive the
 * control.
 * @returns a denoiser that takes the base's conditions and the new one. Told nothing new, it is the base itself.
 */
export function controlNet(base: NetworkDenoiser, options: ControlNetOptions): ControlledDenoiser {
  expectNetworkDenoiser('controlNet', base)
  const { name, drop = 0, stream = currentStream() } = options
  const network = layered(base.network)
  if (typeof (name as unknown) !== 'string' || name === '' || name in (network.conditions ?? {}))
    throw new RangeError(`controlNet: name must be a new condition's, but is ${String(name)}`)
  const kinds = conditionKinds({ [name]: kindOf(options) })
  const kind = kinds[name]!
  const hint = hintOf(kind, network.entry)
  const shapes = [[hint.width, network.entry.at(-1)!], ...network.activations.map(square)]

  const params = tf.tidy(() => {
    const copy = Object.entries(base.params)
      .filter(([key]) => network.comesBefore(key))
      .map(([key, value]) => [`copy.${key}`, parameter(value)] as const)
    const zeros = shapes.flatMap(([from, to], i) => [
      [`zero.W${i}`, parameter(tf.zeros([from, to]))] as const,
      [`zero.b${i}`, parameter(tf.zeros([to]))] as const,
    ])
    const features = Object.entries(hint.initial(stream)).map(
      ([key, value]) => [key, parameter(value)] as const,
    )
    return Object.fromEntries([...copy, ...zeros, ...features])
  })

  const controlled =
    (frozen: Params, strength: number) =>
    (given: Params, x: tf.Tensor, label: tf.Tensor1D, condition: Condition = null): tf.Tensor =>
      tf.tidy(() => {
        const n = x.shape[0]
        const { [name]: mine, ...others } = condition ?? {}
        const rest = Object.keys(others).length ? others : undefined
        const { value: c, told: is } =
          condition === null ? {} : told(mine === undefined ? condition : { [name]: mine }, name, kind, n)
        if (!c || strength === 0) return network.adding(frozen, x, label, [], rest)
        const zero = (h: tf.Tensor, i: number): tf.Tensor =>
          onLastAxis(h, given[`zero.W${i}`]!, given[`zero.b${i}`]!)
        const copy = Object.fromEntries(
          Object.keys(frozen).map((key) => [key, given[`copy.${key}`] ?? frozen[key]!]),
        )
        const activations = network.encode(copy, x, label, {
          condition: rest,
          hint: zero(hint.apply(given, c), 0),
        })
        const added = activations.map((k, i) => {
          const residual = strength === 1 ? zero(k, i + 1) : zero(k, i + 1).mul(strength)
          return is ? residual.mul(is.reshape([n, ...k.shape.slice(1).map(() => 1)])) : residual
        })
        return network.adding(frozen, x, label, added, rest)
      })
  const networkOf = (frozen: Params, strength: number): Network =>
    Object.assign(holding(controlled(frozen, strength), frozen, network), {
      shape: network.shape,
      conditions: { ...network.conditions, ...kinds },
      initial: (): Params => params,
    })
  const model = trainableDenoiser(base.process, networkOf(base.params, 1), base.head, params, { drop })
  const other = (frozen: Params, strength: number): Denoiser =>
    networkDenoiser(base.process, networkOf(frozen, strength), base.head, params)
  return Object.assign(model, {
    base,
    withStrength: holding(
      (strength: number): Denoiser => {
        if (!Number.isFinite(strength))
          throw new RangeError(`controlNet: strength must be a finite number, but is ${String(strength)}`)
        return other(base.params, strength)
      },
      base.params,
      params,
    ),
    withBase: holding((frozen: Params): Denoiser => {
      const missing = Object.keys(base.params).filter((key) => !(key in frozen))
      if (missing.length) throw new RangeError(`controlNet: the base's parameters lack ${missing.join(', ')}`)
      return other(frozen, 1)
    }, params),
  })
}

/** h Z + z on the last axis. */
function onLastAxis(h: tf.Tensor, weights: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const flat = h.reshape<tf.Tensor2D>([-1, h.shape.at(-1)!])
  return tf
    .matMul(flat, weights as tf.Tensor2D)
    .add(bias)
    .reshape([...h.shape.slice(0, -1), weights.shape[1]!])
}

/** The matrix that takes an activation to one of its own shape. */
function square(activation: readonly number[]): readonly [number, number] {
  const width = activation.at(-1)!
  return [width, width]
}

function kindOf({ length, picture }: ControlNetOptions): ConditionKind {
  if (picture !== undefined) {
    // Cells are not type-checked before they run.
    const given: unknown = picture
    if (length === undefined && Array.isArray(given) && given.length === 3) return { picture }
    throw new RangeError('controlNet: picture must be [height, width, channels], and stand without length')
  }
  if (!Number.isSafeInteger(length) || length < 1)
    throw new RangeError(`controlNet: length must be a positive whole number, but is ${String(length)}`)
  return { vector: length }
}

function layered(network: Network): LayeredNetwork {
  if (isLayered(network)) return network
  throw new TypeError(
    'controlNet: the network must be an mlp, a unet or a dit, whose layers can be added to; merge a LoRA into its base first',
  )
}
