import type { GaussianProcess } from '../../../models'
import { scheduleFigure } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'

export interface ScheduleOptions {
  readonly title?: string
  /** How many times are drawn on an interval. Default 200. */
  readonly points?: number
}

/** A noise schedule: α_t, σ_t and the logarithm of the signal-to-noise ratio of a process over its times. */
export function schedule(process: GaussianProcess, options: ScheduleOptions = {}): Promise<DisplayHandle> {
  const given: unknown = process
  if (!isObject(given) || !('times' in given))
    throw new TypeError(`plot.schedule draws a process such as vp(); not ${preview(given, { depth: 0 })}`)
  const { title = `${process.name} noise schedule`, points = 200 } = options
  if (!Number.isSafeInteger(points) || points < 2)
    throw new RangeError(`plot.schedule: points must be a whole number from 2 on, but is ${points}`)
  return draw('the schedule', () => {
    const { from, to, discrete } = process.times
    const n = discrete ? to - from : points - 1
    const t = Float64Array.from({ length: n + 1 }, (_, i) => from + (i / n) * (to - from))
    return scheduleFigure({
      t,
      alpha: t.map((time) => process.alpha(time)),
      sigma: t.map((time) => process.sigma(time)),
      title,
    })
  })
}
