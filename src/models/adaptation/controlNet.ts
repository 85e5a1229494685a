/**
 * ControlNet: a new condition for a trained network. The network is frozen; a trainable copy of it sees the condition c as well,
 * and what the copy's layers compute comes back into the frozen network through layers that begin at zero:
 *
 *   h′ᵢ = hᵢ + kᵢ Zᵢ + zᵢ,   k = the activations of the copy at x + c Z₀ + z₀,   Z = 0 and z = 0 at first,
 *
 * so that training begins with the old network's output, unchanged, and the gradient with respect to Z is not zero.
 *
 * Zhang, Rao and Agrawala, "Adding conditional control to text-to-image diffusion models", ICCV 2023,
 * https://arxiv.org/abs/2302.05543
 */
import * as tf from '@tensorflow/tfjs'
import { holding, parameter } from '../../tensor'
import { told, type Condition, type ConditionKinds } from '../condition'
import { trainableDenoiser, type NetworkDenoiser } from '../denoiser'
import type { LayeredNetwork } from '../mlp'
import type { Network, Params } from '../network'
import { expectNetworkDenoiser } from './expect'

export interface ControlNetOptions {
  /** What the condition is called, as in `{ y: … }`. */
  readonly name: string
  /** How many numbers it has. */
  readonly length: number
  /** How often training tells nothing, in [0, 1]. Default 0. */
  readonly drop?: number
}

/** A denoiser with control, whose `params` are the copy and the zero layers: `train` leaves the base as it is. */
export interface ControlledDenoiser extends NetworkDenoiser {
  readonly base: NetworkDenoiser
}

/**
 * @param base a trained denoiser whose network is an `mlp`. Its parameters are not touched, and must outlive the control.
 * @returns a denoiser that takes the base's conditions and the new one. Told nothing new, it is the base itself.
 */
export function controlNet(
  base: NetworkDenoiser,
  { name, length, drop = 0 }: ControlNetOptions,
): ControlledDenoiser {
  expectNetworkDenoiser('controlNet', base)
  const network = layered(base.network)
  if (!Number.isSafeInteger(length) || length < 1)
    throw new RangeError(`controlNet: length must be a positive whole number, but is ${String(length)}`)
  if (typeof (name as unknown) !== 'string' || name === '' || name in (network.conditions ?? {}))
    throw new RangeError(`controlNet: name must be a new condition's, but is ${String(name)}`)
  const kinds: ConditionKinds = { [name]: { vector: length } }
  const dim = network.shape.reduce((product, size) => product * size, 1)

  const params = tf.tidy(() => {
    const copy = Object.entries(base.params).map(([key, value]) => [`copy.${key}`, parameter(value)] as const)
    const zeros = [
      ['zero.W0', [length, dim]] as const,
      ['zero.b0', [dim]] as const,
      ...network.hidden.flatMap((width, i) => [
        [`zero.W${i + 1}`, [width, width]] as const,
        [`zero.b${i + 1}`, [width]] as const,
      ]),
    ].map(([key, shape]) => [key, parameter(tf.zeros([...shape]))] as const)
    // The copy's last layer has no part in it.
    const last = network.hidden.length
    return Object.fromEntries(
      [...copy, ...zeros].filter(([key]) => key !== `copy.W${last}` && key !== `copy.b${last}`),
    )
  })

  const controlled = (given: Params, x: tf.Tensor, label: tf.Tensor1D, condition: Condition = null) =>
    tf.tidy(() => {
      const n = x.shape[0]
      const { [name]: mine, ...others } = condition ?? {}
      const rest = Object.keys(others).length ? { condition: others } : {}
      const { value: c, told: is } =
        condition === null
          ? {}
          : told(mine === undefined ? condition : { [name]: mine }, name, kinds[name]!, n)
      if (!c) return network.layers(base.params, x, label, rest).output
      const zero = (h: tf.Tensor, i: number): tf.Tensor =>
        tf.matMul(h as tf.Tensor2D, given[`zero.W${i}`] as tf.Tensor2D).add(given[`zero.b${i}`]!)
      const copy = Object.fromEntries(
        Object.keys(base.params).map((key) => [key, given[`copy.${key}`] ?? base.params[key]!]),
      )
      const { activations } = network.layers(copy, x.add(zero(c, 0)), label, rest)
      const added = activations.map((k, i) => {
        const residual = zero(k, i + 1)
        return is ? residual.mul(is) : residual
      })
      return network.layers(base.params, x, label, { ...rest, added }).output
    })
  const whole: Network = Object.assign(holding(controlled, base.params, network), {
    shape: network.shape,
    conditions: { ...network.conditions, ...kinds },
    initial: (): Params => params,
  })
  const model = trainableDenoiser(base.process, whole, base.head, params, { drop })
  return Object.assign(model, { base })
}

function layered(network: Network): LayeredNetwork {
  if ('layers' in network && 'hidden' in network) return network as LayeredNetwork
  throw new TypeError('controlNet: the network must be an mlp, whose layers can be added to')
}
