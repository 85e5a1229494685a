import * as tf from '@tensorflow/tfjs'
import type { Time } from '../../../models'
import {
  densityCurvesFigure,
  densityFigure,
  type CurvesInput,
  type DensityInput,
  type DensityMap,
  type Numbers,
} from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'
import { axisPoints, gridPoints, intervals, type Interval, type Rectangle } from './grid'
import { readPoints, readTensor, type PointSource } from './points'

/** A law with a density, an exact model (at time `t`), a function x ↦ log p(x), or log p on the grid itself. */
export type DensitySource =
  | { readonly logDensity: (x: tf.Tensor, t: Time) => tf.Tensor | Promise<tf.Tensor> }
  | ((x: tf.Tensor) => tf.Tensor | Promise<tf.Tensor>)
  | Numbers

export interface DensityOptions extends Omit<DensityInput, 'x' | 'y' | 'maps' | 'points'> {
  /** The time, for models that have a density at each. */
  readonly t?: number
  /** What is shown: `[−3, 3]` for all axes, or one such pair each. Default [−3, 3]. */
  readonly range?: Rectangle
  /** Cells across. Default 100 in the plane, 400 on a line. */
  readonly grid?: number
  /** Whether the law lives on a line (1) or in the plane (2). Default: what its shape says, else 2. */
  readonly dim?: 1 | 2
  /** Samples drawn with it: points in the plane, or a tensor of shape [n, 1] on a line. */
  readonly samples?: PointSource
}

/**
 * A density, or several by name side by side: in the plane as maps with contours that hold 10, 30, 50, 70 and 90 % of the
 * probability, on a line as curves.
 *
 * @throws TypeError where there is no density to draw; FigureError where it is zero everywhere in the range.
 */
export function density(
  source: DensitySource | Readonly<Record<string, DensitySource>>,
  options: DensityOptions = {},
): Promise<DisplayHandle> {
  const { t, range = [-3, 3], samples, dim, grid, ...rest } = options
  return draw('the density', async () => {
    const sources = isSource(source) ? { density: source } : expectRecord(source)
    const onLine = (dim ?? dimOf(Object.values(sources)[0])) === 1
    const n = grid ?? (onLine ? 400 : 100)
    if (!Number.isSafeInteger(n) || n < 2 || n > 1000)
      throw new RangeError(`plot.density: grid must be a whole number from 2 to 1000, but is ${n}`)
    const [x, y] = intervals(range, 'plot.density')
    if (onLine) return densityCurvesFigure(await curves(sources, x, n, t, samples, rest))
    const points = tf.tensor2d(gridPoints(x, y, n).values, [n * n, 2])
    try {
      const maps: DensityMap[] = []
      for (const [name, source] of Object.entries(sources))
        maps.push({ name, logDensity: await logDensityAt(source, points, t, name) })
      return densityFigure({
        title: Object.keys(sources).length > 1 ? Object.keys(sources).join(' | ') : titleAt(t),
        ...rest,
        x: axisPoints(x, n),
        y: axisPoints(y, n),
        maps,
        ...(samples && { points: await readPoints(samples, 'samples') }),
      })
    } finally {
      points.dispose()
    }
  })
}

async function curves(
  sources: Readonly<Record<string, DensitySource>>,
  range: Interval,
  n: number,
  t: number | undefined,
  samples: PointSource | undefined,
  { title, pointsName }: Pick<DensityOptions, 'title' | 'pointsName'>,
): Promise<CurvesInput> {
  const x = axisPoints(range, n)
  const points = tf.tensor2d(Float32Array.from(x), [n, 1])
  try {
    const values: Record<string, Numbers> = {}
    for (const [name, source] of Object.entries(sources))
      values[name] = await logDensityAt(source, points, t, name)
    return {
      x,
      curves: values,
      title: title ?? (Object.keys(values).length > 1 ? Object.keys(values).join(' | ') : titleAt(t)),
      ...(pointsName && { samplesName: pointsName }),
      ...(samples && { samples: numbersOf(await readPoints(samples, 'samples')) }),
    }
  } finally {
    points.dispose()
  }
}

function titleAt(t: number | undefined): string {
  return t === undefined ? 'Density' : `Density at t = ${t}`
}

function numbersOf(points: Awaited<ReturnType<typeof readPoints>>): Numbers {
  return 'shape' in points ? points.values : points.flatMap((row) => row)
}

/** log p of a source at points, as numbers. */
export async function logDensityAt(
  source: DensitySource,
  points: tf.Tensor,
  t: number | undefined,
  name: string,
): Promise<Numbers> {
  if (Array.isArray(source) || ArrayBuffer.isView(source)) return source
  const f =
    typeof source === 'function'
      ? source
      : (source as { logDensity: (x: tf.Tensor, t?: Time) => tf.Tensor }).logDensity
  if (t === undefined && isObject(source) && 'predict' in source)
    throw new RangeError(`plot.density: ${name} has a density at every time; say which, as { t: 0.1 }`)
  const values = await f(points, t as Time)
  if (!((values as unknown) instanceof tf.Tensor))
    throw new TypeError(`plot.density: ${name} must give a tensor of log p, but gave ${preview(values)}`)
  try {
    return (await readTensor(values)).values
  } finally {
    values.dispose()
  }
}

function isSource(source: DensitySource | Readonly<Record<string, DensitySource>>): source is DensitySource {
  return (
    typeof source === 'function' ||
    Array.isArray(source) ||
    ArrayBuffer.isView(source) ||
    (isObject(source) && 'logDensity' in source && typeof source.logDensity === 'function')
  )
}

function expectRecord(
  sources: Readonly<Record<string, DensitySource>>,
): Readonly<Record<string, DensitySource>> {
  if (isObject(sources) && Object.keys(sources).length && Object.values(sources).every(isSource))
    return sources
  throw new TypeError(
    `plot.density draws a law with logDensity, a function of points, or several as { name: law }; not ${preview(sources)}`,
  )
}

function dimOf(source: DensitySource | undefined): number {
  const shape = isObject(source) && 'shape' in source ? source.shape : undefined
  return Array.isArray(shape) && shape.length === 1 && shape[0] === 1 ? 1 : 2
}
