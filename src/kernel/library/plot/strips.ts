/** Strips of pictures: noise levels from left to right, and in pairs of rows what each sample is there and what the model makes of it. */
import * as tf from '@tensorflow/tfjs'
import type { GaussianProcess } from '../../../models'
import { FigureError, imagesFigure, type Figure, type ImagesOptions } from '../../../renderers/figures'
import { readTensor } from './points'

/** The pictures of one moment. */
export interface Moment {
  readonly t: number
  /** x_t / √(α² + σ²), of shape [n, height, width, channels]. */
  readonly noisy: tf.Tensor
  /** x̂₀, of the same shape. Absent where no model is asked. */
  readonly denoised?: tf.Tensor
}

export interface StripOptions extends Omit<ImagesOptions, 'columns' | 'across' | 'down' | 'most'> {
  /** A slider walks through the moments, in place of a column for each. Default false. */
  readonly slider?: boolean
}

/** x_t as it is drawn: divided by √(α² + σ²), so that much noise is grey noise, and not all black and white. */
export function drawable(process: GaussianProcess, x: tf.Tensor, t: number): tf.Tensor {
  return tf.div(x, Math.hypot(process.alpha(t), process.sigma(t)))
}

/** @throws FigureError where the states are no pictures. */
export async function stripFigure(
  process: GaussianProcess,
  moments: readonly Moment[],
  title: string,
  { slider = false, ...options }: StripOptions,
): Promise<Figure> {
  const { times } = process
  const explodes = process.alpha(times.to) === 1
  const level = (t: number): string => String(Number((explodes ? process.sigma(t) : t).toPrecision(3)))
  const names = moments.map(({ t }) => level(t))
  const [n = 0, ...shape] = moments[0]!.noisy.shape
  if (shape.length < 2 || shape.length > 3)
    throw new FigureError(
      `the model's states have the shape [${shape.join(', ')}], but pictures have [height, width] or [height, width, channels].`,
    )
  const model = Boolean(moments[0]!.denoised)
  const rows = model ? ['xₜ', 'x̂₀'] : ['xₜ']
  const subtitle = explodes ? 'xₜ is drawn over √(1 + σ²)' : undefined
  const named = { title, ...(subtitle && { subtitle }), ...options }
  const stack = async (which: 'noisy' | 'denoised'): Promise<Float32Array> => {
    const all = tf.tidy(() => tf.stack(moments.map((moment) => moment[which]!)))
    try {
      return (await readTensor(all)).values
    } finally {
      all.dispose()
    }
  }
  const sets = [await stack('noisy'), ...(model ? [await stack('denoised')] : [])]
  if (slider)
    return imagesFigure(
      sets.map((pixels, i) => ({
        name: rows[i]!,
        pixels,
        shape: [moments.length, n, ...shape],
        moments: names.map((name) => `${explodes ? 'σ' : 't'} = ${name}`),
      })),
      named,
    )
  // From [set][moment][picture] to [picture][set][moment].
  const size = shape.reduce((product, length) => product * length, 1)
  const pixels = new Float32Array(sets.length * moments.length * n * size)
  let at = 0
  for (let i = 0; i < n; i++)
    for (const set of sets)
      for (let k = 0; k < moments.length; k++) {
        const from = (k * n + i) * size
        pixels.set(set.subarray(from, from + size), at)
        at += size
      }
  return imagesFigure([{ name: title, pixels, shape: [n * rows.length * moments.length, ...shape] }], {
    ...named,
    columns: moments.length,
    most: n * rows.length * moments.length,
    across: { title: explodes ? 'σ' : 't', names },
    down: { names: Array.from({ length: n }, () => rows).flat() },
  })
}

/** Whole numbers from 0 to `last`, evenly spread, both ends among them, each once. */
export function spread(last: number, count: number): number[] {
  const most = Math.min(count, last + 1)
  return Array.from({ length: most }, (_, k) => Math.round((k * last) / Math.max(1, most - 1)))
}

/** @throws RangeError naming the caller unless a count is a whole number from `least` on. */
export function expectCounts(
  caller: string,
  counts: Readonly<Record<string, readonly [number, number]>>,
): void {
  for (const [name, [value, least]] of Object.entries(counts))
    if (!Number.isSafeInteger(value) || value < least)
      throw new RangeError(`${caller}: ${name} must be a whole number from ${least} on, but is ${value}`)
}
