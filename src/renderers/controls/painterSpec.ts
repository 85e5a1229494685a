/** A picture to paint on, as a notebook stores it: plain data. */
import { decode, encode } from '../figures/encode'

/** A colour to paint with. */
export interface Colour {
  readonly name: string
  /** A byte for each channel. */
  readonly bytes: readonly number[]
}

export interface PainterSpec {
  /** The cell that declared it, and its place among that cell's controls: the same in every run. */
  readonly id: string
  readonly label: string
  readonly kind: 'painter'
  /** Whether pixels are marked, or coloured. */
  readonly paints: 'mask' | 'strokes'
  /** Of what is painted: one channel for a mask, the picture's own for strokes. */
  readonly shape: readonly [height: number, width: number, channels: number]
  /** Its bytes row by row, in base64; in a mask 255 where a pixel is marked. */
  readonly value: string
  /** What the eraser brings back. */
  readonly blank: string
  /** What lies under a mask, of its height and width: bytes of one channel or three. */
  readonly under?: string
  /** Strokes' colours; none for a mask. */
  readonly colours: readonly Colour[]
  /** A cell waits for the person to be done. */
  readonly awaited?: boolean
}

/** What a person has painted, as the renderer tells it. */
export interface PaintedValue {
  readonly pixels: string
  /** The person has said so. */
  readonly done?: true
}

export function packBytes(bytes: Uint8Array): string {
  return encode(bytes, 'u1').bdata
}

/** @returns as many bytes as asked for; undefined where the text holds something else. */
export function unpackBytes(text: unknown, size: number): Uint8Array | undefined {
  if (typeof text !== 'string') return undefined
  try {
    const bytes = decode({ dtype: 'u1', bdata: text })
    return bytes instanceof Uint8Array && bytes.length === size ? bytes : undefined
  } catch {
    return undefined
  }
}

/** Numbers in what is painted. */
export function bytesOf({ shape: [height, width, channels] }: Pick<PainterSpec, 'shape'>): number {
  return height * width * channels
}

/** How many pixels differ from those that were there at first. */
export function paintedPixels(spec: Pick<PainterSpec, 'shape' | 'value' | 'blank'>): number {
  const [value, blank] = [spec.value, spec.blank].map((text) => unpackBytes(text, bytesOf(spec)))
  if (!value || !blank) return 0
  const [height, width, channels] = spec.shape
  let painted = 0
  for (let pixel = 0; pixel < height * width; pixel++)
    for (let c = pixel * channels; c < (pixel + 1) * channels; c++)
      if (value[c] !== blank[c]) {
        painted++
        break
      }
  return painted
}

/** `Sketch: 37 of 256 pixels painted`. */
export function describePainter(spec: PainterSpec): string {
  const [height, width] = spec.shape
  return `${spec.label}: ${paintedPixels(spec).toLocaleString('en-US')} of ${(height * width).toLocaleString('en-US')} pixels painted`
}

/** Red, green, blue and alpha of every pixel as a person sees it: a mask lies half transparent over what is under it. */
export function visiblePixels(spec: PainterSpec, pixels: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const [height, width, channels] = spec.shape
  const places = height * width
  const out = new Uint8ClampedArray(4 * places)
  const deep = spec.under && unpackBytes(spec.under, 3 * places) ? 3 : 1
  const under =
    spec.paints === 'mask' ? (unpackBytes(spec.under, deep * places) ?? new Uint8Array(places)) : pixels
  const depth = spec.paints === 'mask' ? deep : channels
  for (let place = 0; place < places; place++) {
    const marked = spec.paints === 'mask' && pixels[place]! > 127
    for (let c = 0; c < 3; c++) {
      const byte = under[place * depth + (depth === 3 ? c : 0)]!
      out[4 * place + c] = marked ? 0.3 * byte + 0.7 * MARK[c]! : byte
    }
    out[4 * place + 3] = 255
  }
  return out
}

/** Orange, which neither black nor white pixels hide. */
const MARK = [255, 140, 0]

/** @returns whether it is a picture to paint on that can be shown. */
export function isPainter(value: Readonly<Record<string, unknown>>): boolean {
  const { shape, paints, colours } = value
  if (!Array.isArray(shape) || shape.length !== 3 || !shape.every((n) => Number.isSafeInteger(n) && n > 0))
    return false
  const size = bytesOf({ shape: shape as unknown as PainterSpec['shape'] })
  return (
    (paints === 'mask' || paints === 'strokes') &&
    unpackBytes(value.value, size) !== undefined &&
    unpackBytes(value.blank, size) !== undefined &&
    Array.isArray(colours) &&
    colours.every((each) => isColour(each, shape[2] as number))
  )
}

function isColour(value: unknown, channels: number): value is Colour {
  if (typeof value !== 'object' || value === null) return false
  const { name, bytes } = value as Partial<Colour>
  return (
    typeof name === 'string' &&
    Array.isArray(bytes) &&
    bytes.length === channels &&
    bytes.every(Number.isFinite)
  )
}
