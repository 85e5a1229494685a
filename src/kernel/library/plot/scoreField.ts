import * as tf from '@tensorflow/tfjs'
import type { Denoiser, Field } from '../../../models'
import { scoreFieldFigure, type ScoreFieldInput } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'
import { axisPoints, gridPoints, intervals, type Interval, type Rectangle } from './grid'
import { readTensor } from './points'

export interface ScoreFieldOptions extends Omit<ScoreFieldInput, 'points' | 'vectors'> {
  /** The time at which a denoiser is asked; not for fields, which have none. */
  readonly t?: number
  /** The square or rectangle that is shown: `[−3, 3]` for both axes, or one such pair each. Default [−3, 3]. */
  readonly range?: Rectangle
  /** Arrows across. Default 20. */
  readonly grid?: number
}

/** Something with a score in the plane: a denoiser, a field, or a function of points [n, 2]. */
export type ScoreSource = Denoiser | Field | ((x: tf.Tensor) => tf.Tensor)

/**
 * The score ∇ log p_t(x), or any vector field, as arrows on a grid.
 *
 * @throws RangeError where a denoiser is given without `t`, or the grid makes no sense.
 */
export function scoreField(source: ScoreSource, options: ScoreFieldOptions = {}): Promise<DisplayHandle> {
  const { range = [-3, 3], grid = 20, ...rest } = options
  return draw('the field', async () => {
    if (!Number.isSafeInteger(grid) || grid < 2 || grid > 200)
      throw new RangeError(`plot.scoreField: grid must be a whole number from 2 to 200, but is ${grid}`)
    const [x, y] = intervals(range, 'plot.scoreField')
    const points = gridPoints(x, y, grid)
    const vectors = tf.tidy(() => scoreAt(source, tf.tensor2d(points.values, [grid * grid, 2]), options.t))
    if (!(vectors instanceof tf.Tensor))
      throw new TypeError(
        `plot.scoreField: the function must return a tensor, but returned ${preview(vectors)}`,
      )
    try {
      const density = rest.density ?? (await densityOf(source, x, y, options.t))
      return scoreFieldFigure({
        ...rest,
        points,
        vectors: await readTensor(vectors),
        ...(density && { density }),
      })
    } finally {
      vectors.dispose()
    }
  })
}

/** The score of a source at points [n, 2]. */
export function scoreAt(source: ScoreSource, x: tf.Tensor, t: number | undefined): tf.Tensor {
  if (typeof source === 'function') return source(x)
  if (!isObject(source) || !('score' in source))
    throw new TypeError(
      `plot.scoreField draws a denoiser, a field, or a function of points; not ${preview(source, { depth: 0 })}`,
    )
  if (!('predict' in source)) return source.score(x)
  if (t === undefined)
    throw new RangeError('plot.scoreField: a denoiser has a score at every time; say which, as { t: 0.1 }')
  return source.score(x, t)
}

/** Cells across of the density that is drawn below the arrows. */
const DENSITY_GRID = 80

/** The density of a law, or of an exact model at a time, that knows it. */
async function densityOf(source: ScoreSource, x: Interval, y: Interval, t: number | undefined) {
  if (!('logDensity' in source) || typeof source.logDensity !== 'function') return undefined
  const logDensity = source.logDensity as (x: tf.Tensor, t?: number) => tf.Tensor
  const n = DENSITY_GRID
  const points = gridPoints(x, y, n)
  const density = tf.tidy(() => logDensity(tf.tensor2d(points.values, [n * n, 2]), t).exp())
  try {
    return { x: axisPoints(x, n), y: axisPoints(y, n), values: (await readTensor(density)).values }
  } finally {
    density.dispose()
  }
}
