/**
 * A diffusion transformer (DiT): the picture is cut into patches, each a token, and blocks of attention and perceptrons work on
 * all of them. Time and conditions come in by adaptive layer normalisation, each block's own linear map of their embedding e:
 *
 *   h ← h + g₁ ⊙ attention((1 + s₁) ⊙ norm(h) + b₁)
 *   h ← h + g₂ ⊙ perceptron((1 + s₂) ⊙ norm(h) + b₂),   [b₁, s₁, g₁, b₂, s₂, g₂] = SiLU(e) W.
 *
 * W starts at zero, so that a fresh block changes nothing (adaLN-Zero). Where a token is comes from fixed sines and cosines
 * of its row and column.
 *
 * Peebles and Xie, "Scalable diffusion models with transformers", ICCV 2023, https://arxiv.org/abs/2212.09748
 */
import * as tf from '@tensorflow/tfjs'
import { attention, groupNorm, silu, type RandomStream } from '../../tensor'
import { conditionKinds, type Condition, type ConditionOptions } from '../condition'
import { injection } from '../conditioning'
import type { LayeredNetwork } from '../layered'
import type { Params } from '../network'
import { featuresOf, timeFeatures, type TimeFeatures } from '../timeFeatures'
import { dense, freshOf, type Layer } from '../unet/layers'
import { besidePictures } from './beside'

export interface DitOptions {
  /** [height, width, channels] of one picture. */
  readonly shape: readonly [height: number, width: number, channels: number]
  /** Height and width of a patch in pixels; divides those of the picture. Default 2. */
  readonly patch?: number
  /** Numbers of a token, a multiple of four and of `heads`. Default 64. */
  readonly width?: number
  /** Blocks. Default 4. */
  readonly depth?: number
  /** Attentions side by side in each block. Default 4. */
  readonly heads?: number
  /** Features of the time. Default: `timeFeatures.geometric(32)`. */
  readonly time?: TimeFeatures
  /** What it can be told, as for `mlp`. Default: nothing. */
  readonly conditions?: ConditionOptions
}

/** How much wider the perceptrons are than tokens. */
const WIDER = 4

/** @throws RangeError for sizes that do not fit together. */
export function dit({
  shape,
  patch = 2,
  width = 64,
  depth = 4,
  heads = 4,
  time = timeFeatures.geometric(32),
  conditions: told = {},
}: DitOptions): LayeredNetwork {
  expectSizes({ shape, patch, width, depth, heads })
  const [height, columns, channels] = shape
  const [down, across] = [height / patch, columns / patch]
  const tokens = down * across
  const conditions = conditionKinds(told)
  const beside = besidePictures('dit', conditions, shape)
  const numbers = patch * patch * channels
  const condition = injection(conditions, 'add', width)

  const embed = [dense('time.0', time.size, width), dense('time.1', width, width, 1.68)] as const
  const seen = patch * patch * (channels + beside.channels)
  const first = dense('first', seen, width)
  const blocks = Array.from({ length: depth }, (_, k) => ({
    told: dense(`${k}.told`, width, 6 * width, 0),
    qkv: dense(`${k}.qkv`, width, 3 * width),
    out: dense(`${k}.out`, width, width),
    wide: dense(`${k}.wide`, width, WIDER * width),
    narrow: dense(`${k}.narrow`, WIDER * width, width, 1.68),
  }))
  const toldLast = dense('last.told', width, 2 * width, 0)
  const last = dense('last', width, numbers, 0)
  const layers: Layer[] = [
    ...embed,
    first,
    ...blocks.flatMap((block) => Object.values(block)),
    toldLast,
    last,
  ]
  const places = placesOf(down, across, width)

  const embeddingOf = (params: Params, label: tf.Tensor1D, n: number, given: Condition | undefined) => {
    const embedded = embed[1].apply(params, silu(embed[0].apply(params, featuresOf(time, label))))
    return silu(condition.read(params, given, n).layer(embedded, 0))
  }
  /** The tokens after each block, to which `added` is added before the next block sees them. */
  const through = (
    params: Params,
    x: tf.Tensor,
    e: tf.Tensor,
    given: Condition | undefined,
    { hint, added = [] }: { hint?: tf.Tensor | undefined; added?: readonly tf.Tensor[] } = {},
  ): tf.Tensor3D[] => {
    const n = x.shape[0]
    const patches = cut(beside.begin(x, given) as tf.Tensor4D, patch)
    let h: tf.Tensor3D = first
      .apply(params, patches.reshape([n * tokens, seen]))
      .reshape<tf.Tensor3D>([n, tokens, width])
      .add(tf.tensor3d(places, [1, tokens, width]))
    if (hint) h = h.reshape([n, down, across, width]).add(hint).reshape([n, tokens, width])
    return blocks.map(({ told, qkv, out, wide, narrow }, k) => {
      const [b1, s1, g1, b2, s2, g2] = parts(told.apply(params, e), 6, n)
      const mixed = attend(qkv.apply(params, rows(modulated(h, s1!, b1!))), n, tokens, heads)
      h = h.add(out.apply(params, mixed).reshape([n, tokens, width]).mul(g1!))
      const thought = narrow.apply(params, silu(wide.apply(params, rows(modulated(h, s2!, b2!)))))
      h = h.add(thought.reshape([n, tokens, width]).mul(g2!))
      if (added[k]) h = h.add(added[k].reshape([n, tokens, width]))
      return h
    })
  }
  const adding: LayeredNetwork['adding'] = (params, x, label, added, given) =>
    tf.tidy(() => {
      const n = x.shape[0]
      const e = embeddingOf(params, label, n, given)
      const h = through(params, x, e, given, { added }).at(-1)!
      const [shift, scale] = parts(toldLast.apply(params, e), 2, n)
      const output = last.apply(params, rows(modulated(h, scale!, shift!)))
      return joined(output.reshape([n, tokens, numbers]), shape, patch)
    })
  const network = (params: Params, x: tf.Tensor, label: tf.Tensor1D, given?: Condition): tf.Tensor =>
    adding(params, x, label, [], given)
  const encode: LayeredNetwork['encode'] = (params, x, label, { condition: given, hint } = {}) =>
    through(params, x, embeddingOf(params, label, x.shape[0], given), given, { hint }).map((h) =>
      h.reshape([x.shape[0], down, across, width]),
    )
  const initial = (stream: RandomStream): Params => ({
    ...freshOf(layers, stream),
    ...condition.initial([width], stream),
  })
  const places2d = [down, across, width]
  return Object.assign(network, {
    ...{ shape, conditions, initial, encode, adding },
    activations: blocks.map(() => places2d),
    entry: places2d,
    comesBefore: (name: string) => !name.startsWith('last.'),
  })
}

/** (1 + s) ⊙ norm(h) + b, the norm over the numbers of each token. */
function modulated(h: tf.Tensor3D, scale: tf.Tensor, shift: tf.Tensor): tf.Tensor3D {
  const [n, tokens, width] = h.shape
  const normal = groupNorm(h.reshape([n * tokens, 1, width]), tf.ones([width]), tf.zeros([width]))
  return normal.reshape<tf.Tensor3D>([n, tokens, width]).mul(scale.add(1)).add(shift)
}

function rows(h: tf.Tensor3D): tf.Tensor2D {
  return h.reshape([-1, h.shape[2]])
}

/** The parts of [n or 1, count · width], each of shape [n or 1, 1, width]. */
function parts(all: tf.Tensor, count: number, n: number): tf.Tensor[] {
  return tf.split(all.reshape([all.shape[0] === 1 ? 1 : n, 1, -1]), count, 2)
}

/** Attention of several heads: queries, keys and values in rows of 3 · width, to rows of width. */
function attend(qkv: tf.Tensor, n: number, tokens: number, heads: number): tf.Tensor2D {
  const depth = qkv.shape[1]! / (3 * heads)
  const [q, k, v] = tf
    .split(qkv.reshape([n, tokens, 3, heads, depth]).transpose([2, 0, 3, 1, 4]), 3, 0)
    .map((part) => part.reshape<tf.Tensor3D>([n * heads, tokens, depth])) as [
    tf.Tensor3D,
    tf.Tensor3D,
    tf.Tensor3D,
  ]
  return attention(q, k, v)
    .reshape([n, heads, tokens, depth])
    .transpose([0, 2, 1, 3])
    .reshape([n * tokens, heads * depth])
}

/** Patches, row by row: [n, h, w, c] ↦ [n, tokens, patch² · c]. */
export function cut(x: tf.Tensor4D, patch: number): tf.Tensor3D {
  const [n, height, width, channels] = x.shape
  return x
    .reshape([n, height / patch, patch, width / patch, patch * channels])
    .transpose([0, 1, 3, 2, 4])
    .reshape([n, (height / patch) * (width / patch), patch * patch * channels])
}

/** The picture that was cut into these patches. */
export function joined(
  patches: tf.Tensor,
  [height, width, channels]: readonly number[],
  patch: number,
): tf.Tensor4D {
  return patches
    .reshape([-1, height! / patch, width! / patch, patch, patch * channels!])
    .transpose([0, 1, 3, 2, 4])
    .reshape([-1, height!, width!, channels!])
}

/** Half of a token's numbers for its row, half for its column, each sines and cosines of frequencies from 1 to 1/100. */
function placesOf(down: number, across: number, width: number): Float32Array {
  const quarter = width / 4
  const places = new Float32Array(down * across * width)
  for (let token = 0; token < down * across; token++) {
    const at = [Math.floor(token / across), token % across]
    for (const [axis, position] of at.entries())
      for (let i = 0; i < quarter; i++) {
        const angle = position * 100 ** -(i / quarter)
        places[token * width + axis * 2 * quarter + i] = Math.sin(angle)
        places[token * width + axis * 2 * quarter + quarter + i] = Math.cos(angle)
      }
  }
  return places
}

/** Cells are not type-checked before they run. */
function expectSizes(
  options: Required<Pick<DitOptions, 'shape' | 'patch' | 'width' | 'depth' | 'heads'>>,
): void {
  const { shape, patch, width, heads } = options
  const given: unknown = shape
  if (!Array.isArray(given) || shape.length !== 3)
    throw new RangeError(`dit: shape must be [height, width, channels], but is ${String(given)}`)
  for (const [name, value] of [
    ...shape.map((length, i) => [['height', 'width', 'channels'][i], length] as const),
    ...(['patch', 'width', 'depth', 'heads'] as const).map((name) => [name, options[name]] as const),
  ])
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`dit: ${name} must be a positive whole number, but is ${String(value)}`)
  if (shape[0] % patch || shape[1] % patch)
    throw new RangeError(
      `dit: patch must divide height and width, ${shape[0]} and ${shape[1]}, but is ${patch}`,
    )
  if (width % 4 || width % heads)
    throw new RangeError(`dit: width must be a multiple of 4 and of heads (${heads}), but is ${width}`)
}
