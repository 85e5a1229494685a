/**
 * A multilayer perceptron without time,
 *
 *   h₀ = x / scale,   hᵢ₊₁ = φ(hᵢ Wᵢ + bᵢ),   F = h_L W_L + b_L.
 *
 * Score matching differentiates it twice, and for an energy three times: φ must be smooth. The second derivative of a
 * rectified linear unit is zero wherever there is one, and a network of them would be scored for a divergence it has not.
 */
import * as tf from '@tensorflow/tfjs'
import { affine, silu, type RandomStream } from '../../tensor'
import type { Params } from '../network'

/** Smooth activations φ, with the gain E[φ(z)²]^(−½) that keeps the size of what goes through them. */
export const ACTIVATIONS = {
  silu: { phi: (x: tf.Tensor): tf.Tensor => silu(x), gain: 1.68 },
  softplus: { phi: (x: tf.Tensor): tf.Tensor => tf.softplus(x), gain: 1.04 },
  tanh: { phi: (x: tf.Tensor): tf.Tensor => tf.tanh(x), gain: 1.59 },
  sine: { phi: (x: tf.Tensor): tf.Tensor => tf.sin(x), gain: 1.52 },
} as const

export type Activation = keyof typeof ACTIVATIONS

/** F(params, x), [n, inputs] ↦ [n, outputs]. */
export interface Perceptron {
  (params: Params, x: tf.Tensor): tf.Tensor
  readonly inputs: number
  readonly outputs: number
  /** Fresh parameters. They belong to the caller. */
  initial(stream: RandomStream): Params
}

export interface PerceptronOptions {
  /** Length of one state. */
  readonly dim: number
  /** Widths of the hidden layers. Default: two of 64. */
  readonly hidden?: readonly number[]
  /** φ: 'silu' (the default), 'softplus', 'tanh' or 'sine'. */
  readonly activation?: Activation
  /** The typical size of the data, by which x is divided. Default 1. */
  readonly scale?: number
}

export interface LastLayer {
  /** Length of what is returned for one state. */
  readonly outputs: number
  /** Whether the last layer has a bias b_L. Default true; an energy has no use for one, nor a gradient to train it with. */
  readonly bias?: boolean
}

/** Lets the first layer tell apart points a third of the data's size from each other. */
const FIRST_GAIN = 3
/** The last layer starts near zero, so that an untrained network says nothing in particular. */
const LAST_GAIN = 0.01

/**
 * @param options its input and its hidden layers. @param last its output.
 * @throws RangeError for a width that is not a positive whole number, a scale that is not positive, or an unknown φ.
 */
export function perceptron(
  { dim, hidden = [64, 64], activation = 'silu', scale = 1 }: PerceptronOptions,
  { outputs, bias = true }: LastLayer,
): Perceptron {
  // Cells are not type-checked before they run.
  const given: unknown = hidden
  if (!Array.isArray(given)) throw new TypeError('hidden must be an array of widths, such as [64, 64]')
  for (const [name, width] of [['dim', dim], ['outputs', outputs], ...hidden.map((w) => ['hidden', w])] as [
    string,
    number,
  ][])
    if (!Number.isSafeInteger(width) || width < 1)
      throw new RangeError(`${name} must be a positive whole number, but is ${String(width)}`)
  if (!Object.hasOwn(ACTIVATIONS, activation))
    throw new RangeError(
      `activation must be one of ${Object.keys(ACTIVATIONS).join(', ')}, but is ${String(activation)}`,
    )
  if (!(scale > 0 && scale < Infinity)) throw new RangeError(`scale must be positive, but is ${scale}`)
  const { phi, gain } = ACTIVATIONS[activation]
  const widths = [dim, ...hidden]

  const network = (params: Params, x: tf.Tensor): tf.Tensor => {
    let h = scale === 1 ? x : tf.div(x, scale)
    for (const layer of hidden.keys()) h = phi(layerOf(params, layer, h))
    return layerOf(params, hidden.length, h, bias)
  }

  const initial = (stream: RandomStream): Params => {
    const params: Record<string, tf.Tensor> = {}
    for (const [layer, width] of hidden.entries()) {
      params[`W${layer}`] = weights(stream, widths[layer]!, width, layer === 0 ? FIRST_GAIN : gain)
      // Different phases: without them the first layer would treat x and −x alike.
      params[`b${layer}`] = layer === 0 ? stream.normalTensor([width]) : tf.zeros([width])
    }
    params[`W${hidden.length}`] = weights(stream, widths.at(-1)!, outputs, LAST_GAIN)
    if (bias) params[`b${hidden.length}`] = tf.zeros([outputs])
    return params
  }
  return Object.assign(network, { inputs: dim, outputs, initial })
}

/** hW + b, or hW. */
function layerOf(params: Params, layer: number, h: tf.Tensor, bias = true): tf.Tensor {
  const weights = params[`W${layer}`]!
  return bias ? affine(params[`b${layer}`]!, [h, weights]) : tf.matMul(h, weights)
}

/** Normal weights of standard deviation gain/√inputs. */
function weights(stream: RandomStream, inputs: number, outputs: number, gain: number): tf.Tensor {
  return tf.tidy(() => tf.mul(stream.normalTensor([inputs, outputs]), gain / Math.sqrt(inputs)))
}

/** @throws RangeError naming both shapes where `x` is not [n, dim]. */
export function expectRows(x: tf.Tensor, dim: number, who: string): void {
  if (x.rank === 2 && x.shape[1] === dim) return
  throw new RangeError(
    `${who} takes states of shape [n, ${dim}], but was given a tensor of shape [${x.shape.join(', ')}]`,
  )
}
