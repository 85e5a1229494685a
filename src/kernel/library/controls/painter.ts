import * as tf from '@tensorflow/tfjs'
import { bytesOf, packBytes, paintedPixels, unpackBytes, type PainterSpec } from '../../../renderers/controls'
import { markShown } from '../../display/display'
import { preview, PREVIEW } from '../../display/preview'
import type { Json } from '../../protocol'
import { controlHost } from '../../session/controls'
import { withHidden } from './hidden'
import { colours } from './paints'

export interface PainterOptions {
  /** `strokes` paints colours; `mask` marks pixels. Default `strokes`. */
  readonly paints?: 'strokes' | 'mask'
  /** [height, width, channels] of the picture, with one channel or three. Default: that of `over`, else [16, 16, 1]. */
  readonly shape?: readonly [height: number, width: number, channels: number]
  /** A picture to paint on, of this shape; the eraser brings it back. Default: nothing, the low end of the range. */
  readonly over?: tf.Tensor
  /** What is black and what is white. Default [−1, 1]. */
  readonly range?: readonly [low: number, high: number]
  /** What is painted at first: a tensor as `value` gives it, or the text that _Copy_ below the picture gives. */
  readonly value?: tf.Tensor | string
}

/** A picture that a person paints. */
export interface Painter {
  /**
   * What is painted by now: strokes as a picture [height, width, channels], a mask as [height, width, 1] with 1 where it was
   * marked and 0 elsewhere. A live picture that reads it follows the brush.
   */
  readonly value: tf.Tensor3D
  /**
   * Waits until the person says that the picture is to be used.
   *
   * @throws Error where nobody is there to paint, and no `value` was given.
   */
  done(): Promise<tf.Tensor3D>
}

/** Pixels of a side, at most: a picture of strokes is stored with the notebook. */
const LARGEST = 128

/**
 * A picture below the cell to paint on, by mouse, finger, pen or keyboard, with brushes of any size, eraser and undo.
 *
 * ```ts
 * const sketch = painter('Sketch', { shape: [16, 16, 1] })
 * live(async () => plot.images(await sdedit(model, tf.tile(sketch.value.expandDims(0), [8, 1, 1, 1]), { from: 0.5 })))
 *
 * const hidden = painter('What is hidden', { paints: 'mask', over: picture })
 * const known = mask((await hidden.done()).dataSync().map((marked) => 1 - marked), { shape: [16, 16, 1] })
 * ```
 *
 * Colours are kept in 256 steps over the range. A cell that is run again starts with `value`, as which the text behind _Copy_ can be given.
 *
 * @param label what it is called, such as `'Sketch'`.
 * @throws TypeError or RangeError where options make no sense, or do not fit each other.
 */
export function painter(label: string, options: PainterOptions = {}): Painter {
  const given: unknown = label
  if (typeof given !== 'string' || !given.trim())
    throw new TypeError(`A control needs a label, such as 'Sketch', not ${preview(given)}`)
  const caller = `painter('${label}')`
  const { start, range } = initial(caller, options)
  const host = controlHost()
  const id = host.name()
  const size = bytesOf(start)
  let value = start.value
  let awaited: PromiseWithResolvers<void> | undefined
  const spec = (): PainterSpec => ({ ...start, id, label, value, ...(awaited && { awaited: true }) })
  const panel = host.panel(spec)
  host.declare({
    id,
    label,
    show: () => panel.show(),
    describe: () => painted(spec()),
    take(told) {
      const read = readPainted(told, size)
      if (!read) return false
      const same = read.pixels === value
      value = read.pixels
      if (read.done) {
        awaited?.resolve()
        awaited = undefined
        panel.show()
      }
      return !same
    },
  })
  const tensor = (): tf.Tensor3D => tensorOf(start, value, range)
  const properties = {
    get value() {
      host.read(id)
      return tensor()
    },
    async done() {
      if (host.attended()) {
        awaited ??= Promise.withResolvers<void>()
        panel.show()
        await awaited.promise
      } else if (options.value === undefined)
        throw new Error(
          `${caller}: nobody is here to paint. Give it a value, such as the text that Copy below the picture gives, or run the cell in the editor.`,
        )
      return tensor()
    },
    [Symbol.toStringTag]: 'Painter',
    [PREVIEW]: () => painted(spec()),
  }
  return markShown(withHidden<Painter>(properties))
}

type Start = Pick<PainterSpec, 'kind' | 'paints' | 'shape' | 'value' | 'blank' | 'under' | 'colours'>
type Range = readonly [low: number, high: number]

function initial(caller: string, options: PainterOptions): { readonly start: Start; readonly range: Range } {
  const { paints = 'strokes', over, range = [-1, 1], value } = options
  if ((paints as string) !== 'strokes' && (paints as string) !== 'mask')
    throw new TypeError(`${caller}: paints must be 'strokes' or 'mask', not ${preview(paints)}`)
  const [low, high] = range
  if (!(low < high && high - low < Infinity))
    throw new RangeError(`${caller}: range must be an interval, but is ${preview(range)}`)
  if (over !== undefined && !(over instanceof tf.Tensor))
    throw new TypeError(`${caller}: over must be a picture [height, width, channels], not ${preview(over)}`)
  const shape = shapeOf(caller, options.shape ?? over?.shape ?? [16, 16, 1])
  const [height, width, channels] = shape
  if (over && over.size !== height * width * channels)
    throw new RangeError(
      `${caller}: over has the shape [${over.shape.join(', ')}], but the picture is [${shape.join(', ')}]`,
    )
  const own = [height, width, paints === 'mask' ? 1 : channels] as const
  const size = bytesOf({ shape: own })
  const under = over && quantised(over, range)
  const blank = packBytes(paints === 'strokes' && under ? under : new Uint8Array(size))
  const start: Start = {
    kind: 'painter',
    paints,
    shape: own,
    value: value === undefined ? blank : stored(caller, value, size, paints === 'mask' ? [0, 1] : range),
    blank,
    ...(paints === 'mask' && under && { under: packBytes(under) }),
    colours: paints === 'mask' ? [] : colours(channels),
  }
  return { start, range }
}

function shapeOf(caller: string, shape: readonly number[]): readonly [number, number, number] {
  const given: unknown = shape
  if (
    !Array.isArray(given) ||
    shape.length !== 3 ||
    !shape.every((n) => Number.isSafeInteger(n) && n >= 1) ||
    Math.max(shape[0]!, shape[1]!) > LARGEST ||
    (shape[2] !== 1 && shape[2] !== 3)
  )
    throw new RangeError(
      `${caller}: a picture has the shape [height, width, channels], sides of at most ${LARGEST} pixels, and 1 or 3 channels; not ${preview(given)}`,
    )
  return shape as unknown as readonly [number, number, number]
}

/** What is painted at first, as a notebook stores it. */
function stored(caller: string, value: tf.Tensor | string, size: number, range: Range): string {
  const bytes =
    typeof value === 'string'
      ? unpackBytes(value, size)
      : (value as unknown) instanceof tf.Tensor && value.size === size
        ? quantised(value, range)
        : undefined
  if (bytes) return packBytes(bytes)
  throw new RangeError(
    `${caller}: value must be a tensor of ${size} numbers, or the text that Copy gives for a picture of this shape, not ${preview(value, { depth: 0 })}`,
  )
}

/** Numbers of a range in 256 steps. */
function quantised(x: tf.Tensor, [low, high]: Range): Uint8Array {
  return Uint8Array.from(x.dataSync(), (value) =>
    Math.max(0, Math.min(255, Math.round((255 * (value - low)) / (high - low)))),
  )
}

function tensorOf({ paints, shape }: Start, text: string, [low, high]: Range): tf.Tensor3D {
  const bytes = unpackBytes(text, bytesOf({ shape }))!
  const values = Float32Array.from(bytes, (byte) =>
    paints === 'mask' ? Number(byte > 127) : low + (byte / 255) * (high - low),
  )
  return tf.tensor3d(values, [...shape])
}

/** What the renderer says was painted; nothing where it is something else. */
function readPainted(value: Json, size: number): { pixels: string; done: boolean } | undefined {
  if (typeof value !== 'object' || value === null || !('pixels' in value)) return undefined
  const bytes = unpackBytes(value.pixels, size)
  return bytes && { pixels: packBytes(bytes), done: 'done' in value && value.done === true }
}

function painted(spec: PainterSpec): string {
  const count = paintedPixels(spec)
  return `${count.toLocaleString('en-US')} ${count === 1 ? 'pixel' : 'pixels'} painted`
}
