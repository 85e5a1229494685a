/** Images: files in memory, and tensors whose values are brightness. */
import type { MimeBundle } from '../protocol'
import { encodePng } from './png'
import { isTensor, type TensorLike } from './preview'
import { statistics, type ReadableTensor } from './tensor'

const SIGNATURES: readonly {
  readonly type: string
  readonly bytes: readonly number[]
  readonly at?: number
}[] = [
  { type: 'image/png', bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: 'image/jpeg', bytes: [0xff, 0xd8, 0xff] },
  { type: 'image/gif', bytes: [0x47, 0x49, 0x46, 0x38] },
  { type: 'image/webp', bytes: [0x57, 0x45, 0x42, 0x50], at: 8 },
]

/** The MIME type of an image file, told by its first bytes. */
export function imageType(bytes: Uint8Array): string | undefined {
  return SIGNATURES.find(({ bytes: signature, at = 0 }) =>
    signature.every((byte, i) => bytes[at + i] === byte),
  )?.type
}

/** Whether a value is the bytes of an image file. */
export function isImageBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && imageType(value) !== undefined
}

/**
 * An image.
 *
 * @param image the bytes of a PNG, JPEG, GIF or WebP file, or a tensor of shape [height, width], [height, width, 1],
 *   [height, width, 3] or [height, width, 4].
 * @param range the values that are black and white; for a tensor of type int32 or bool [0, 255] or [0, 1], for float32
 *   its least and greatest value.
 * @throws TypeError for anything else, RangeError for a tensor of another shape.
 */
export function imageBundle(
  image: unknown,
  range?: readonly [number, number],
): MimeBundle | Promise<MimeBundle> {
  if (isTensor(image)) {
    expectImage(image, range)
    return tensorImage(image as ReadableTensor, range)
  }
  const type = image instanceof Uint8Array ? imageType(image) : undefined
  if (!type)
    throw new TypeError(
      'display.image shows the bytes of a PNG, JPEG, GIF or WebP file, or a tensor of shape [height, width] or [height, width, channels].',
    )
  const bytes = image as Uint8Array
  return {
    [type]: base64(bytes),
    'text/plain': `Image (${type}, ${bytes.length.toLocaleString('en-US')} bytes)`,
  }
}

function expectImage({ shape, dtype, isDisposed }: TensorLike, range?: readonly [number, number]): void {
  const [height = 0, width = 0, channels = 1] = shape
  if (isDisposed) throw new Error('display.image: the tensor is disposed, so its values are gone')
  if ((shape.length !== 2 && shape.length !== 3) || ![1, 3, 4].includes(channels) || !(height * width))
    throw new RangeError(
      `display.image needs a tensor of shape [height, width] or [height, width, 1, 3 or 4], not [${shape.join(', ')}]`,
    )
  if (!['float32', 'int32', 'bool'].includes(dtype))
    throw new TypeError(`display.image needs a tensor of numbers, not of type ${dtype}`)
  if (range !== undefined && !(range.length === 2 && range.every(Number.isFinite)))
    throw new RangeError('display.image: range must be two numbers, the values of black and of white')
}

async function tensorImage(tensor: ReadableTensor, range?: readonly [number, number]): Promise<MimeBundle> {
  const [height = 0, width = 0, channels = 1] = tensor.shape
  const values = (await tensor.data()) as ArrayLike<number>
  const brightness = { width, height, channels: channels as Channels, values }
  return brightnessBundle(brightness, range ?? naturalRange(tensor.dtype, values))
}

export type Channels = 1 | 3 | 4

/** Values that are brightness, row after row from the top left. */
export interface Brightness {
  readonly width: number
  readonly height: number
  readonly channels: Channels
  readonly values: ArrayLike<number>
}

/** A PNG of `brightness`, of which the values `black` and `white` are what they say. */
export async function brightnessBundle(
  { width, height, channels, values }: Brightness,
  [black, white]: readonly [number, number],
): Promise<MimeBundle> {
  const scale = 255 / (white - black || 1)
  const data = Uint8Array.from(values, (value) =>
    Math.min(255, Math.max(0, Math.round((value - black) * scale))),
  )
  const png = await encodePng({ width, height, channels, data })
  return { 'image/png': base64(png), 'text/plain': `Image of ${width} × ${height} pixels` }
}

/** The values that are black and white where nobody says so: 0 and 1 or 255 for bool and int32, else the extremes. */
export function naturalRange(dtype: string, values: ArrayLike<number>): readonly [number, number] {
  if (dtype === 'bool') return [0, 1]
  if (dtype === 'int32') return [0, 255]
  const { min, max } = statistics(values)
  return Number.isFinite(min) ? [min, max] : [0, 1]
}

function base64(bytes: Uint8Array): string {
  const text: string[] = []
  // One call takes a limited number of arguments.
  for (let at = 0; at < bytes.length; at += 0x2000)
    text.push(String.fromCharCode(...bytes.subarray(at, at + 0x2000)))
  return btoa(text.join(''))
}
