import * as tf from '@tensorflow/tfjs'
import type { GaussianProcess, Time, Trajectory } from '../../../models'
import { heatFigure, type HeatMap, type HeatOptions } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'
import { axisPoints, type Interval } from './grid'

/** A model that knows p_t on a line, such as `exact(process, mixture)`. */
interface KnownLaw {
  readonly process: GaussianProcess
  logDensity(x: tf.Tensor, t: Time): tf.Tensor
}

/** States of shape [n, 1] at times: what `forwardPath` returns. */
interface Path {
  readonly times: readonly number[]
  readonly states: readonly tf.Tensor[]
}

/** A law, or samples of it on their way: of `forwardPath` (upwards) or `trajectory` (downwards). */
export type HeatSource = KnownLaw | Path | Trajectory

export interface HeatPlotOptions extends HeatOptions {
  /** The places that are shown. Default [−3, 3]. */
  readonly range?: Interval
  /** How many of the samples' paths are drawn. Default 12. */
  readonly paths?: number
  /** Cells up. Default 120. */
  readonly grid?: number
}

/** Moments of a known law. */
const MOMENTS = 120

/**
 * How a law on a line spreads into noise, or gathers out of it: a map of p_t(x) over time, of a law that is known or of
 * samples, of which some paths are drawn. Several by name are drawn side by side.
 *
 * @throws TypeError where there is neither a density nor samples; FigureError where nothing is in the range.
 */
export function heat(
  sources: HeatSource | Readonly<Record<string, HeatSource>>,
  { range = [-3, 3], paths = 12, grid = 120, ...options }: HeatPlotOptions = {},
): Promise<DisplayHandle> {
  return draw('the map', async () => {
    if (!Number.isSafeInteger(grid) || grid < 2 || grid > 1000)
      throw new RangeError(`plot.heat: grid must be a whole number from 2 to 1000, but is ${grid}`)
    const named = isSource(sources) ? { 'p_t(x)': sources } : sources
    if (!isObject(named) || !Object.keys(named).length || !Object.values(named).every(isSource))
      throw new TypeError(
        `plot.heat draws exact(process, mixture) of a law on a line, await forwardPath(…) or await trajectory(…), or several by name; not ${preview(sources, { depth: 0 })}`,
      )
    const maps: HeatMap[] = []
    for (const [name, source] of Object.entries(named))
      maps.push(
        'logDensity' in source
          ? await ofLaw(name, source, range, grid)
          : await ofSamples(name, source, range, grid, paths),
      )
    return heatFigure(maps, options)
  })
}

function isSource(value: unknown): value is HeatSource {
  return (
    isObject(value) &&
    (('logDensity' in value && 'process' in value) || ('times' in value && 'states' in value))
  )
}

async function ofLaw(name: string, law: KnownLaw, range: Interval, grid: number): Promise<HeatMap> {
  const { from, to, discrete } = law.process.times
  const x = axisPoints(range, grid)
  const moments = Float64Array.from({ length: MOMENTS }, (_, i) => {
    const t = from + (i / (MOMENTS - 1)) * (to - from)
    return discrete ? Math.round(t) : t
  })
  const t = moments.filter((time, i) => i === 0 || time > moments[i - 1]!)
  const density = new Float64Array(grid * t.length)
  const points = tf.tensor2d(Float32Array.from(x), [grid, 1])
  try {
    for (const [column, time] of t.entries()) {
      const p = tf.tidy(() => law.logDensity(points, time).exp())
      for (const [row, value] of (await p.data()).entries()) density[row * t.length + column] = value
      p.dispose()
    }
  } finally {
    points.dispose()
  }
  return { name, t, x, density }
}

async function ofSamples(
  name: string,
  { times, states }: Path | Trajectory,
  range: Interval,
  grid: number,
  paths: number,
): Promise<HeatMap> {
  const rows = Array.isArray(states)
    ? await Promise.all((states as tf.Tensor[]).map((x) => x.data()))
    : await split(states as tf.Tensor, times.length)
  const n = rows[0]!.length
  const width = (range[1] - range[0]) / grid
  const x = Float64Array.from({ length: grid }, (_, i) => range[0] + (i + 0.5) * width)
  const counts = new Float64Array(grid * times.length)
  for (const [column, values] of rows.entries())
    for (const value of values) {
      const row = Math.floor((value - range[0]) / width)
      if (row >= 0 && row < grid) counts[row * times.length + column]! += 1 / (n * width)
    }
  return {
    name,
    t: times,
    x,
    density: counts,
    paths: Array.from({ length: Math.min(paths, n) }, (_, k) => ({
      t: times,
      x: rows.map((values) => values[k]!),
    })),
  }
}

async function split(states: tf.Tensor, count: number): Promise<Float32Array[]> {
  const values = Float32Array.from(await states.data())
  const n = values.length / count
  return Array.from({ length: count }, (_, i) => values.subarray(i * n, (i + 1) * n))
}
