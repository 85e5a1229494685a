import * as tf from '@tensorflow/tfjs'
import type { EnergyField } from '../../../models'
import { energyFigure, type EnergyInput } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'
import { axisPoints, gridPoints, intervals, type Rectangle } from './grid'
import { readPoints, readTensor, type PointSource } from './points'

export interface EnergyOptions extends Omit<EnergyInput, 'x' | 'y' | 'values' | 'points'> {
  /** The square or rectangle that is shown. Default [−3, 3]. */
  readonly range?: Rectangle
  /** Cells across. Default 80. */
  readonly grid?: number
  /** Points drawn over it: a tensor of shape [n, 2], an array of pairs, or data. */
  readonly samples?: PointSource
}

/** Something with an energy in the plane, a law that knows its density (its energy is −log p), or a function of points. */
export type EnergySource =
  EnergyField | { readonly logDensity: (x: tf.Tensor) => tf.Tensor } | ((x: tf.Tensor) => tf.Tensor)

/**
 * An energy in the plane as a map with contours, low where states are likely, with samples over it.
 *
 * @throws RangeError where the grid makes no sense; TypeError where there is no energy to draw.
 */
export function energy(source: EnergySource, options: EnergyOptions = {}): Promise<DisplayHandle> {
  const { range = [-3, 3], grid = 80, samples, ...rest } = options
  return draw('the energy', async () => {
    if (!Number.isSafeInteger(grid) || grid < 2 || grid > 400)
      throw new RangeError(`plot.energy: grid must be a whole number from 2 to 400, but is ${grid}`)
    const [x, y] = intervals(range, 'plot.energy')
    const f = energyOf(source)
    const { values } = gridPoints(x, y, grid)
    const heights = tf.tidy(() => f(tf.tensor2d(values, [grid * grid, 2])))
    try {
      return energyFigure({
        x: axisPoints(x, grid),
        y: axisPoints(y, grid),
        values: (await readTensor(heights)).values,
        ...(samples && { points: await readPoints(samples, 'samples') }),
        ...rest,
      })
    } finally {
      heights.dispose()
    }
  })
}

function energyOf(source: EnergySource): (x: tf.Tensor) => tf.Tensor {
  if (typeof source === 'function') return source
  const given: unknown = source
  if (isObject(given) && 'energy' in given && typeof given.energy === 'function')
    return given.energy as (x: tf.Tensor) => tf.Tensor
  if (isObject(given) && 'logDensity' in given && typeof given.logDensity === 'function') {
    const logDensity = given.logDensity as (x: tf.Tensor) => tf.Tensor
    return (x) => tf.neg(logDensity(x))
  }
  throw new TypeError(
    `plot.energy draws an energy, a law with a log density, or a function of points; not ${preview(given, { depth: 0 })}`,
  )
}
