import * as tf from '@tensorflow/tfjs'
import { scoreErrorFigure, type ScoreErrorInput } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { draw, isObject } from './draw'
import { axisPoints, gridPoints, intervals, type Rectangle } from './grid'
import { readTensor } from './points'
import { scoreAt, type ScoreSource } from './scoreField'

export interface ScoreErrorOptions extends Omit<
  ScoreErrorInput,
  'x' | 'y' | 'error' | 'density' | 'points' | 'vectors'
> {
  /** The time at which denoisers are asked; not for fields, which have none. */
  readonly t?: number
  /** The square or rectangle that is shown. Default [−3, 3]. */
  readonly range?: Rectangle
  /** Cells of the map across. Default 80. */
  readonly grid?: number
  /** Arrows across; 0 for none. Default 16. */
  readonly arrows?: number
}

/**
 * Where a score is wrong: ‖s_θ(x) − s(x)‖ as a map in decades, with arrows of s_θ, and the density of the data as lines
 * where the exact one knows it.
 *
 * @param model, exact each a field, a denoiser (then say `t`) or a function of points.
 * @throws RangeError where a denoiser is given without `t`, or a grid makes no sense.
 */
export function scoreError(
  model: ScoreSource,
  exact: ScoreSource,
  options: ScoreErrorOptions = {},
): Promise<DisplayHandle> {
  const { range = [-3, 3], grid = 80, arrows = 16, t, ...rest } = options
  return draw('the error', async () => {
    for (const [name, n, least] of [
      ['grid', grid, 2],
      ['arrows', arrows, 0],
    ] as const)
      if (!Number.isSafeInteger(n) || n < least || n === 1 || n > 400)
        throw new RangeError(
          `plot.scoreError: ${name} must be a whole number from ${least} to 400, but is ${n}`,
        )
    const [x, y] = intervals(range, 'plot.scoreError')
    const map = gridPoints(x, y, grid)
    const places = gridPoints(x, y, Math.max(2, arrows))
    const made = tf.tidy(() => {
      const at = tf.tensor2d(map.values, [grid * grid, 2])
      const known: unknown = exact
      const density =
        isObject(known) && 'logDensity' in known && typeof known.logDensity === 'function'
          ? tf.exp((known.logDensity as (x: tf.Tensor, t?: number) => tf.Tensor)(at, t))
          : undefined
      const difference = tf.sub(scoreAt(model, at, t), scoreAt(exact, at, t))
      return {
        error: tf.norm(difference, 2, 1),
        vectors: scoreAt(model, tf.tensor2d(places.values, [places.values.length / 2, 2]), t),
        ...(density && { density }),
      }
    })
    try {
      return scoreErrorFigure({
        ...rest,
        x: axisPoints(x, grid),
        y: axisPoints(y, grid),
        error: (await readTensor(made.error)).values,
        ...(made.density && { density: (await readTensor(made.density)).values }),
        ...(arrows && { points: places, vectors: await readTensor(made.vectors) }),
      })
    } finally {
      tf.dispose(made)
    }
  })
}
