/**
 * Cascades: a small model draws coarse pictures, and others refine them, each told the picture before it,
 *
 *   p(x₈) p(x₁₆ | x₈) p(x₃₂ | x₁₆),   told: c = up(y) + s ε, and s.
 *
 * y is the mean over blocks of the fine picture in training, and what the model before has drawn in sampling. The two differ, since no model
 * is perfect: noise of deviation s, drawn anew for each picture in training, hides the difference, and the model is told how much of it
 * there is (noise conditioning augmentation).
 *
 * Ho, Saharia, Chan, Fleet, Norouzi and Salimans, "Cascaded diffusion models for high fidelity image generation", 2022,
 * https://arxiv.org/abs/2106.15282
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, type RandomStream } from '../../tensor'
import { drawTold, type ConditionedData } from '../data/conditioned'
import type { Condition } from '../condition'
import type { Data, LabelledData } from '../data/data'
import { given, type Denoiser } from '../denoiser'

/** Shape of the picture of a network that refines: what to say to its builder as `conditions`, beside what else it is told. */
export function refiningConditions(shape: readonly [height: number, width: number, channels: number]): {
  readonly coarse: { readonly picture: readonly [number, number, number] }
  readonly noise: { readonly vector: 1 }
} {
  return { coarse: { picture: shape }, noise: { vector: 1 } }
}

/** Data whose pictures are means over blocks of those of other data, with the same labels. @param factor height and width of a block. */
export function shrunk<D extends Data>(
  data: D,
  factor = 2,
): Data & Partial<Pick<LabelledData, 'drawLabelled' | 'classes'>> {
  const shape = shapeOf('shrunk', data, factor)
  const small = (x: tf.Tensor): tf.Tensor => {
    const y = blockMeans(x, factor)
    x.dispose()
    return y
  }
  const { drawLabelled, classes } = data as Partial<LabelledData>
  return {
    name: `${data.name}, ${factor} times smaller`,
    shape: [shape[0] / factor, shape[1] / factor, shape[2]],
    draw: holding((n: number, stream = currentStream()) => small(data.draw(n, stream)), data),
    ...(drawLabelled && {
      classes: classes!,
      drawLabelled: holding((n: number, stream = currentStream()) => {
        const { x, labels } = drawLabelled.call(data, n, stream)
        return { x: small(x), labels }
      }, data),
    }),
  }
}

export interface RefinableOptions {
  /** How many times finer the pictures are than what is told of them. Default 2. */
  readonly factor?: number
  /** The largest deviation s; training draws it uniformly from 0 on. Default 0.3. */
  readonly noise?: number
}

/** Pictures with what a model that refines is told: { coarse, noise }, and labels as { class } where the data have them. */
export function refinable(data: Data, { factor = 2, noise = 0.3 }: RefinableOptions = {}): ConditionedData {
  const shape = shapeOf('refinable', data, factor)
  expectNoise('refinable', noise)
  const drawConditioned = (n: number, stream: RandomStream = currentStream()) => {
    const tells = 'drawLabelled' in data || 'drawConditioned' in data
    const { x, condition } = tells ? drawTold(data, n, stream) : { x: data.draw(n, stream), condition: null }
    const s = Float32Array.from(stream.uniform(n), (u) => noise * u)
    return {
      x,
      condition: {
        ...condition,
        ...toldOf(
          tf.tidy(() => blockMeans(x, factor)),
          factor,
          s,
          stream,
        ),
      },
    }
  }
  return {
    name: data.name,
    shape,
    draw: (n, stream) => data.draw(n, stream),
    drawConditioned: holding(drawConditioned, data),
  }
}

export interface RefiningOptions {
  /** s, how much noise hides of the coarse pictures; at most what the model was trained with. Default 0.1. */
  readonly noise?: number
  /** What else the model is told, such as { class: 3 }. */
  readonly condition?: Condition
  /** Where the noise comes from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/**
 * The model that refines these pictures, for any sampler.
 *
 * @param coarse pictures of shape [n, height/factor, width/factor, channels], one for each that will be sampled.
 * @throws RangeError where they do not fit into those of the model.
 */
export function refining(
  model: Denoiser,
  coarse: tf.Tensor,
  { noise = 0.1, condition = null, stream = currentStream() }: RefiningOptions = {},
): Denoiser {
  expectNoise('refining', noise)
  const factor = model.shape[0]! / (coarse.shape[1] ?? NaN)
  const [, height, width, channels] = coarse.shape
  if (
    coarse.rank !== 4 ||
    !Number.isSafeInteger(factor) ||
    [height! * factor, width! * factor, channels].join() !== model.shape.join()
  )
    throw new RangeError(
      `refining: the coarse pictures have the shape [${coarse.shape.join(', ')}], whose height and width must divide those of [n, ${model.shape.join(', ')}]`,
    )
  const s = new Float32Array(coarse.shape[0]).fill(noise)
  return given(model, { ...condition, ...toldOf(coarse, factor, s, stream, false) })
}

/** up(y) + s ε, and s. */
function toldOf(y: tf.Tensor, factor: number, s: Float32Array, stream: RandomStream, dispose = true) {
  const told = tf.tidy(() => {
    const large = enlarged(y, factor)
    const deviation = tf.tensor(s, [s.length, 1, 1, 1])
    return {
      coarse: large.add(stream.normalTensor(large.shape).mul(deviation)),
      noise: deviation.reshape([s.length, 1]),
    }
  })
  if (dispose) y.dispose()
  return told
}

/** The mean over blocks: [n, h, w, c] ↦ [n, h/factor, w/factor, c]. */
export function blockMeans(x: tf.Tensor, factor: number): tf.Tensor4D {
  const [n, height, width, channels] = x.shape as [number, number, number, number]
  const [rows, columns] = [height / factor, width / factor]
  return tf.tidy(() =>
    x
      .reshape([n * rows, factor, columns, factor, channels])
      .mean([1, 3])
      .reshape<tf.Tensor4D>([n, rows, columns, channels]),
  )
}

/** Every pixel written `factor` times in each direction. */
export function enlarged(y: tf.Tensor, factor: number): tf.Tensor4D {
  const [n, height, width, channels] = y.shape as [number, number, number, number]
  return tf.tidy(() =>
    y
      .reshape([n * height, 1, width, 1, channels])
      .mul(tf.ones([1, factor, 1, factor, 1]))
      .reshape<tf.Tensor4D>([n, height * factor, width * factor, channels]),
  )
}

function shapeOf(caller: string, { shape }: Data, factor: number): [number, number, number] {
  const [height = 0, width = 0, channels = 0] = shape
  if (shape.length !== 3)
    throw new RangeError(`${caller}: data must be pictures, but have the shape [${shape.join(', ')}]`)
  if (!Number.isSafeInteger(factor) || factor < 1 || height % factor || width % factor)
    throw new RangeError(
      `${caller}: factor must be a whole number that divides ${height} and ${width}, but is ${String(factor)}`,
    )
  return [height, width, channels]
}

function expectNoise(caller: string, noise: number): void {
  if (!(noise >= 0 && noise < Infinity))
    throw new RangeError(`${caller}: noise must not be negative, but is ${String(noise)}`)
}
