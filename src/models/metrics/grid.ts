/**
 * Kullback–Leibler divergence on a grid, for laws in one or two dimensions:
 *
 *   KL(p ‖ q) = Σ_cells P log(P / Q),
 *
 * with the cells' probabilities P and Q: of a law with a density, the density in the middle times the cell's size; of
 * samples, their share. On cells that p leaves empty nothing is lost; where q is zero and p is not, it is infinite.
 *
 * For n samples in place of p the estimate is biased upwards by about (K − 1)/2n with K cells in use, which is subtracted.
 *
 * Miller, "Note on the bias of information estimates", 1955
 */
import * as tf from '@tensorflow/tfjs'
import { type Estimate } from './estimate'
import { logDensities, type KnownDensity } from './likelihood'
import { rowsOf, type Samples } from './samples'

export interface GridOptions {
  /** From where to where: `[−4, 4]` for all axes, or one pair for each. Default [−4, 4]. */
  readonly range?: readonly [number, number] | readonly (readonly [number, number])[]
  /** Cells along each axis. Default: 200 in one dimension, 100 in two; 20 where p is samples. */
  readonly cells?: number
}

export interface KlOnGrid extends Estimate {
  /** The probability that p and q have on the grid: where it is not near one, the grid is too small or too coarse. */
  readonly covered: { readonly p: number; readonly q: number }
}

/**
 * @param p samples, or a law with a density (whose dimension is then `dim`).
 * @param q a law with a density.
 * @param dim 1 or 2. Default: that of the samples, else 2.
 */
export async function klOnGrid(
  p: Samples | KnownDensity,
  q: KnownDensity,
  { range = [-4, 4], cells, dim }: GridOptions & { dim?: number } = {},
): Promise<KlOnGrid> {
  const samples = isDensity(p) ? undefined : await rowsOf(p, 'klOnGrid: p')
  const d = samples?.dim ?? dim ?? 2
  if (d !== 1 && d !== 2) throw new RangeError(`klOnGrid: knows one and two dimensions, not ${d}`)
  const count = cells ?? (samples ? 20 : d === 1 ? 200 : 100)
  if (!Number.isSafeInteger(count) || count < 2)
    throw new RangeError(`klOnGrid: cells must be a whole number from 2 on, but is ${count}`)
  const axes = axesOf(range, d)
  const volume = axes.reduce((product, [low, high]) => (product * (high - low)) / count, 1)
  const middles = tf.tensor2d(
    Float32Array.from({ length: d * count ** d }, (_, at) => {
      const [cell, axis] = [Math.floor(at / d), at % d]
      const [low, high] = axes[axis]!
      // The first coordinate runs fastest.
      const step = axis === 0 ? cell % count : Math.floor(cell / count)
      return low + ((high - low) * (step + 0.5)) / count
    }),
    [count ** d, d],
  )
  try {
    const logQ = (await logDensities(q, middles, 'klOnGrid: q')).map((l) => l + Math.log(volume))
    const probabilities = samples
      ? shares(samples.values, axes, count)
      : (await logDensities(p as KnownDensity, middles, 'klOnGrid: p')).map((l) => Math.exp(l) * volume)
    return divergence(probabilities, logQ, samples?.n)
  } finally {
    middles.dispose()
  }
}

function divergence(p: Float64Array, logQ: Float64Array, n: number | undefined): KlOnGrid {
  let [value, square, used] = [0, 0, 0]
  for (const [i, share] of p.entries()) {
    if (!(share > 0)) continue
    const ratio = Math.log(share) - logQ[i]!
    value += share * ratio
    square += share * ratio ** 2
    used++
  }
  const total = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0)
  return {
    value: n === undefined ? value : value - (used - 1) / (2 * n),
    // To first order Σ P̂ log(P̂/Q) varies as the mean of log(P/Q) over the samples does.
    standardError: n === undefined ? 0 : Math.sqrt(Math.max(square - value ** 2, 0) / n),
    method: 'analytic',
    covered: { p: total(p), q: total(logQ.map(Math.exp)) },
  }
}

function shares(
  values: Float64Array,
  axes: readonly (readonly [number, number])[],
  count: number,
): Float64Array {
  const d = axes.length
  const p = new Float64Array(count ** d)
  for (let row = 0; row < values.length / d; row++) {
    let [cell, stride] = [0, 1]
    for (const [axis, [low, high]] of axes.entries()) {
      const step = Math.floor(((values[row * d + axis]! - low) / (high - low)) * count)
      cell = step >= 0 && step < count ? cell + stride * step : NaN
      stride *= count
    }
    if (Number.isFinite(cell)) p[cell]! += d / values.length
  }
  return p
}

function axesOf(range: NonNullable<GridOptions['range']>, d: number): (readonly [number, number])[] {
  const axes = (typeof range[0] === 'number' ? Array.from({ length: d }, () => range) : range) as (readonly [
    number,
    number,
  ])[]
  if (axes.length !== d || !axes.every(([low, high]) => high > low && Number.isFinite(high - low)))
    throw new RangeError(`klOnGrid: range must be a pair such as [-4, 4], or ${d} of them`)
  return axes
}

function isDensity(p: Samples | KnownDensity): p is KnownDensity {
  return typeof p === 'function' || (typeof p === 'object' && p !== null && 'logDensity' in p)
}
