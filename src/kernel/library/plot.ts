/**
 * Pictures of what models do. Each function shows its picture below the cell at once, as Plotly draws it, and resolves
 * to a handle that can change it in place.
 */
import * as tf from '@tensorflow/tfjs'
import type { Denoiser, Field, GaussianProcess, TrainingProgress, TrainingRun } from '../../models'
import {
  figureBundle,
  lossFigure,
  samplesFigure,
  scheduleFigure,
  scoreFieldFigure,
  type Figure,
  type LossInput,
  type Numbers,
  type SamplesOptions,
  type ScoreFieldInput,
} from '../../renderers/figures'
import type { DisplayHandle } from '../display/display'
import { preview } from '../display/preview'
import { showLater } from '../display/screen'
import type { MimeBundle } from '../protocol'
import { readPoints, readTensor, type PointSource } from './points'

/** What `plot.loss` takes: the result of `train`, its progress, or plain numbers. */
export type Losses = TrainingRun | TrainingProgress | Numbers

/**
 * The loss of a training, step by step, with its moving average.
 *
 * @throws FigureError where there is no finite loss.
 */
export function loss(run: Losses, options: Omit<LossInput, 'losses'> = {}): Promise<DisplayHandle> {
  return draw('the loss', () => lossFigure({ ...lossInput(run), ...options }))
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** What the loss figure is drawn from. */
function lossInput(run: Losses): LossInput {
  if (!isObject(run) || !('losses' in run || 'length' in run))
    throw new TypeError(
      `plot.loss draws what train returned, or an array of losses; not ${preview(run, { depth: 0 })}`,
    )
  if (!('losses' in run)) return { losses: run }
  return { losses: run.losses, total: run.steps, ...('rate' in run && { rate: run.rate }) }
}

/**
 * Points in the plane: one set, or several by name side by side.
 *
 * @param sets tensors of shape [n, 2], arrays of pairs, or data, of which 4096 samples are drawn.
 * @throws FigureError where a set is empty or has another shape.
 */
export function samples(
  sets: PointSource | Readonly<Record<string, PointSource>>,
  options: SamplesOptions = {},
): Promise<DisplayHandle> {
  return draw('samples', async () => {
    if (!isObject(sets))
      throw new TypeError(
        `plot.samples draws points: a tensor of shape [n, 2], an array of pairs, data, or several as { name: points }; not ${preview(sets)}`,
      )
    if (isSource(sets)) return samplesFigure(await readPoints(sets, 'the argument'), options)
    const entries = Object.entries(sets).map(
      async ([name, source]) => [name, await readPoints(source, name)] as const,
    )
    return samplesFigure(Object.fromEntries(await Promise.all(entries)), options)
  })
}

function isSource(sets: PointSource | Readonly<Record<string, PointSource>>): sets is PointSource {
  return (
    Array.isArray(sets) ||
    sets instanceof tf.Tensor ||
    ('draw' in sets && typeof sets.draw === 'function') ||
    ('values' in sets && 'shape' in sets)
  )
}

export interface ScoreFieldOptions extends Omit<ScoreFieldInput, 'points' | 'vectors'> {
  /** The time at which a denoiser is asked; not for fields, which have none. */
  readonly t?: number
  /** The square or rectangle that is shown: `[−3, 3]` for both axes, or one such pair each. Default [−3, 3]. */
  readonly range?: readonly [number, number] | readonly [readonly [number, number], readonly [number, number]]
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
    if (!Array.isArray(range))
      throw new TypeError(
        `plot.scoreField: range must be a pair such as [-3, 3], or one for each axis, but is ${preview(range)}`,
      )
    const [x, y] = (typeof range[0] === 'number' ? [range, range] : range) as readonly (readonly [
      number,
      number,
    ])[]
    const points = gridPoints(x!, y!, grid)
    const vectors = tf.tidy(() => score(source, tf.tensor2d(points.values, [grid * grid, 2]), options.t))
    if (!(vectors instanceof tf.Tensor))
      throw new TypeError(
        `plot.scoreField: the function must return a tensor, but returned ${preview(vectors)}`,
      )
    try {
      const density = rest.density ?? (await densityOf(source, x!, y!))
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

function score(source: ScoreSource, x: tf.Tensor, t: number | undefined): tf.Tensor {
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

/** The density of a law that knows it. */
async function densityOf(source: ScoreSource, x: readonly [number, number], y: readonly [number, number]) {
  if (!('logDensity' in source) || typeof source.logDensity !== 'function') return undefined
  const logDensity = source.logDensity as (x: tf.Tensor) => tf.Tensor
  const n = DENSITY_GRID
  const axis = ([from, to]: readonly [number, number]) =>
    Float64Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1))
  const points = gridPoints(x, y, n)
  const density = tf.tidy(() => logDensity(tf.tensor2d(points.values, [n * n, 2])).exp())
  try {
    return { x: axis(x), y: axis(y), values: (await readTensor(density)).values }
  } finally {
    density.dispose()
  }
}

function gridPoints(x: readonly [number, number], y: readonly [number, number], n: number) {
  const values = new Float32Array(2 * n * n)
  for (let row = 0; row < n; row++)
    for (let column = 0; column < n; column++) {
      const at = 2 * (row * n + column)
      values[at] = x[0] + ((x[1] - x[0]) * column) / (n - 1)
      values[at + 1] = y[0] + ((y[1] - y[0]) * row) / (n - 1)
    }
  return { values, shape: [n * n, 2] }
}

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

/** Shows a figure when its numbers have been read. */
function draw(name: string, figure: () => Figure | Promise<Figure>): Promise<DisplayHandle> {
  const bundle = async (): Promise<MimeBundle> => figureBundle(await figure())
  return showLater(bundle(), name)
}
