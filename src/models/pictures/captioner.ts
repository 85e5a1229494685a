/**
 * A captioner: what words say of a picture, noisy ones too, one word after the other:
 *
 *   log p(y | x_t) = Σ_k log p(w_k | w_1, …, w_{k−1}, x_t).
 *
 * For every word k there is a question r_k, made of the words before it; it looks at the places of the picture, and both together say
 * how likely each word is:
 *
 *   r_k = b_k + Σ_{j<k} E_j[w_j],   a_k = softmax(r_k Q Kᵀ/√d) V,   p(w_k | …) = softmax(W₂ SiLU(W₁ [r_k + a_k])),
 *
 * with K and V linear in what an encoder sees at each place. All words of a known caption are judged in one pass. The gradient of
 * log p(y | x_t) in x_t is language guidance; for that it has to know every noise level, and is trained on all of them.
 *
 * Vinyals, Toshev, Bengio and Erhan, "Show and tell", CVPR 2015, https://arxiv.org/abs/1411.4555; Xu et al., "Show, attend and tell",
 * ICML 2015, https://arxiv.org/abs/1502.03044
 */
import * as tf from '@tensorflow/tfjs'
import { attention, currentStream, holding, parameter, silu, type RandomStream } from '../../tensor'
import { told, type Condition } from '../condition'
import type { Trainable } from '../denoiser'
import { head } from '../head'
import type { TrainableParams } from '../network'
import { over, type GaussianProcess } from '../process'
import { combine, type Time } from '../state'
import { FIRST_TIME, spreadTimes } from '../times'
import { dense, freshOf } from '../unet/layers'
import { encoder, type EncoderOptions } from './encoder'

/** Captions as tokens, of shape [n, length] or [length] for all alike, or as their numbers in row-major order. */
export type CaptionTokens = tf.Tensor | ArrayLike<number>

/** p(caption | x_t). */
export interface Captioner extends Trainable {
  readonly process: GaussianProcess
  /** [height, width, channels] of one picture. */
  readonly shape: readonly number[]
  /** Words that there are, and words of a caption. */
  readonly tokens: number
  readonly length: number
  readonly params: TrainableParams
  /** log p(w_k | w_1, …, w_{k−1}, x_t) of every word of the captions, of shape [n, length]. */
  readonly logProbabilities: (x: tf.Tensor, t: Time, captions: CaptionTokens) => tf.Tensor2D
  /** log p(caption | x_t), of shape [n]. */
  readonly logProbability: (x: tf.Tensor, t: Time, captions: CaptionTokens) => tf.Tensor1D
  /** The likeliest word after the other, from left to right, as tokens in row-major order. @param t default: clean. */
  readonly describe: (x: tf.Tensor, t?: Time) => Promise<Int32Array>
  /** What it sees of pictures, the mean over all places, of shape [n, features]: to compare pictures by. @param t default: clean. */
  readonly features: (x: tf.Tensor, t?: Time) => tf.Tensor2D
}

export interface CaptionerOptions extends Omit<EncoderOptions, 'outputs'> {
  /** How many words there are. */
  readonly tokens: number
  /** Words of a caption. */
  readonly length: number
  /** Numbers of a question. Default 64. */
  readonly width?: number
  /** What the parameters are drawn from. Default: the cell's own. */
  readonly stream?: RandomStream
}

/** @throws RangeError for sizes that do not fit together. */
export function captioner(
  process: GaussianProcess,
  { tokens, length, width = 64, stream = currentStream(), ...seeing }: CaptionerOptions,
): Captioner {
  for (const [name, value] of Object.entries({ tokens, length, width }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`captioner: ${name} must be a positive whole number, but is ${String(value)}`)
  const eye = encoder({ ...seeing, outputs: 1 })
  const seen = (seeing.channels ?? 16) * (seeing.multipliers ?? [1, 2, 4]).at(-1)!
  const [height, columns] = eye.shape as [number, number]
  const halvings = 2 ** ((seeing.multipliers ?? [1, 2, 4]).length - 1)
  const places = (height / halvings) * (columns / halvings)
  const query = dense('words.Q', width, width)
  const key = dense('words.K', seen, width)
  const value = dense('words.V', seen, width)
  const think = dense('words.think', width, width, 1.68)
  const say = dense('words.say', width, tokens, 0.1)
  const { input, label } = head(process, 'noise')

  const fresh = (): Record<string, tf.Tensor> => {
    const normal = (shape: number[], deviation: number): tf.Tensor =>
      stream.normalTensor(shape).mul(deviation)
    const seeingParams: Record<string, tf.Tensor> = { ...eye.initial(stream) }
    // The encoder's last map is not used: its places are looked at instead.
    for (const name of ['last.W', 'last.b']) {
      seeingParams[name]!.dispose()
      Reflect.deleteProperty(seeingParams, name)
    }
    return {
      ...seeingParams,
      ...freshOf([query, key, value, think, say], stream),
      'words.places': normal([places, seen], 1),
      'words.table': normal([length, tokens, width], 0.5),
      'words.begin': normal([length, 1, width], 0.5),
    }
  }
  const params = tf.tidy(() =>
    Object.fromEntries(Object.entries(fresh()).map(([name, value]) => [name, parameter(value)])),
  )

  // Clean pictures are seen as the least noisy ones that it learns from.
  const { from, to, discrete } = process.times
  const first = discrete ? from + 1 : from + FIRST_TIME * (to - from)
  const labelAt = (t: number): number => label(Math.max(first, t))
  const labelsOf = (t: Time): tf.Tensor1D =>
    tf.tensor1d(typeof t === 'number' ? [labelAt(t)] : Float32Array.from(t, labelAt))
  const look = (x: tf.Tensor, t: Time): tf.Tensor4D => {
    expectPictures(x, eye.shape)
    return eye.places(params, combine([over(t, input), x]), labelsOf(t))
  }
  /** log p of every word at every place of the captions, of shape [n, length, tokens]. */
  const judged = (sight: tf.Tensor4D, words: tf.Tensor2D): tf.Tensor3D => {
    const n = sight.shape[0]
    // Σ_{j<k} E_j[w_j]: a product for each place of a word, and one with ones below the diagonal.
    const ones = tf.oneHot(words.transpose().toInt(), tokens).toFloat() as tf.Tensor3D
    const embedded = tf
      .matMul(ones, params['words.table'] as tf.Tensor3D)
      .reshape<tf.Tensor2D>([length, n * width])
    const before = tf.matMul(earlier(length), embedded).reshape<tf.Tensor3D>([length, n, width])
    const asked = before.add(params['words.begin']!).transpose<tf.Tensor3D>([1, 0, 2])
    const shown = sight
      .reshape([n, places, seen])
      .add(params['words.places']!)
      .reshape([n * places, seen])
    const flat = asked.reshape([n * length, width])
    const found = attention(
      query.apply(params, flat).reshape<tf.Tensor3D>([n, length, width]),
      key.apply(params, shown).reshape<tf.Tensor3D>([n, places, width]),
      value.apply(params, shown).reshape<tf.Tensor3D>([n, places, width]),
    )
    const thought = silu(think.apply(params, silu(flat.add(found.reshape([n * length, width])))))
    return tf.logSoftmax(say.apply(params, thought)).reshape([n, length, tokens])
  }
  const logProbabilities = (x: tf.Tensor, t: Time, captions: CaptionTokens): tf.Tensor2D =>
    tf.tidy(() => {
      const words = tokensOf(captions, x.shape[0], { tokens, length })
      const ones = tf.oneHot(words.toInt(), tokens).toFloat()
      return judged(look(x, t), words).mul(ones).sum<tf.Tensor2D>(2)
    })
  const logProbability = (x: tf.Tensor, t: Time, captions: CaptionTokens): tf.Tensor1D =>
    tf.tidy(() => logProbabilities(x, t, captions).sum<tf.Tensor1D>(1))
  const features = (x: tf.Tensor, t: Time = process.times.from): tf.Tensor2D =>
    tf.tidy(() => look(x, t).mean<tf.Tensor2D>([1, 2]))

  const describe = async (x: tf.Tensor, t: Time = process.times.from): Promise<Int32Array> => {
    const n = x.shape[0]
    const said = new Int32Array(n * length)
    const sight = tf.tidy(() => look(x, t))
    try {
      for (let k = 0; k < length; k++) {
        const next = tf.tidy(() =>
          judged(sight, tf.tensor2d(said, [n, length], 'int32'))
            .slice([0, k, 0], [n, 1, tokens])
            .reshape([n, tokens])
            .argMax(1),
        )
        const words = await next.data()
        next.dispose()
        for (let i = 0; i < n; i++) said[i * length + k] = words[i]!
      }
    } finally {
      sight.dispose()
    }
    return said
  }

  const loss = (x0: tf.Tensor, stream: RandomStream, condition: Condition = null): tf.Scalar =>
    tf.tidy(() => {
      const captions = told(condition, 'caption', { tokens, length }, x0.shape[0]).value
      if (!captions)
        throw new TypeError(
          'captioner: it learns from pictures with captions, as the condition { caption: tokens }',
        )
      const t = spreadTimes(process, x0.shape[0], stream)
      return logProbability(process.draw(x0, t, stream), t, captions)
        .mean()
        .neg()
        .asScalar()
    })
  for (const f of [logProbabilities, logProbability, features, describe, loss]) holding(f, params)
  return {
    process,
    shape: eye.shape,
    tokens,
    length,
    conditions: { caption: { tokens, length } },
    params,
    logProbabilities,
    logProbability,
    describe,
    features,
    loss,
  }
}

/** Ones below the diagonal: what was said before. */
function earlier(length: number): tf.Tensor2D {
  const values = Float32Array.from({ length: length * length }, (_, i) =>
    Number(i % length < Math.floor(i / length)),
  )
  return tf.tensor2d(values, [length, length])
}

/** Captions for n pictures, of shape [n, length]. */
function tokensOf(
  captions: CaptionTokens,
  n: number,
  kind: { readonly tokens: number; readonly length: number },
): tf.Tensor2D {
  const given =
    captions instanceof tf.Tensor || captions.length === kind.length
      ? captions
      : tf.tensor2d(Int32Array.from(captions), [captions.length / kind.length, kind.length], 'int32')
  const { value } = told({ caption: given }, 'caption', kind, n)
  return (value!.shape[0] === n ? value! : tf.tile(value!, [n, 1])) as tf.Tensor2D
}

/** @throws RangeError unless x is pictures of the shape. */
function expectPictures(x: tf.Tensor, shape: readonly number[]): void {
  if (x.rank === 4 && shape.every((length, i) => x.shape[i + 1] === length)) return
  throw new RangeError(
    `the captioner takes pictures of shape [n, ${shape.join(', ')}], but was given [${x.shape.join(', ')}]`,
  )
}
