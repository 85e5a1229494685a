/**
 * The constant Z = ∫ e^{−E} by brute force: a sum over the midpoints of a grid with m cells along each of d axes,
 *
 *   Z ≈ h^d Σ e^{−E(x_cell)}.
 *
 * For a smooth energy that is high at the grid's edge this is exact but for rounding, with surprisingly few cells; but there
 * are m^d of them, which is why nobody does it for images.
 */
import * as tf from '@tensorflow/tfjs'
import { expectEnergy, type EnergyField } from './energy'
import { logSumExp } from './logSumExp'

export interface CellOptions {
  /** How many numbers a state has. Default 2. */
  readonly dim?: number
  /** From where to where, along every axis. Default [−4, 4]. */
  readonly range?: readonly [number, number]
  /** Cells along an axis. Default 64. */
  readonly cells?: number
}

/** Beyond this many cells the memory of a page is the limit. */
const MOST_CELLS = 2 ** 22

/** The midpoints, of shape [cells^dim, dim], the last axis fastest, and the volume of a cell. */
export interface Cells {
  readonly points: Float32Array
  readonly shape: readonly [number, number]
  readonly volume: number
  /** The midpoints along one axis. */
  readonly axis: Float64Array
}

/** @throws RangeError where the range is empty, or there would be more cells than memory. */
export function cellsOf({ dim = 2, range = [-4, 4], cells = 64 }: CellOptions = {}): Cells {
  const [from, to] = range
  if (!(from < to && Number.isFinite(to - from)))
    throw new RangeError(`grid: range must go from a smaller to a larger number, but is [${from}, ${to}]`)
  for (const [name, count] of [
    ['dim', dim],
    ['cells', cells],
  ] as const)
    if (!Number.isSafeInteger(count) || count < 1)
      throw new RangeError(`grid: ${name} must be a positive whole number, but is ${count}`)
  const n = cells ** dim
  if (n > MOST_CELLS)
    throw new RangeError(
      `grid: ${cells} cells along each of ${dim} axes are ${n.toExponential(1)} in all; ${MOST_CELLS.toExponential(1)} are the most`,
    )
  const h = (to - from) / cells
  const axis = Float64Array.from({ length: cells }, (_, i) => from + (i + 0.5) * h)
  const points = new Float32Array(n * dim)
  for (let cell = 0; cell < n; cell++)
    for (let i = dim - 1, rest = cell; i >= 0; i--, rest = Math.floor(rest / cells))
      points[cell * dim + i] = axis[rest % cells]!
  return { points, shape: [n, dim], volume: h ** dim, axis }
}

/** log Z of an energy on a grid: a number that gradients go through. */
export function logPartition(model: EnergyField, options: CellOptions = {}): tf.Scalar {
  expectEnergy(model, 'logPartition')
  const { points, shape, volume } = cellsOf(options)
  return tf.tidy(() => {
    const energy = model.energy(tf.tensor2d(points, [...shape]))
    return logSumExp(tf.neg(energy).reshape([1, -1]))
      .add(Math.log(volume))
      .asScalar()
  })
}

/**
 * Maximum likelihood with Z by brute force: the mean of E(x) over the batch, plus log Z. What contrastive divergence
 * approximates where no grid will do.
 */
export function negativeLogLikelihood(
  model: EnergyField,
  x: tf.Tensor,
  options: Omit<CellOptions, 'dim'> = {},
): tf.Scalar {
  expectEnergy(model, 'negativeLogLikelihood')
  return tf.tidy(() =>
    tf
      .mean(model.energy(x))
      .add(logPartition(model, { ...options, dim: x.shape[1] ?? 1 }))
      .asScalar(),
  )
}

/** A density that was normalised on a grid. */
export interface Normalised extends Cells {
  readonly logZ: number
  /** How often the energy was asked. */
  readonly evaluations: number
  /** e^{−E}/Z at the midpoints; times `volume` these sum to 1. */
  readonly density: Float64Array
}

/** The law of an energy on a grid, summed in doubles. */
export async function normalised(model: EnergyField, options: CellOptions = {}): Promise<Normalised> {
  expectEnergy(model, 'normalised')
  const cells = cellsOf(options)
  const energy = tf.tidy(() => model.energy(tf.tensor2d(cells.points, [...cells.shape])))
  const values = Float64Array.from(await energy.data())
  energy.dispose()
  const least = values.reduce((a, b) => Math.min(a, b), Infinity)
  const sum = values.reduce((sum, value) => sum + Math.exp(least - value), 0)
  const logZ = Math.log(sum * cells.volume) - least
  return {
    ...cells,
    logZ,
    evaluations: values.length,
    density: values.map((value) => Math.exp(-value - logZ)),
  }
}
