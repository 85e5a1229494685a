/**
 * The layers of a U-Net, each a pair of fresh parameters and a pure function of them. Pictures are [n, height, width,
 * channels].
 */
import * as tf from '@tensorflow/tfjs'
import {
  affine,
  affineOnto,
  attention as attend,
  convolutionOnto,
  groupNorm as normaliseGroups,
  type RandomStream,
} from '../../tensor'
import type { Params } from '../network'

/** A layer; its parameters' names begin with its own. */
export interface Layer<A extends readonly unknown[] = []> {
  initial(stream: RandomStream): Record<string, tf.Tensor>
  apply(params: Params, x: tf.Tensor, ...rest: A): tf.Tensor
}

/** A layer whose result can be added to something in the same pass: what a residual block ends with. */
export interface Residual extends Layer {
  /** `rest` and what the layer makes of x. */
  onto(params: Params, rest: tf.Tensor, x: tf.Tensor): tf.Tensor
}

/** The parameters of several layers in one record. */
export function freshOf(
  layers: readonly Pick<Layer, 'initial'>[],
  stream: RandomStream,
): Record<string, tf.Tensor> {
  return Object.fromEntries(layers.flatMap((layer) => Object.entries(layer.initial(stream))))
}

function normal(stream: RandomStream, shape: number[], deviation: number): tf.Tensor {
  return tf.mul(stream.normalTensor(shape), deviation)
}

/**
 * A convolution with bias, of the picture's own size (or half of it, with `stride` 2).
 *
 * @param gain standard deviation of outputs for inputs of one; 0 starts with nothing.
 */
export function convolution(
  name: string,
  from: number,
  to: number,
  { size = 3, stride = 1, gain = 1 }: { size?: number; stride?: 1 | 2; gain?: number } = {},
): Residual {
  return {
    initial: (stream) => ({
      [`${name}.W`]: normal(stream, [size, size, from, to], gain / Math.sqrt(size * size * from)),
      [`${name}.b`]: tf.zeros([to]),
    }),
    apply: (params, x) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: params[`${name}.W`] as tf.Tensor4D,
        strides: stride,
        pad: 'same',
        bias: params[`${name}.b`],
      }),
    onto(params, rest, x) {
      if (stride > 1) return rest.add(this.apply(params, x))
      return convolutionOnto(rest, params[`${name}.b`]!, x, params[`${name}.W`]!)
    },
  }
}

/** xW + b on the last axis of [n, from]. */
export function dense(name: string, from: number, to: number, gain = 1): Residual {
  return {
    initial: (stream) => ({
      [`${name}.W`]: normal(stream, [from, to], gain / Math.sqrt(from)),
      [`${name}.b`]: tf.zeros([to]),
    }),
    apply: (params, x) => affine(params[`${name}.b`]!, [x, params[`${name}.W`]!]),
    onto: (params, rest, x) => affineOnto(rest, params[`${name}.b`]!, x, params[`${name}.W`]!),
  }
}

/** Group normalisation with a learned gain and shift for each channel, and SiLU after it where that is asked for. */
export function groupNorm(name: string, channels: number, groups: number, activation?: 'silu'): Layer {
  return {
    initial: () => ({ [`${name}.gain`]: tf.ones([channels]), [`${name}.shift`]: tf.zeros([channels]) }),
    apply: (params, x) =>
      normaliseGroups(x, params[`${name}.gain`]!, params[`${name}.shift`]!, { groups, activation }),
  }
}

/**
 * Self-attention among the places of a picture, added to it:
 *
 *   x + softmax(QKᵀ/√c) V W,   Q, K, V linear in the normalised x.
 *
 * W starts at zero, so the layer starts as the identity.
 */
export function attention(name: string, channels: number, groups: number): Layer {
  const norm = groupNorm(`${name}.norm`, channels, groups)
  const part = (what: string, gain = 1): Residual => dense(`${name}.${what}`, channels, channels, gain)
  // A bias of the keys adds the same to all scores of a place, which softmax forgets: it would never be trained.
  const [query, value, output] = [part('Q'), part('V'), part('out', 0)]
  const key: Layer = {
    initial: (stream) => ({ [`${name}.K.W`]: normal(stream, [channels, channels], 1 / Math.sqrt(channels)) }),
    apply: (params, x) => tf.matMul(x, params[`${name}.K.W`]!),
  }
  return {
    initial: (stream) => freshOf([norm, query, key, value, output], stream),
    apply: (params, x) => {
      const [n, height, width, c] = x.shape as [number, number, number, number]
      const places = height * width
      const flat = norm.apply(params, x).reshape([n * places, c])
      const sequence = (layer: Layer): tf.Tensor3D =>
        layer.apply(params, flat).reshape<tf.Tensor3D>([n, places, c])
      const mixed = attend(sequence(query), sequence(key), sequence(value)).reshape([n * places, c])
      return output.onto(params, x.reshape([n * places, c]), mixed).reshape([n, height, width, c])
    },
  }
}

/** A layer that looks at tokens, and tells how much each place looks at each of them. */
export interface CrossAttention extends Layer<[tokens: tf.Tensor3D]> {
  /** softmax(QKᵀ/√c), of shape [n, places, tokens], row by row of the picture; each row of it has the sum one. */
  weights(params: Params, x: tf.Tensor, tokens: tf.Tensor3D): tf.Tensor3D
}

/**
 * Attention of the places of a picture to a sequence of tokens τ, added to it:
 *
 *   x + softmax(QKᵀ/√c) V W,   Q linear in the normalised x, K and V in τ.
 *
 * W starts at zero, so the layer starts as the identity.
 *
 * Rombach et al., "High-resolution image synthesis with latent diffusion models", CVPR 2022, https://arxiv.org/abs/2112.10752
 *
 * @param size length of a token.
 */
export function crossAttention(name: string, channels: number, groups: number, size: number): CrossAttention {
  const norm = groupNorm(`${name}.norm`, channels, groups)
  const query = dense(`${name}.Q`, channels, channels)
  const key = dense(`${name}.K`, size, channels)
  const value = dense(`${name}.V`, size, channels)
  const output = dense(`${name}.out`, channels, channels, 0)
  const read = (params: Params, x: tf.Tensor, tokens: tf.Tensor3D) => {
    const [n, height, width, c] = x.shape as [number, number, number, number]
    const [places, length] = [height * width, tokens.shape[1]]
    const flat = norm.apply(params, x).reshape([n * places, c])
    const told = tokens.reshape([n * length, size])
    const ofTokens = (layer: Layer): tf.Tensor3D =>
      layer.apply(params, told).reshape<tf.Tensor3D>([n, length, c])
    return { q: query.apply(params, flat).reshape<tf.Tensor3D>([n, places, c]), ofTokens }
  }
  return {
    initial: (stream) => freshOf([norm, query, key, value, output], stream),
    weights: (params, x, tokens) =>
      tf.tidy(() => {
        const { q, ofTokens } = read(params, x, tokens)
        return tf.softmax(tf.matMul(q, ofTokens(key), false, true).div(Math.sqrt(channels)))
      }),
    apply: (params, x, tokens) => {
      const [n, height, width, c] = x.shape as [number, number, number, number]
      const places = n * height * width
      const { q, ofTokens } = read(params, x, tokens)
      const mixed = attend(q, ofTokens(key), ofTokens(value)).reshape([places, c])
      return output.onto(params, x.reshape([places, c]), mixed).reshape([n, height, width, c])
    },
  }
}

/** Every number written twice in each direction: [n, h, w, c] ↦ [n, 2h, 2w, c]. */
export function doubled(x: tf.Tensor): tf.Tensor {
  const [n, height, width, channels] = x.shape as [number, number, number, number]
  const wide = x.reshape([n * height, width, 1, channels])
  const twice = tf.concat([wide, wide], 2).reshape([n, height, 1, 2 * width * channels])
  return tf.concat([twice, twice], 2).reshape([n, 2 * height, 2 * width, channels])
}
