/**
 * The way down of a U-Net, to numbers in place of a picture: for classifiers of noisy pictures, for what a picture is compared by,
 * for captions. Residual blocks that are told the time, each level of half the size of the one before; then attention, the mean over
 * all places, and a linear map.
 *
 * Dhariwal and Nichol, "Diffusion models beat GANs on image synthesis", 2021, section 4, https://arxiv.org/abs/2105.05233
 */
import * as tf from '@tensorflow/tfjs'
import { silu, type RandomStream } from '../../tensor'
import type { Network, Params } from '../network'
import { featuresOf, timeFeatures, type TimeFeatures } from '../timeFeatures'
import { attention, convolution, dense, freshOf, groupNorm, type Layer } from '../unet/layers'
import { resBlock } from '../unet/resBlock'

export interface EncoderOptions {
  /** [height, width, channels] of one picture. Height and width must be divisible by 2 for each level after the first. */
  readonly shape: readonly [height: number, width: number, channels: number]
  /** How many numbers come out: of a classifier, one for each class. */
  readonly outputs: number
  /** Channels at the first level. Default 16. */
  readonly channels?: number
  /** Channels at each level, as multiples of the first. Default [1, 2, 4]. */
  readonly multipliers?: readonly number[]
  /** Groups of group normalisation; must divide all numbers of channels. Default 8. */
  readonly groups?: number
  /** Features of the time. Default: `timeFeatures.geometric(32)`. */
  readonly time?: TimeFeatures
}

/** A network that also tells the features before its last map. */
export interface EncoderNetwork extends Network {
  /** What the last level sees at each of its places, of shape [n, height, width, width of the last level]. */
  readonly places: (params: Params, x: tf.Tensor, label: tf.Tensor1D) => tf.Tensor4D
  /** The features of pictures, of shape [n, width of the last level]. */
  readonly features: (params: Params, x: tf.Tensor, label: tf.Tensor1D) => tf.Tensor2D
}

/** @throws RangeError for sizes that do not fit together. */
export function encoder({
  shape,
  outputs,
  channels = 16,
  multipliers = [1, 2, 4],
  groups = 8,
  time = timeFeatures.geometric(32),
}: EncoderOptions): EncoderNetwork {
  const widths = multipliers.map((m) => m * channels)
  expectSizes(shape, outputs, widths, groups)
  const size = 4 * channels
  const layers: Layer<never>[] = []
  const add = <L>(layer: L): L => {
    layers.push(layer as Layer<never>)
    return layer
  }
  const embed = [add(dense('time.0', time.size, size)), add(dense('time.1', size, size, 1.68))] as const
  const first = add(convolution('first', shape[2], widths[0]!))
  const down = widths.map((width, level) => ({
    half: level ? add(convolution(`${level}.half`, widths[level - 1]!, width, { stride: 2 })) : undefined,
    block: add(resBlock(`${level}.block`, width, width, size, groups)),
  }))
  const width = widths.at(-1)!
  const attend = add(attention('attention', width, groups))
  const norm = add(groupNorm('last.norm', width, groups, 'silu'))
  const last = add(dense('last', width, outputs, 0.1))

  const places = (params: Params, x: tf.Tensor, label: tf.Tensor1D): tf.Tensor4D =>
    tf.tidy(() => {
      const e = silu(embed[1].apply(params, silu(embed[0].apply(params, featuresOf(time, label)))))
      let h = first.apply(params, x)
      for (const { half, block } of down) h = block.apply(params, half ? half.apply(params, h) : h, e)
      return norm.apply(params, attend.apply(params, h)) as tf.Tensor4D
    })
  const features = (params: Params, x: tf.Tensor, label: tf.Tensor1D): tf.Tensor2D =>
    tf.tidy(() => places(params, x, label).mean<tf.Tensor2D>([1, 2]))
  const network = (params: Params, x: tf.Tensor, label: tf.Tensor1D): tf.Tensor =>
    tf.tidy(() => last.apply(params, features(params, x, label)))
  const initial = (stream: RandomStream): Params => freshOf(layers, stream)
  return Object.assign(network, { shape, places, features, initial })
}

/** Cells are not type-checked before they run. */
function expectSizes(
  shape: readonly number[],
  outputs: number,
  widths: readonly number[],
  groups: number,
): void {
  const given: unknown = shape
  if (!Array.isArray(given) || shape.length !== 3)
    throw new RangeError(`encoder: shape must be [height, width, channels], but is ${String(given)}`)
  for (const [name, value] of [
    ['height', shape[0]],
    ['width', shape[1]],
    ['channels', shape[2]],
    ['outputs', outputs],
    ['groups', groups],
    ...widths.map((width) => ['the width of each level', width]),
  ] as [string, number][])
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`encoder: ${name} must be a positive whole number, but is ${String(value)}`)
  const halves = 2 ** (widths.length - 1)
  if (shape[0]! % halves || shape[1]! % halves)
    throw new RangeError(
      `encoder: ${widths.length} levels halve a picture ${widths.length - 1} times, so height and width must be multiples of ${halves}, but are ${shape[0]} and ${shape[1]}`,
    )
  if (widths.some((width) => width % groups))
    throw new RangeError(
      `encoder: groups must divide all numbers of channels (${widths.join(', ')}), but is ${groups}`,
    )
}
