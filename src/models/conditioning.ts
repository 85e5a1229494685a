/**
 * Ways to tell a network a condition, each written for the pre-activation z = hW + eU + b of one layer of a perceptron:
 *
 *   add               z + cV                                  c = Σ over the named values of their embeddings
 *   scale-shift       (1 + cS) ⊙ norm(z) + cV                 adaptive group normalisation, with one group
 *   concat            h₀ = [x, values as they are]            where the network begins; layers are left alone
 *   cross-attention   z + softmax((zQ)(τK)ᵀ / √m) τV          τ the sequence of embedded values, one row a token
 *
 * norm(z) subtracts the mean of the layer's units and divides by their standard deviation. Each value has a learned null,
 * which stands in for it where it is not told.
 *
 * Scale and shift: Perez et al., "FiLM: visual reasoning with a general conditioning layer", AAAI 2018,
 * https://arxiv.org/abs/1709.07871, and Dhariwal and Nichol, "Diffusion models beat GANs on image synthesis", 2021,
 * https://arxiv.org/abs/2105.05233; cross-attention: Rombach et al., "High-resolution image synthesis with latent diffusion
 * models", CVPR 2022, https://arxiv.org/abs/2112.10752
 */
import * as tf from '@tensorflow/tfjs'
import type { RandomStream } from '../tensor'
import { expectKnown, told, type Condition, type ConditionKind, type ConditionKinds } from './condition'
import type { Params } from './network'

export type Conditioning = 'add' | 'scale-shift' | 'concat' | 'cross-attention'
export const CONDITIONINGS: readonly Conditioning[] = ['add', 'scale-shift', 'concat', 'cross-attention']

/** How a network takes its conditions. */
export interface Injection {
  /** Numbers that the condition adds to the network's input. */
  readonly inputs: number
  /** Fresh parameters of the embeddings, and of the layers of these widths. */
  initial(widths: readonly number[], stream: RandomStream): Record<string, tf.Tensor>
  /** c, the sum of the embeddings of a condition for `n` states, of shape [n or 1, size]. */
  embedded(params: Params, condition: Condition | undefined, n: number): tf.Tensor
  /** Reads a condition for `n` states. */
  read(params: Params, condition: Condition | undefined, n: number): Reading
}

/** A condition read for one batch. */
export interface Reading {
  /** The network's input: x, or x with the values beside it. */
  begin(x: tf.Tensor): tf.Tensor
  /** A layer's pre-activation with the condition in it. */
  layer(z: tf.Tensor, layer: number): tf.Tensor
  /** All values as one sequence of embedded tokens, of shape [n, length, size]; undefined where nothing can be told. */
  sequence(): tf.Tensor3D | undefined
}

const NOTHING: Reading = { begin: (x) => x, layer: (z) => z, sequence: () => undefined }

/**
 * @param kinds what can be told.
 * @param size length of an embedding.
 */
export function injection(kinds: ConditionKinds, conditioning: Conditioning, size: number): Injection {
  if (!CONDITIONINGS.includes(conditioning))
    throw new RangeError(
      `mlp: conditioning must be one of ${CONDITIONINGS.join(', ')}, not ${String(conditioning)}`,
    )
  // Pictures stand beside the states, which is up to the network.
  const embeddable = Object.entries(kinds).flatMap(([name, kind]) =>
    'picture' in kind ? [] : [[name, kind] as const],
  )
  const names = embeddable.map(([name]) => name)
  const concatenates = conditioning === 'concat'
  const width = (kind: ConditionKind): number =>
    concatenates && 'vector' in kind ? kind.vector : concatenates && 'classes' in kind ? kind.classes : size

  const tokensOf = (params: Params, condition: Condition | undefined, n: number): tf.Tensor3D[] =>
    embeddable.map(([name, kind]) => embedding(params, condition, name, kind, n, concatenates))

  return {
    inputs: concatenates ? embeddable.reduce((sum, [, kind]) => sum + width(kind), 0) : 0,

    initial(widths, stream) {
      const params: Record<string, tf.Tensor> = {}
      for (const [name, kind] of embeddable)
        Object.assign(params, embeddingParams(name, kind, width(kind), concatenates, stream))
      if (names.length === 0 || concatenates) return params
      const normal = (from: number, to: number, gain = 1): tf.Tensor =>
        tf.mul(stream.normalTensor([from, to]), gain / Math.sqrt(from))
      for (const [layer, units] of widths.entries()) {
        params[`condition.V${layer}`] = normal(size, units)
        // Training begins with every scale at one.
        if (conditioning === 'scale-shift') params[`condition.S${layer}`] = tf.zeros([size, units])
        if (conditioning === 'cross-attention') {
          params[`condition.Q${layer}`] = normal(units, size)
          params[`condition.K${layer}`] = normal(size, size)
        }
      }
      return params
    },

    embedded(params, condition, n) {
      expectKnown(condition, kinds)
      return sum(tokensOf(params, condition, n))
    },

    read(params, condition, n) {
      expectKnown(condition, kinds)
      if (names.length === 0) return NOTHING
      const tokens = tokensOf(params, condition, n)
      const sequence = (): tf.Tensor3D =>
        tf.concat(
          tokens.map((token) => (token.shape[0] === n ? token : tf.tile(token, [n, 1, 1]))),
          1,
        )
      switch (conditioning) {
        case 'concat':
          return {
            begin: (x) => tf.concat([x, ...flat(tokens).map((c) => rows(c, n))], 1),
            layer: (z) => z,
            sequence,
          }
        case 'add': {
          const c = sum(tokens)
          return {
            begin: (x) => x,
            layer: (z, layer) => z.add(times(c, params[`condition.V${layer}`]!)),
            sequence,
          }
        }
        case 'scale-shift': {
          const c = sum(tokens)
          return {
            begin: (x) => x,
            layer: (z, layer) =>
              times(c, params[`condition.S${layer}`]!)
                .add(1)
                .mul(normalise(z))
                .add(times(c, params[`condition.V${layer}`]!)),
            sequence,
          }
        }
        case 'cross-attention': {
          const all = sequence()
          return {
            begin: (x) => x,
            layer: (z, layer) =>
              z.add(
                attend(
                  times(z, params[`condition.Q${layer}`]!),
                  product(all, params[`condition.K${layer}`]!),
                  product(all, params[`condition.V${layer}`]!),
                ),
              ),
            sequence: () => all,
          }
        }
      }
    },
  }
}

/** Each value's tokens as one. */
function flat(tokens: readonly tf.Tensor3D[]): tf.Tensor[] {
  return tokens.map((token) => token.mean(1))
}

function sum(tokens: readonly tf.Tensor3D[]): tf.Tensor {
  return flat(tokens).reduce((a, b) => a.add(b))
}

/** What can be embedded. */
type EmbeddedKind = Exclude<ConditionKind, { readonly picture: readonly number[] }>

/** The embedding of one value, and its null. */
function embeddingParams(
  name: string,
  kind: EmbeddedKind,
  width: number,
  plain: boolean,
  stream: RandomStream,
): Record<string, tf.Tensor> {
  const params: Record<string, tf.Tensor> = {}
  const normal = (shape: number[], scale = 1): tf.Tensor => tf.mul(stream.normalTensor(shape), scale)
  if ('vector' in kind) {
    if (!plain) {
      params[`${name}.W`] = normal([kind.vector, width], 1 / Math.sqrt(kind.vector))
      params[`${name}.b`] = normal([width])
    }
  } else if ('tokens' in kind) {
    params[`${name}.table`] = normal([kind.tokens, width])
    params[`${name}.places`] = normal([kind.length, width])
  } else if (!plain) params[`${name}.table`] = normal([kind.classes, width])
  params[`${name}.null`] = plain ? tf.zeros([1, width]) : normal([1, width])
  return params
}

/**
 * One value as a sequence of embedded tokens, of shape [n or 1, length, width]: a class and a vector are one token.
 * `plain` leaves vectors as they are, and writes classes as ones among zeros.
 */
function embedding(
  params: Params,
  condition: Condition | undefined,
  name: string,
  kind: EmbeddedKind,
  n: number,
  plain: boolean,
): tf.Tensor3D {
  const nothing = params[`${name}.null`]!
  const { value, told: is } = told(condition, name, kind, n)
  const length = 'tokens' in kind ? kind.length : 1
  const width = nothing.shape[1]!
  const empty = nothing.reshape<tf.Tensor3D>([1, 1, width]).tile<tf.Tensor3D>([1, length, 1])
  if (!value) return empty
  const count = value.shape[0]
  const embedded = (): tf.Tensor => {
    if ('vector' in kind)
      return plain ? value : soft(times(value, params[`${name}.W`]!).add(params[`${name}.b`]!))
    const ones = tf.oneHot(
      value.flatten().toInt<tf.Tensor1D>(),
      'tokens' in kind ? kind.tokens : kind.classes,
    )
    if (plain && 'classes' in kind) return ones.toFloat()
    const rows = tf.matMul(ones.toFloat(), params[`${name}.table`] as tf.Tensor2D)
    return 'tokens' in kind ? rows.reshape([count, length, width]).add(params[`${name}.places`]!) : rows
  }
  const tokens = embedded().reshape<tf.Tensor3D>([count, length, width])
  if (!is) return tokens
  const mask = is.reshape([n, 1, 1])
  return tokens.mul(mask).add(empty.mul(tf.sub(1, mask)))
}

/** softmax(q kᵀ / √m) v for one query a state: q of shape [n, m], k of [n, length, m], v of [n, length, units]. */
function attend(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): tf.Tensor {
  const scores = q.expandDims(1).mul(k).sum(2).div(Math.sqrt(q.shape[1]!))
  return tf.softmax(scores).expandDims(2).mul(v).sum(1)
}

const EPSILON = 1e-5

/** (z − mean) / √(variance + 1e-5), over the units of each state. */
function normalise(z: tf.Tensor): tf.Tensor {
  const centred = z.sub(z.mean(1, true))
  return centred.div(centred.square().mean(1, true).add(EPSILON).sqrt())
}

function soft(z: tf.Tensor): tf.Tensor {
  return z.mul(tf.sigmoid(z))
}

function times(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.matMul(a, b)
}

/** A product with each token of [n, length, size]. */
function product(sequence: tf.Tensor, matrix: tf.Tensor): tf.Tensor {
  const [n, length, size] = sequence.shape as [number, number, number]
  return times(sequence.reshape([n * length, size]), matrix).reshape([n, length, matrix.shape[1]!])
}

/** One row for all, written n times. */
function rows(c: tf.Tensor, n: number): tf.Tensor {
  return c.shape[0] === n ? c : tf.tile(c, [n, 1])
}
