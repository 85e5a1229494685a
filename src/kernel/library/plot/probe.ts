import * as tf from '@tensorflow/tfjs'
import type { Denoiser, ExactModel, Field } from '../../../models'
import { probeFigure, type Numbers, type ProbeInput, type ProbeRow } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'
import { axisPoints, gridPoints, intervals, type Rectangle } from './grid'
import { readTensor } from './points'

export interface ProbeOptions extends Pick<ProbeInput, 'title' | 'axes'> {
  /** The time at which a denoiser is asked. */
  readonly t?: number
  /** What is shown: `[−3, 3]` for all axes, or one such pair each. Default [−3, 3]. */
  readonly range?: Rectangle
  /** Cells across. Default 60 in the plane, 400 on a line. */
  readonly grid?: number
}

/** A denoiser, an exact model, or a law or field with a score. */
export type ProbeSource = Denoiser | ExactModel | Field

/** More components than this make the hover too long. */
const MOST_COMPONENTS = 8

/**
 * A map that tells what a model knows where the cursor is: log p and the score; of a denoiser also E[x₀ | x_t]; of an exact
 * model also the deviation of p(x₀ | x_t) along each axis, and which component x_t came from.
 *
 * @throws RangeError where a denoiser is given without `t`, or the grid makes no sense.
 */
export function probe(source: ProbeSource, options: ProbeOptions = {}): Promise<DisplayHandle> {
  const { t, range = [-3, 3], grid, ...rest } = options
  return draw('the probe', async () => {
    if (!isObject(source) || !('score' in source) || typeof source.score !== 'function')
      throw new TypeError(
        `plot.probe asks a denoiser, a field or a law with a score; not ${preview(source, { depth: 0 })}`,
      )
    if ('predict' in source && t === undefined)
      throw new RangeError('plot.probe: a denoiser knows every time; say which, as { t: 0.1 }')
    const dim = dimOf(source)
    const n = grid ?? (dim === 1 ? 400 : 60)
    if (!Number.isSafeInteger(n) || n < 2 || n > 400)
      throw new RangeError(`plot.probe: grid must be a whole number from 2 to 400, but is ${n}`)
    const [x, y] = intervals(range, 'plot.probe')
    const points =
      dim === 1
        ? tf.tensor2d(Float32Array.from(axisPoints(x, n)), [n, 1])
        : tf.tensor2d(gridPoints(x, y, n).values, [n * n, 2])
    try {
      const rows = [...(await rowsOf(source, points, t)), ...(await posteriorRows(source, points, t))]
      return probeFigure({
        title: t === undefined ? 'Probe' : `Probe at t = ${t}`,
        ...rest,
        x: axisPoints(x, n),
        ...(dim === 2 && { y: axisPoints(y, n) }),
        ...drawn(rows),
        rows,
      })
    } finally {
      points.dispose()
    }
  })
}

function dimOf(source: ProbeSource): 1 | 2 {
  const shape = 'shape' in source ? source.shape : [2]
  if (shape.length === 1 && (shape[0] === 1 || shape[0] === 2)) return shape[0]
  throw new RangeError(
    `plot.probe looks at lines and planes, but the states have shape [${shape.join(', ')}]`,
  )
}

/** log p, the score and the mean of clean data. */
async function rowsOf(source: ProbeSource, points: tf.Tensor, t: number | undefined): Promise<ProbeRow[]> {
  const rows: ProbeRow[] = []
  if ('logDensity' in source && typeof source.logDensity === 'function') {
    const law = source as { logDensity: (x: tf.Tensor, t?: number) => tf.Tensor }
    rows.push({ name: 'log p', values: await columns(() => law.logDensity(points, t).expandDims(1)) })
  }
  const atTime = 'predict' in source ? source.at(t!) : source
  rows.push({ name: 'score', values: await columns(() => atTime.score(points)) })
  if ('predict' in source)
    rows.push({ name: 'E[x₀ | x]', values: await columns(() => source.predict(points, t!).x0) })
  return rows
}

/** What an exact model knows of clean data besides its mean. */
async function posteriorRows(
  source: ProbeSource,
  points: tf.Tensor,
  t: number | undefined,
): Promise<ProbeRow[]> {
  if (!('posterior' in source) || typeof source.posterior !== 'function') return []
  const model = source
  const [, dim] = points.shape as [number, number]
  const { values } = await readTensor(points)
  const deviations = Array.from({ length: dim }, () => new Float64Array(values.length / dim))
  for (let row = 0; row < values.length / dim; row++) {
    const covariance = model.posterior(values.subarray(row * dim, (row + 1) * dim), t!).covariance()
    for (const [i, list] of deviations.entries()) list[row] = Math.sqrt(covariance[i]![i]!)
  }
  const rows: ProbeRow[] = [{ name: 'deviation of x₀ given x', values: deviations }]
  const shares = await columns(() => model.logResponsibilities(points, t!).exp().mul(100))
  if (shares.length > 1 && shares.length <= MOST_COMPONENTS)
    rows.push({ name: 'from components', values: shares, unit: ' %' })
  return rows
}

/** The density where it is known, else how long the score is. */
function drawn(rows: readonly ProbeRow[]): Pick<ProbeInput, 'values' | 'quantity'> {
  const log = rows.find(({ name }) => name === 'log p')?.values[0]
  if (log) return { quantity: 'density', values: Float64Array.from(log, Math.exp) }
  const score = rows.find(({ name }) => name === 'score')!.values
  return {
    quantity: 'length of the score',
    values: Float64Array.from(score[0]!, (_, i) => Math.hypot(...score.map((axis) => axis[i]!))),
  }
}

/** The columns of a tensor of shape [n, k]. */
async function columns(f: () => tf.Tensor): Promise<Numbers[]> {
  const tensor = tf.tidy(() => f().clone())
  try {
    const { values, shape } = await readTensor(tensor)
    const [rows, k] = shape as [number, number]
    return Array.from({ length: k }, (_, j) =>
      Float32Array.from({ length: rows }, (_, i) => values[i * k + j]!),
    )
  } finally {
    tensor.dispose()
  }
}
