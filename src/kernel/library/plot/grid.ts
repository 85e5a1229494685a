/** Grids of points on which functions of the plane are drawn. */
import { preview } from '../../display/preview'

/** From, to. */
export type Interval = readonly [number, number]

/** `[−3, 3]` for both axes, or one such pair each. */
export type Rectangle = Interval | readonly [Interval, Interval]

/** The two intervals of a rectangle. @throws TypeError where it is none, naming `caller`. */
export function intervals(range: Rectangle, caller: string): readonly [Interval, Interval] {
  const isInterval = (value: unknown): value is Interval =>
    Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) && value[0] < value[1]
  if (isInterval(range)) return [range, range]
  if (Array.isArray(range) && range.length === 2 && range.every(isInterval))
    return range as [Interval, Interval]
  throw new TypeError(
    `${caller}: range must be a rising pair such as [-3, 3], or one for each axis, but is ${preview(range)}`,
  )
}

/** n points from the first to the last. */
export function axisPoints([from, to]: Interval, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1))
}

/** The n² points of a grid, row after row from below, of shape [n², 2]. */
export function gridPoints(x: Interval, y: Interval, n: number) {
  const values = new Float32Array(2 * n * n)
  for (let row = 0; row < n; row++)
    for (let column = 0; column < n; column++) {
      const at = 2 * (row * n + column)
      values[at] = x[0] + ((x[1] - x[0]) * column) / (n - 1)
      values[at + 1] = y[0] + ((y[1] - y[0]) * row) / (n - 1)
    }
  return { values, shape: [n * n, 2] }
}
