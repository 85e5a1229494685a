import * as tf from '@tensorflow/tfjs'
import { warpedGridFigure, type Points } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'
import { intervals, type Interval, type Rectangle } from './grid'
import { readPoints, readTensor, type PointSource } from './points'

/** A map of points [n, 2] to points [n, 2], at once or later. */
export type PlaneMap = (x: tf.Tensor) => tf.Tensor | Promise<tf.Tensor>

/** A flow, or anything else that decodes latent points; or a map of the plane. */
export type WarpSource = { readonly decode: PlaneMap; readonly encode?: PlaneMap } | PlaneMap

export interface WarpedGridOptions {
  /** The grid before it is warped: `[−2.5, 2.5]` for both axes, or one such pair each. Default [−2.5, 2.5]. */
  readonly range?: Rectangle
  /** Lines in each direction. Default 21. */
  readonly lines?: number
  /** Data that are drawn with the grid: where there is an `encode`, with their codes. */
  readonly samples?: PointSource
  /** Names of the two panels. Default: latent z and data x. */
  readonly names?: readonly [string, string]
  readonly title?: string
}

const POINTS = 81
const MOST_SAMPLES = 1500

/**
 * A grid of latent points and what a flow makes of it: lines never cross, and where they crowd the density is high.
 *
 * @throws TypeError where the source is neither a flow nor a map.
 */
export function warpedGrid(source: WarpSource, options: WarpedGridOptions = {}): Promise<DisplayHandle> {
  const { range = [-2.5, 2.5], lines = 21, samples, title } = options
  return draw('the grid', async () => {
    const { decode, encode } = mapsOf(source)
    if (!Number.isSafeInteger(lines) || lines < 2 || lines > 100)
      throw new RangeError(`plot.warpedGrid: lines must be a whole number from 2 to 100, but is ${lines}`)
    const [x, y] = intervals(range, 'plot.warpedGrid')
    const grid = gridLines(x, y, lines)
    const warped = await through(decode, grid)
    const data = samples && thinned(await readPoints(samples, 'samples'))
    const codes = data && encode && (await through(encode, data))
    const [before, after] = options.names ?? ['latent z', 'data x']
    return warpedGridFigure({
      lines,
      points: POINTS,
      title: title ?? `${before} to ${after}`,
      panels: [
        { name: before, grid, axes: ['z₁', 'z₂'], ...(codes && { samples: codes }) },
        { name: after, grid: warped, axes: ['x₁', 'x₂'], ...(data && { samples: data }) },
      ],
    })
  })
}

function mapsOf(source: WarpSource): { decode: PlaneMap; encode?: PlaneMap } {
  if (typeof source === 'function') return { decode: source }
  const given: unknown = source
  if (isObject(given) && 'decode' in given && typeof given.decode === 'function') return source
  throw new TypeError(
    `plot.warpedGrid draws a flow, something with decode(z), or a map of points [n, 2]; not ${preview(given, { depth: 0 })}`,
  )
}

/** Lines along which the second coordinate changes, then those along which the first does. */
function gridLines(x: Interval, y: Interval, lines: number): { values: Float32Array; shape: number[] } {
  const at = ([from, to]: Interval, i: number, n: number): number => from + ((to - from) * i) / (n - 1)
  const values: number[] = []
  for (let line = 0; line < lines; line++)
    for (let i = 0; i < POINTS; i++) values.push(at(x, line, lines), at(y, i, POINTS))
  for (let line = 0; line < lines; line++)
    for (let i = 0; i < POINTS; i++) values.push(at(x, i, POINTS), at(y, line, lines))
  return { values: Float32Array.from(values), shape: [2 * lines * POINTS, 2] }
}

async function through(map: PlaneMap, points: Points): Promise<{ values: Float32Array; shape: number[] }> {
  const flat = Float32Array.from('shape' in points ? points.values : points.flat())
  const x = tf.tensor2d(flat, [flat.length / 2, 2])
  try {
    const y = await map(x)
    if (!(y instanceof tf.Tensor))
      throw new TypeError(`plot.warpedGrid: the map must return a tensor, but returned ${preview(y)}`)
    const read = await readTensor(y)
    if (y !== x) y.dispose()
    return read
  } finally {
    x.dispose()
  }
}

/** The first of them: codes are drawn as circles of SVG, of which a page holds so many. */
function thinned(points: Points): Points {
  if (!('shape' in points)) return points.slice(0, MOST_SAMPLES)
  const rows = Math.min(points.shape[0] ?? 0, MOST_SAMPLES)
  return {
    values: Float32Array.from(points.values).subarray(0, 2 * rows),
    shape: [rows, ...points.shape.slice(1)],
  }
}
