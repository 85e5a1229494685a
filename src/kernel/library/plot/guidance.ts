import type { GuidancePoint } from '../../../models'
import { FigureError, tradeOffFigure } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'

export interface GuidanceOptions {
  readonly title?: string
  /** What was varied. Default γ. */
  readonly setting?: string
  /** What the two axes are called. Default diversity and quality. */
  readonly axes?: readonly [string, string]
}

/** One setting and what came of it, in any words: a scale with quality and diversity, or a number with x and y. */
export type TradeOffPoint =
  GuidancePoint | { readonly setting: number; readonly x: number; readonly y: number }

/**
 * What guidance trades: quality against diversity, as its scale grows. Any other two numbers that a setting moves can be drawn
 * with it, such as faithfulness and realism.
 *
 * @param points what `guidanceCurve` returned, or `{ setting, x, y }` each.
 * @throws FigureError where there is no point, or nothing is finite.
 */
export function guidance(
  points: readonly TradeOffPoint[],
  { title, setting = 'γ', axes = ['diversity', 'quality'] }: GuidanceOptions = {},
): Promise<DisplayHandle> {
  return draw('the trade-off', () => {
    const given: unknown = points
    if (!Array.isArray(given))
      throw new TypeError(
        `plot.guidance draws an array of points { scale, diversity, quality }; not ${preview(given)}`,
      )
    if (points.length === 0) throw new FigureError('there is no point to draw.')
    const read = points.map((point, i) => {
      if (isObject(point) && 'setting' in point) return point
      if (isObject(point) && 'scale' in point)
        return { setting: point.scale, x: point.diversity, y: point.quality }
      throw new TypeError(
        `plot.guidance: point ${i} must be { scale, diversity, quality }, but is ${preview(point)}`,
      )
    })
    return tradeOffFigure({
      settings: read.map((point) => point.setting),
      setting,
      x: read.map((point) => point.x),
      y: read.map((point) => point.y),
      axes,
      ...(title !== undefined && { title }),
    })
  })
}
