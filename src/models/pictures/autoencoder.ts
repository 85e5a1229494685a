/**
 * An autoencoder of pictures, whose codes are smaller pictures: what latent diffusion works on.
 *
 *   q(z | x) = N(μ(x), σ(x)²),   loss = mean (x − g(z))² + β KL(q(z | x) ‖ N(0, I)) / numbers of x,   z ~ q.
 *
 * The small weight β keeps codes near the origin without making them forget; `scale` is 1 over the deviation of the codes of a first
 * batch, so that what a diffusion model sees has variance one.
 *
 * Rombach, Blattmann, Lorenz, Esser and Ommer, "High-resolution image synthesis with latent diffusion models", CVPR 2022,
 * https://arxiv.org/abs/2112.10752
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, parameter, silu, type RandomStream } from '../../tensor'
import type { ConditionedData } from '../data/conditioned'
import type { Data, LabelledData } from '../data/data'
import type { Trainable } from '../denoiser'
import type { Params } from '../network'
import { convolution, doubled, freshOf, groupNorm, type Layer } from '../unet/layers'

export interface PictureAutoencoderOptions {
  /** [height, width, channels] of one picture. */
  readonly shape: readonly [height: number, width: number, channels: number]
  /** How many times height and width are halved. Default 2. */
  readonly halvings?: number
  /** Channels of a code. Default 2. */
  readonly latent?: number
  /** Channels of the pictures on the way, a multiple of `groups`. Default 32. */
  readonly channels?: number
  readonly groups?: number
  /** β. Default 1e-4. */
  readonly beta?: number
  /** What the parameters are drawn from. Default: the cell's own. */
  readonly stream?: RandomStream
}

export interface PictureAutoencoder extends Trainable {
  readonly shape: readonly [number, number, number]
  /** [height, width, channels] of a code. */
  readonly latentShape: readonly [number, number, number]
  /** μ(x), of shape [n, …latentShape]. */
  readonly encode: (x: tf.Tensor) => tf.Tensor4D
  /** g(z), of shape [n, …shape]. */
  readonly decode: (z: tf.Tensor) => tf.Tensor4D
  /** The data of codes of data, times a factor that gives them variance one; draws keep their labels and conditions. */
  readonly codes: (
    data: Data,
    factor: number,
  ) => Data &
    Partial<Pick<LabelledData, 'drawLabelled' | 'classes'> & Pick<ConditionedData, 'drawConditioned'>>
  /** 1 over the standard deviation of the codes of these pictures. */
  readonly scaleOf: (x: tf.Tensor) => Promise<number>
}

/** Beyond these log σ² says nothing that single precision could tell. */
const LOG_VARIANCE_BOUND = 8

/** @throws RangeError for sizes that do not fit together. */
export function pictureAutoencoder({
  shape,
  halvings = 2,
  latent = 2,
  channels = 32,
  groups = 8,
  beta = 1e-4,
  stream = currentStream(),
}: PictureAutoencoderOptions): PictureAutoencoder {
  const [height, width, depth] = shape
  for (const [name, value] of Object.entries({ height, width, depth, halvings, latent, channels, groups }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(
        `pictureAutoencoder: ${name} must be a positive whole number, but is ${String(value)}`,
      )
  if (height % 2 ** halvings || width % 2 ** halvings)
    throw new RangeError(
      `pictureAutoencoder: height and width must be multiples of ${2 ** halvings} to be halved ${halvings} times, but are ${height} and ${width}`,
    )
  if (channels % groups)
    throw new RangeError(`pictureAutoencoder: groups must divide ${channels} channels, but is ${groups}`)
  if (!(beta >= 0 && beta < Infinity))
    throw new RangeError(`pictureAutoencoder: beta must not be negative, but is ${beta}`)

  const smooth = (name: string): Layer => {
    const [norm, conv] = [
      groupNorm(`${name}.norm`, channels, groups, 'silu'),
      convolution(`${name}.conv`, channels, channels),
    ]
    return {
      initial: (stream) => freshOf([norm, conv], stream),
      apply: (params, x) => x.add(conv.apply(params, norm.apply(params, x))),
    }
  }
  const down = Array.from({ length: halvings }, (_, k) => ({
    smooth: smooth(`down${k}`),
    half: convolution(`down${k}.half`, channels, channels, { stride: 2 }),
  }))
  const up = Array.from({ length: halvings }, (_, k) => ({
    twice: convolution(`up${k}.twice`, channels, channels),
    smooth: smooth(`up${k}`),
  }))
  const first = convolution('first', depth, channels)
  const code = convolution('code', channels, 2 * latent, { gain: 0.5 })
  const open = convolution('open', latent, channels)
  const last = convolution('last', channels, depth, { gain: 0.5 })
  const layers = [
    first,
    ...down.flatMap(({ smooth, half }) => [smooth, half]),
    code,
    open,
    ...up.flatMap(({ twice, smooth }) => [twice, smooth]),
    last,
  ]
  const params = tf.tidy(() =>
    Object.fromEntries(
      Object.entries(freshOf(layers, stream)).map(([name, value]) => [name, parameter(value)]),
    ),
  )
  const latentShape = [height / 2 ** halvings, width / 2 ** halvings, latent] as const

  const gaussians = (
    params: Params,
    x: tf.Tensor,
  ): readonly [mean: tf.Tensor4D, logVariance: tf.Tensor4D] => {
    expectPictures(x, shape, 'the autoencoder takes pictures')
    let h = first.apply(params, x)
    for (const { smooth, half } of down) h = half.apply(params, smooth.apply(params, h))
    const [mean, spread] = tf.split(code.apply(params, silu(h)), 2, 3) as [tf.Tensor4D, tf.Tensor4D]
    return [mean, tf.tanh(spread.div(LOG_VARIANCE_BOUND)).mul<tf.Tensor4D>(LOG_VARIANCE_BOUND)]
  }
  const decoded = (params: Params, z: tf.Tensor): tf.Tensor4D => {
    expectPictures(z, latentShape, 'the decoder takes codes')
    let h = open.apply(params, z)
    for (const { twice, smooth } of up) h = smooth.apply(params, twice.apply(params, doubled(h)))
    return last.apply(params, silu(h)) as tf.Tensor4D
  }
  const encode = (x: tf.Tensor): tf.Tensor4D => tf.tidy(() => gaussians(params, x)[0])
  const decode = (z: tf.Tensor): tf.Tensor4D => tf.tidy(() => decoded(params, z))
  const loss = (x: tf.Tensor, stream: RandomStream): tf.Scalar =>
    tf.tidy(() => {
      const [mean, logVariance] = gaussians(params, x)
      const z = mean.add(logVariance.mul(0.5).exp().mul(stream.normalTensor(mean.shape)))
      const error = tf.squaredDifference(x, decoded(params, z)).mean()
      const divergence = mean.square().add(logVariance.exp()).sub(logVariance).sub(1).mul(0.5).sum()
      return error.add(divergence.mul(beta / x.size)).asScalar()
    })
  const codes: PictureAutoencoder['codes'] = (data, factor) => {
    const coded = (x: tf.Tensor): tf.Tensor => {
      const z = tf.tidy(() => encode(x).mul(factor))
      x.dispose()
      return z
    }
    const { drawLabelled, classes } = data as Partial<LabelledData>
    const { drawConditioned } = data as Partial<ConditionedData>
    return {
      name: `codes of ${data.name}`,
      shape: latentShape,
      draw: holding((n: number, stream = currentStream()) => coded(data.draw(n, stream)), params),
      ...(drawLabelled && {
        classes: classes!,
        drawLabelled: holding((n: number, stream = currentStream()) => {
          const { x, labels } = drawLabelled.call(data, n, stream)
          return { x: coded(x), labels }
        }, params),
      }),
      ...(drawConditioned && {
        drawConditioned: holding((n: number, stream = currentStream()) => {
          const { x, condition } = drawConditioned.call(data, n, stream)
          return { x: coded(x), condition }
        }, params),
      }),
    }
  }
  const scaleOf = async (x: tf.Tensor): Promise<number> => {
    const deviation = tf.tidy(() => tf.moments(encode(x)).variance.sqrt())
    const [value = 0] = await deviation.data()
    deviation.dispose()
    return 1 / value
  }
  for (const f of [encode, decode, loss, scaleOf]) holding(f, params)
  return { shape, latentShape, params, encode, decode, loss, codes, scaleOf }
}

function expectPictures(x: tf.Tensor, shape: readonly number[], what: string): void {
  if (x.rank === 4 && shape.every((length, i) => x.shape[i + 1] === length)) return
  throw new RangeError(`${what} of shape [n, ${shape.join(', ')}], but was given [${x.shape.join(', ')}]`)
}
