/**
 * A U-Net: residual blocks on ever smaller pictures and back up, each level's pictures handed across to the way up.
 *
 *   down   blocks at each level, then half the size
 *   middle block, attention, block
 *   up     blocks on [what comes from below, what was handed across], then twice the size
 *
 * All blocks are told one embedding e = dense(SiLU(dense(features of time))) + conditions. Attention stands behind the blocks of
 * the levels that ask for it; pictures that are told stand beside the state, as `pictures/beside.ts` says.
 *
 * Ronneberger, Fischer and Brox, "U-Net", 2015, https://arxiv.org/abs/1505.04597; Ho, Jain and Abbeel, 2020, appendix B,
 * https://arxiv.org/abs/2006.11239
 */
import * as tf from '@tensorflow/tfjs'
import { silu, type RandomStream } from '../../tensor'
import { conditionKinds, type Condition, type ConditionOptions } from '../condition'
import { injection } from '../conditioning'
import type { LayeredNetwork } from '../layered'
import type { Params } from '../network'
import {
  attention,
  convolution,
  crossAttention,
  dense,
  doubled,
  freshOf,
  groupNorm,
  type Layer,
} from './layers'
import { besidePictures } from '../pictures/beside'
import { resBlock, type Modulation } from './resBlock'
import { featuresOf, timeFeatures, type TimeFeatures } from '../timeFeatures'

export interface UNetOptions {
  /** [height, width, channels] of one picture. Height and width must be divisible by 2 for each level after the first. */
  readonly shape: readonly [height: number, width: number, channels: number]
  /** Channels at the first level. Default 32. */
  readonly channels?: number
  /** Channels at each level, as multiples of the first. Default [1, 2]. */
  readonly multipliers?: readonly number[]
  /** Residual blocks at each level, on either side. Default 1. */
  readonly blocks?: number
  /** At which levels attention follows the blocks, counted from 0. Default: the last. */
  readonly attention?: readonly number[]
  /** Groups of group normalisation; must divide all numbers of channels. Default 8. */
  readonly groups?: number
  /** Features of the time. Default: `timeFeatures.geometric(32)`. */
  readonly time?: TimeFeatures
  /** What it can be told, as for `mlp`, and pictures of its height and width, which stand beside its own. Default: nothing. */
  readonly conditions?: ConditionOptions
  /**
   * How it is told what is no picture: `add` to the embedding of time (the default), or besides that by `cross-attention`, which lets every
   * place look at every token where there is attention.
   */
  readonly conditioning?: 'add' | 'cross-attention'
  /** How blocks are told the embedding: by adaptive group normalisation (the default), or by adding it, as DDPM did. */
  readonly modulation?: Modulation
}

/** A U-Net, which can also tell where it looks. */
export interface UNetNetwork extends LayeredNetwork {
  /**
   * How much each pixel looks at each token of what is told, the mean over all layers that look at tokens, of shape
   * [n, height, width, tokens]. Absent where it is not told by `cross-attention`.
   */
  readonly attention?: (
    params: Params,
    x: tf.Tensor,
    label: tf.Tensor1D,
    condition?: Condition,
  ) => tf.Tensor4D
}

/** @throws RangeError for sizes that do not fit together. */
export function unet({
  shape,
  channels = 32,
  multipliers = [1, 2],
  blocks = 1,
  attention: attentive = [multipliers.length - 1],
  groups = 8,
  time = timeFeatures.geometric(32),
  conditions: told = {},
  conditioning = 'add',
  modulation = 'group-norm',
}: UNetOptions): UNetNetwork {
  expectSizes(shape, channels, multipliers, blocks, attentive, groups)
  const widths = multipliers.map((m) => m * channels)
  const conditions = conditionKinds(told)
  const size = 4 * channels
  const condition = injection(conditions, 'add', size)
  const beside = besidePictures('unet', conditions, shape)
  if ((conditioning as string) !== 'add' && (conditioning as string) !== 'cross-attention')
    throw new RangeError(`unet: conditioning must be add or cross-attention, not ${String(conditioning)}`)
  if ((modulation as string) !== 'group-norm' && (modulation as string) !== 'add')
    throw new RangeError(`unet: modulation must be group-norm or add, not ${String(modulation)}`)
  const looks =
    conditioning === 'cross-attention' && Object.values(conditions).some((kind) => !('picture' in kind))

  const layers: Layer<never>[] = []
  const add = <L>(layer: L): L => {
    layers.push(layer as Layer<never>)
    return layer
  }
  const block = (name: string, from: number, to: number) =>
    add(resBlock(name, from, to, size, groups, modulation))
  const attend = (name: string, width: number) => ({
    own: add(attention(`${name}.attention`, width, groups)),
    cross: looks ? add(crossAttention(`${name}.cross`, width, groups, size)) : undefined,
  })
  const attendAt = (name: string, width: number, level: number) =>
    attentive.includes(level) ? attend(name, width) : undefined

  const embed = [add(dense('time.0', time.size, size)), add(dense('time.1', size, size, 1.68))] as const
  const first = add(convolution('first', shape[2] + beside.channels, channels))
  let width = channels
  const handed = [channels]
  const [height, columns] = shape
  /** Of what is handed across, and of the middle. */
  const activations: number[][] = [[height, columns, channels]]
  const down = widths.map((to, level) => {
    const stages = Array.from({ length: blocks }, (_, i) => {
      const name = `down${level}.${i}`
      const stage = { block: block(name, width, to), attention: attendAt(name, to, level) }
      handed.push((width = to))
      activations.push([height >> level, columns >> level, to])
      return stage
    })
    if (level === widths.length - 1) return { stages, half: undefined }
    handed.push(width)
    activations.push([height >> (level + 1), columns >> (level + 1), width])
    return { stages, half: add(convolution(`down${level}.half`, width, width, { stride: 2 })) }
  })
  const middle = [block('middle.0', width, width), block('middle.1', width, width)] as const
  const middleAttention = attend('middle', width)
  const coarsest = widths.length - 1
  activations.push([height >> coarsest, columns >> coarsest, width])
  const up = widths.toReversed().map((to, i) => {
    const level = widths.length - 1 - i
    const stages = Array.from({ length: blocks + 1 }, (_, k) => {
      const name = `up${level}.${k}`
      const stage = { block: block(name, width + handed.pop()!, to), attention: attendAt(name, to, level) }
      width = to
      return stage
    })
    return { stages, twice: level > 0 ? add(convolution(`up${level}.twice`, width, width)) : undefined }
  })
  const norm = add(groupNorm('last.norm', width, groups, 'silu'))
  const last = add(convolution('last', width, shape[2], { gain: 0.01 }))

  /** What all blocks are told: e, and the tokens where they are looked at. */
  const toldAll = (params: Params, label: tf.Tensor1D, n: number, given: Condition | undefined): Told => {
    const reading = condition.read(params, given, n)
    const embedded = embed[1].apply(params, silu(embed[0].apply(params, featuresOf(time, label))))
    return { e: silu(reading.layer(embedded, 0)), tokens: looks ? reading.sequence() : undefined }
  }
  const attended = (
    params: Params,
    { own, cross }: ReturnType<typeof attend>,
    h: tf.Tensor,
    { tokens, watch }: Told,
  ): tf.Tensor => {
    const seen = own.apply(params, h)
    if (watch && cross && tokens) {
      const [n, height, width] = h.shape as [number, number, number]
      watch(cross.weights(params, seen, tokens).reshape([n, height, width, tokens.shape[1]]))
    }
    return cross && tokens ? cross.apply(params, seen, tokens) : seen
  }
  // What a block makes on the way is let go of at once: sampling many pictures would hold on to gigabytes else.
  const staged = (
    params: Params,
    { block, attention }: (typeof down)[number]['stages'][number],
    input: tf.Tensor,
    told: Told,
  ): tf.Tensor =>
    tf.tidy(() => {
      const output = block.apply(params, input, told.e)
      return attention ? attended(params, attention, output, told) : output
    })
  /** What is handed across, from the first to the last, and the middle after it. */
  const encoded = (params: Params, begun: tf.Tensor, told: Told, hint?: tf.Tensor): tf.Tensor[] => {
    let h = first.apply(params, begun)
    if (hint) h = h.add(hint)
    const across = [h]
    for (const { stages, half } of down) {
      for (const each of stages) across.push((h = staged(params, each, h, told)))
      if (half) across.push((h = half.apply(params, h)))
    }
    h = middle[0].apply(params, h, told.e)
    h = middle[1].apply(params, attended(params, middleAttention, h, told), told.e)
    return [...across, h]
  }
  const decoded = (params: Params, activations: readonly tf.Tensor[], told: Told): tf.Tensor => {
    const across = activations.slice(0, -1)
    let h = activations.at(-1)!
    for (const { stages, twice } of up) {
      for (const each of stages)
        h = tf.tidy(() => staged(params, each, tf.concat([h, across.pop()!], 3), told))
      if (twice) h = tf.tidy(() => twice.apply(params, doubled(h)))
    }
    return last.apply(params, norm.apply(params, h))
  }
  const adding: LayeredNetwork['adding'] = (params, x, label, added, given) =>
    tf.tidy(() => {
      const told = toldAll(params, label, x.shape[0], given)
      const own = encoded(params, beside.begin(x, given), told)
      return decoded(params, added.length ? own.map((h, i) => h.add(added[i]!)) : own, told)
    })
  const network = (params: Params, x: tf.Tensor, label: tf.Tensor1D, given?: Condition): tf.Tensor =>
    adding(params, x, label, [], given)
  const encode: LayeredNetwork['encode'] = (params, x, label, { condition: given, hint } = {}) =>
    encoded(params, beside.begin(x, given), toldAll(params, label, x.shape[0], given), hint)
  const attentionOf: NonNullable<UNetNetwork['attention']> = (params, x, label, given) =>
    tf.tidy(() => {
      const maps: tf.Tensor4D[] = []
      const watch = (weights: tf.Tensor4D): void => {
        let large = weights
        while (large.shape[1] < shape[0]) large = doubled(large) as tf.Tensor4D
        // The block that it is of lets go of the rest.
        maps.push(tf.keep(large))
      }
      const told = { ...toldAll(params, label, x.shape[0], given), watch }
      decoded(params, encoded(params, beside.begin(x, given), told), told)
      const mean = tf.addN(maps).div<tf.Tensor4D>(maps.length)
      tf.dispose(maps)
      return mean
    })
  const initial = (stream: RandomStream): Params => ({
    ...freshOf(layers, stream),
    ...condition.initial([size], stream),
  })
  return Object.assign(network, {
    ...{ shape, conditions, initial, activations, encode, adding },
    ...(looks && { attention: attentionOf }),
    entry: [height, columns, channels],
    comesBefore: (name: string) => !/^(up\d+|last)\./.test(name),
  })
}

interface Told {
  readonly e: tf.Tensor
  readonly tokens: tf.Tensor3D | undefined
  /** Is told how much the places of a picture look at tokens, of shape [n, height, width, tokens]. */
  readonly watch?: (weights: tf.Tensor4D) => void
}

/** Cells are not type-checked before they run. */
function expectSizes(
  shape: readonly number[],
  channels: number,
  multipliers: readonly number[],
  blocks: number,
  attentive: readonly number[],
  groups: number,
): void {
  const whole = (name: string, value: number): void => {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`unet: ${name} must be a positive whole number, but is ${String(value)}`)
  }
  const given: unknown = shape
  if (!Array.isArray(given) || shape.length !== 3)
    throw new RangeError(`unet: shape must be [height, width, channels], but is ${String(given)}`)
  shape.forEach((length, i) => whole(['height', 'width', 'channels'][i]!, length))
  whole('channels', channels)
  whole('blocks', blocks)
  whole('groups', groups)
  const list: unknown = multipliers
  if (!Array.isArray(list) || list.length === 0)
    throw new RangeError('unet: multipliers must be a list with a number for each level, such as [1, 2]')
  multipliers.forEach((m) => whole('each of multipliers', m))
  const halves = 2 ** (multipliers.length - 1)
  if (shape[0]! % halves || shape[1]! % halves)
    throw new RangeError(
      `unet: ${multipliers.length} levels halve a picture ${multipliers.length - 1} times, so height and width must be multiples of ${halves}, but are ${shape[0]} and ${shape[1]}`,
    )
  const widths = multipliers.map((m) => m * channels)
  // On the way up a block sees two levels' channels side by side.
  if (widths.some((width) => width % groups))
    throw new RangeError(
      `unet: groups must divide all numbers of channels (${widths.join(', ')}), but is ${groups}`,
    )
  for (const level of attentive)
    if (!Number.isSafeInteger(level) || level < 0 || level >= multipliers.length)
      throw new RangeError(
        `unet: attention lists levels from 0 to ${multipliers.length - 1}, but has ${String(level)}`,
      )
}
