/** Finite sets of 8-bit pictures, such as files hold: kept as bytes, drawn as numbers in [−1, 1]. */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../../tensor'
import { expectCount, type LabelledData } from '../data'

/** The numbers that one byte can be. */
export const LEVELS = 256

/**
 * Pictures whose pixels are bytes v, drawn with replacement as
 *
 *   x = (2v + 1)/256 − 1,
 *
 * the middles of 256 cells of [−1, 1]: `dequantised` data fill the cells.
 */
export interface ImageSet extends LabelledData<tf.Tensor4D> {
  /** How many pictures there are. */
  readonly size: number
  /** [height, width, channels]. */
  readonly shape: readonly [number, number, number]
  /** All pictures, [size, height, width, channels] in row-major order. */
  readonly bytes: Uint8Array
  /** The class of each; all 0 where the pictures have none. */
  readonly labels: Int32Array
  /** These pictures, of shape [indices.length, height, width, channels]. */
  at(indices: ArrayLike<number>): tf.Tensor4D
  /** The set of these pictures. */
  pick(indices: ArrayLike<number>): ImageSet
}

export interface ImageSetOptions {
  readonly name?: string
  /** The class of each picture, whole numbers from 0 on. Default: one class for all. */
  readonly labels?: ArrayLike<number>
  /** Names of the classes. Default: their numbers. */
  readonly classes?: readonly string[]
}

/**
 * A set of pictures from their bytes.
 *
 * @param source row-major bytes of shape [n, height, width] or [n, height, width, channels], such as `data.npz` reads.
 * @throws RangeError where a number is not a byte, or shapes and labels do not fit.
 */
export function images(
  source: { readonly values: ArrayLike<number>; readonly shape: readonly number[] },
  { name = 'images', labels, classes }: ImageSetOptions = {},
): ImageSet {
  // Cells are not type-checked before they run.
  const given = source as Partial<typeof source> | undefined
  if (!given?.values || !Array.isArray(given.shape))
    throw new TypeError('images: the first argument must be { values, shape }, as data.npz reads arrays')
  const [n = 0, height = 0, width = 0, channels = 1, ...rest] = source.shape
  const shape = [height, width, channels] as const
  const each = height * width * channels
  if (source.shape.length < 3 || rest.length || n < 1 || each < 1 || source.values.length !== n * each)
    throw new RangeError(
      `images: ${source.values.length} bytes do not fill pictures of the shape [${source.shape.join(', ')}]; it must be ` +
        '[n, height, width] or [n, height, width, channels]',
    )
  const bytes = source.values instanceof Uint8Array ? source.values : byBytes(source.values)
  if (labels && labels.length !== n)
    throw new RangeError(`images: there are ${n} pictures but ${labels.length} labels`)
  const all = labels ? Int32Array.from(labels) : new Int32Array(n)
  const count = classes?.length ?? all.reduce((a, b) => Math.max(a, b), 0) + 1
  const wrong = labels
    ? Array.from(labels).findIndex((l) => !(Number.isSafeInteger(l) && l >= 0 && l < count))
    : -1
  if (wrong >= 0)
    throw new RangeError(
      `images: label ${wrong} must be a whole number from 0 to ${count - 1}, but is ${labels![wrong]}`,
    )
  return build(name, bytes, shape, all, classes ?? Array.from({ length: count }, (_, k) => String(k)))
}

function byBytes(values: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(values, (v, i) => {
    if (Number.isInteger(v) && v >= 0 && v < LEVELS) return v
    throw new RangeError(`images: number ${i} must be a byte, a whole number from 0 to 255, but is ${v}`)
  })
}

function build(
  name: string,
  bytes: Uint8Array,
  shape: ImageSet['shape'],
  labels: Int32Array,
  classes: readonly string[],
): ImageSet {
  const each = shape[0] * shape[1] * shape[2]
  const size = labels.length
  const at = (indices: ArrayLike<number>): tf.Tensor4D => {
    const pixels = new Float32Array(indices.length * each)
    for (let i = 0; i < indices.length; i++) {
      const from = indices[i]! * each
      for (let k = 0; k < each; k++) pixels[i * each + k] = (2 * bytes[from + k]! + 1) / LEVELS - 1
    }
    return tf.tensor4d(pixels, [indices.length, ...shape])
  }
  const drawLabelled = (n: number, stream: RandomStream = currentStream()) => {
    expectCount(n)
    const indices = stream.integers(n, 0, size)
    return { x: at(indices), labels: Int32Array.from(indices, (i) => labels[i]!) }
  }
  const expectIndices = (indices: ArrayLike<number>): void => {
    if (!indices.length) throw new RangeError(`${name}: at least one picture must be picked`)
    for (const i of Array.from(indices))
      if (!Number.isSafeInteger(i) || i < 0 || i >= size)
        throw new RangeError(`${name}: pictures are numbered from 0 to ${size - 1}, but ${i} was asked for`)
  }
  return {
    name,
    shape,
    size,
    bytes,
    labels,
    classes,
    drawLabelled,
    draw: (n, stream) => drawLabelled(n, stream).x,
    at(indices) {
      expectIndices(indices)
      return at(indices)
    },
    pick(indices) {
      expectIndices(indices)
      const picked = new Uint8Array(indices.length * each)
      for (let i = 0; i < indices.length; i++)
        picked.set(bytes.subarray(indices[i]! * each, (indices[i]! + 1) * each), i * each)
      return build(
        name,
        picked,
        shape,
        Int32Array.from(indices, (i) => labels[i]!),
        classes,
      )
    },
  }
}
