/**
 * LoRA: adapting a trained network by matrices of low rank. The weights stay as they are, and to each matrix W₀ (inputs ×
 * outputs) is added
 *
 *   W = W₀ + scale · A B,   A (inputs × r) small and normal, B (r × outputs) zero,
 *
 * so that the adapted network begins as the old one. Only A and B are trained: r (inputs + outputs) numbers in place of inputs ·
 * outputs. The sum can be merged into W₀, and taken out again; scale turns the adaptation up and down. `saveParams(adapted)` keeps A and B
 * alone, and `loadParams(lora(base, …), bytes)` puts them on the base again.
 *
 * With vectors as columns, W = W₀ + scale · BA, as the paper writes it. The weights of a convolution, k × k × channels × outputs, are a
 * matrix of k² · channels rows: A is then a convolution to r channels, and B mixes these.
 *
 * Hu et al., "LoRA: low-rank adaptation of large language models", ICLR 2022, https://arxiv.org/abs/2106.09685
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, parameter, type RandomStream } from '../../tensor'
import { networkDenoiser, trainableDenoiser, type Denoiser, type NetworkDenoiser } from '../denoiser'
import type { Network, Params } from '../network'
import { expectNetworkDenoiser } from './expect'

export interface LoraOptions {
  /** r. */
  readonly rank: number
  /** The factor of A B. Default 1. */
  readonly scale?: number
  /**
   * Which parameters are adapted: names of matrices and filters, or a pattern, of which the weights are taken: `/attention|qkv/` adapts
   * attention only. Default: the weights of all layers, `W0`, `W1`, … of an `mlp` and those that end in `.W` of networks for pictures.
   */
  readonly layers?: readonly string[] | RegExp
  /** What A is drawn from; default: the cell's own stream. */
  readonly stream?: RandomStream
}

/** A denoiser with an adaptation, whose `params` are the adaptation's alone: `train` leaves the rest as it is. */
export interface LoraDenoiser extends NetworkDenoiser {
  readonly base: NetworkDenoiser
  readonly rank: number
  readonly scale: number
  /** The parameters W₀ + scale · A B, as tensors that belong to the caller: `base.withParams(adapted.merge())`. */
  merge(scale?: number): Params
  /** Takes the adaptation out of merged parameters again. The result belongs to the caller. */
  unmerge(merged: Params, scale?: number): Params
  /** The same adaptation, weaker or stronger: 0 is the base, 1 as usual. */
  withScale(scale: number): Denoiser
}

/** Small beside the weights, whose deviation is about 1/√inputs. */
const A_GAIN = 0.5

/**
 * @param base a trained denoiser. Its parameters are not touched, and must outlive the adaptation.
 * @throws RangeError for a rank that is not a positive whole number, or a layer that there is not.
 */
export function lora(
  base: NetworkDenoiser,
  { rank, scale = 1, layers, stream = currentStream() }: LoraOptions,
): LoraDenoiser {
  expectNetworkDenoiser('lora', base)
  if (!Number.isFinite(scale))
    throw new RangeError(`lora: scale must be a finite number, but is ${String(scale)}`)
  const names = namesOf(base.params, layers)
  if (names.length === 0)
    throw new RangeError(
      `lora: there are no layers to adapt${layers instanceof RegExp ? ` whose name fits ${String(layers)}` : ''}: name some, as { layers }, of ${Object.keys(base.params).join(', ')}`,
    )
  if (!Number.isSafeInteger(rank) || rank < 1)
    throw new RangeError(`lora: rank must be a positive whole number, but is ${String(rank)}`)
  const params = tf.tidy(() =>
    Object.fromEntries(
      names.flatMap((name) => {
        const [inputs, outputs] = matrixShape(base.params, name)
        const a = stream.normalTensor([inputs, rank])
        return [
          [`${name}.A`, parameter(tf.mul(a, A_GAIN / Math.sqrt(inputs)))],
          [`${name}.B`, parameter(tf.zeros([rank, outputs]))],
        ]
      }),
    ),
  )

  /** The base's parameters with factor · A B added. */
  const adapted = (from: Params, given: Params, factor: number): Params =>
    Object.fromEntries(
      Object.entries(from).map(([name, value]) => {
        if (!names.includes(name)) return [name, value.clone()]
        const product = tf.matMul(given[`${name}.A`] as tf.Tensor2D, given[`${name}.B`] as tf.Tensor2D)
        return [name, tf.add(value, tf.mul(product, factor).reshape(value.shape))]
      }),
    )
  const atScale = (factor: number): Network => {
    const network = (given: Params, x: tf.Tensor, label: tf.Tensor1D, condition?: Parameters<Network>[3]) =>
      tf.tidy(() => base.network(adapted(base.params, given, factor), x, label, condition))
    const { shape, conditions } = base.network
    return Object.assign(holding(network, base.params, base.network), {
      shape,
      ...(conditions && { conditions }),
      initial: (): Params => params,
    })
  }
  const model = trainableDenoiser(base.process, atScale(scale), base.head, params)
  return Object.assign(model, {
    base,
    rank,
    scale,
    merge: holding(
      (by = scale): Params => tf.tidy(() => adapted(base.params, params, by)),
      base.params,
      params,
    ),
    unmerge: holding(
      (merged: Params, by = scale): Params => tf.tidy(() => adapted(merged, params, -by)),
      params,
    ),
    withScale: holding(
      (by: number): Denoiser => {
        if (!Number.isFinite(by))
          throw new RangeError(`lora: scale must be a finite number, but is ${String(by)}`)
        return networkDenoiser(base.process, atScale(by), base.head, params)
      },
      base.params,
      params,
    ),
  })
}

/** The names of the weights to adapt. */
function namesOf(params: Params, layers: readonly string[] | RegExp | undefined): readonly string[] {
  if (Array.isArray(layers)) return layers as readonly string[]
  const names = Object.keys(params)
  const weights = names.filter((name) => /(^|\.)[A-Z]\d*$/.test(name) && [2, 4].includes(params[name]!.rank))
  if (layers instanceof RegExp) return weights.filter((name) => layers.test(name))
  if (layers !== undefined)
    throw new TypeError('lora: layers must be a list of names, or a pattern such as /attention/')
  const ofPerceptron = names.filter((name) => /^W\d+$/.test(name))
  return ofPerceptron.length ? ofPerceptron : weights.filter((name) => name.endsWith('.W'))
}

/** [inputs, outputs] of a matrix, or of a filter [height, width, channels, outputs] as one. */
function matrixShape(params: Params, name: string): readonly [number, number] {
  const value = params[name]
  if (value?.rank !== 2 && value?.rank !== 4)
    throw new RangeError(
      `lora: ${name} is not a matrix or a filter of the network, which has ${Object.keys(params).join(', ')}`,
    )
  const outputs = value.shape.at(-1)!
  return [value.size / outputs, outputs]
}
