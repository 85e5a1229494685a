/** Checks on the numbers that figures are given, and the statistics that lay them out. */
import type { Numbers } from './encode'
import { FigureError } from './figure'

/** Rows of numbers: nested arrays, or flat values in row-major order with their shape, as a tensor gives them. */
export type Points =
  readonly (readonly number[])[] | { readonly values: Numbers; readonly shape: readonly number[] }

/** Two columns of the same length. */
export interface Columns {
  readonly x: Float64Array
  readonly y: Float64Array
}

/**
 * Reads points in the plane.
 *
 * @param points shape [n, 2] with n ≥ 1.
 * @param what the argument's name, for errors.
 * @throws FigureError where the shape is not [n, 2], values are missing, or no point is finite.
 */
export function planePoints(points: Points, what: string): Columns {
  const { values, rows } =
    'shape' in points ? fromFlat(points.values, points.shape, what) : fromRows(points, what)
  const x = new Float64Array(rows)
  const y = new Float64Array(rows)
  let finite = 0
  for (let i = 0; i < rows; i++) {
    x[i] = values[2 * i]!
    y[i] = values[2 * i + 1]!
    if (Number.isFinite(x[i]) && Number.isFinite(y[i])) finite++
  }
  if (!finite) throw new FigureError(`${what} has no finite point: all ${rows} contain NaN or infinity.`)
  return { x, y }
}

function fromFlat(values: Numbers, shape: readonly number[], what: string) {
  const [rows, columns] = shape
  if (shape.length !== 2 || rows === undefined || columns !== 2)
    throw new FigureError(
      `${what} has shape [${shape.join(', ')}], but points in the plane have shape [n, 2]. Choose two columns first.`,
    )
  if (values.length !== rows * 2)
    throw new FigureError(
      `${what} has ${values.length} values, but its shape [${shape.join(', ')}] needs ${rows * 2}.`,
    )
  if (!rows) throw new FigureError(`${what} is empty.`)
  return { values, rows }
}

function fromRows(points: readonly (readonly number[])[], what: string) {
  if (!points.length) throw new FigureError(`${what} is empty.`)
  const values = new Float64Array(points.length * 2)
  points.forEach((row, i) => {
    if (row.length !== 2)
      throw new FigureError(`${what} has ${row.length} numbers in row ${i}, but points in the plane have 2.`)
    values[2 * i] = row[0]!
    values[2 * i + 1] = row[1]!
  })
  return { values, rows: points.length }
}

/**
 * Reads a list of numbers.
 *
 * @param length how many there must be; any number where it is left out.
 * @throws FigureError where the list is empty, has another length, or holds no finite number.
 */
export function series(values: Numbers, what: string, length?: number): Float64Array {
  if (length !== undefined && values.length !== length)
    throw new FigureError(`${what} has ${values.length} values, but ${length} are expected.`)
  if (!values.length) throw new FigureError(`${what} is empty.`)
  const read = Float64Array.from(values)
  if (!read.some(Number.isFinite)) throw new FigureError(`${what} has no finite number.`)
  return read
}

/** The smallest and largest finite values. */
export function extent(values: ArrayLike<number>): [number, number] {
  let low = Infinity
  let high = -Infinity
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  return [low, high]
}

/** Quantiles of the finite values, by the nearest rank. */
export function quantiles(values: ArrayLike<number>, fractions: readonly number[]): number[] {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort()
  return fractions.map((fraction) => sorted[Math.round(fraction * (sorted.length - 1))]!)
}

/** A number for people: four significant digits, `1.2e-7` where it is very small or large. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞'
  const size = Math.abs(value)
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e6)
      ? value.toExponential(2).replace(/\.?0+e\+?/, 'e')
      : String(Number(value.toPrecision(4)))
  return text.replace(/^-/, '−')
}

/** A length of time for people: `8 s`, `2 min 5 s`, `1 h 12 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60) % 60} min`
}
