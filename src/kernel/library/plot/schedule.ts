import type { GaussianProcess } from '../../../models'
import { scheduleFigure, schedulesFigure, type ScheduleCurves } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'

export interface ScheduleOptions {
  readonly title?: string
  /** How many times are drawn on an interval. Default 200. */
  readonly points?: number
}

/**
 * Noise schedules. One process: α_t, σ_t and the logarithm of the signal-to-noise ratio over its times. Several by name: α,
 * σ, SNR and β of each in four panels, over the share of the time that has passed.
 *
 * β is the rate g² of a differential equation, or the variance of each step of a table.
 */
export function schedule(
  process: GaussianProcess | Readonly<Record<string, GaussianProcess>>,
  options: ScheduleOptions = {},
): Promise<DisplayHandle> {
  const { points = 200 } = options
  if (!Number.isSafeInteger(points) || points < 2)
    throw new RangeError(`plot.schedule: points must be a whole number from 2 on, but is ${points}`)
  if (isProcess(process)) return single(process, points, options.title ?? `${process.name} noise schedule`)
  const given: unknown = process
  if (!isObject(given) || !Object.keys(given).length || !Object.values(process).every(isProcess))
    throw new TypeError(
      `plot.schedule draws a process such as vp(), or several by name; not ${preview(given, { depth: 0 })}`,
    )
  return draw('the schedules', () =>
    schedulesFigure(
      Object.entries(process).map(([name, each]) => curvesOf(name, each, points)),
      options.title ? { title: options.title } : {},
    ),
  )
}

function single(process: GaussianProcess, points: number, title: string): Promise<DisplayHandle> {
  return draw('the schedule', () => {
    const t = timesOf(process, points)
    return scheduleFigure({ t, alpha: t.map(process.alpha), sigma: t.map(process.sigma), title })
  })
}

function curvesOf(name: string, process: GaussianProcess, points: number): ScheduleCurves {
  const { from, to, discrete } = process.times
  const t = timesOf(process, points)
  const beta = t.map((time) => {
    if (!discrete) return process.diffusion(time)
    return time > from ? process.transition(time - 1, time).variance : NaN
  })
  return {
    name,
    t: t.map((time) => (time - from) / (to - from)),
    alpha: t.map(process.alpha),
    sigma: t.map(process.sigma),
    beta: beta.map((value) => (Number.isFinite(value) ? value : NaN)),
  }
}

function timesOf({ times: { from, to, discrete } }: GaussianProcess, points: number): Float64Array {
  const n = discrete ? to - from : points - 1
  return Float64Array.from({ length: n + 1 }, (_, i) => from + (i / n) * (to - from))
}

function isProcess(value: unknown): value is GaussianProcess {
  return isObject(value) && 'times' in value && 'alpha' in value && 'transition' in value
}
