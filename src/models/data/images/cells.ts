/** Discrete values as numbers: an interval divided into cells of equal width, whose middles stand for them. */
import * as tf from '@tensorflow/tfjs'

export interface Cells {
  /** How many values each number can have, from 2 on. */
  readonly levels: number
  /** The interval that they divide. Default [−1, 1]. */
  readonly range?: readonly [number, number]
}

/** The width of a cell. @throws RangeError for levels or a range that make no sense. */
export function cellOf(caller: string, { levels, range = [-1, 1] }: Cells): number {
  if (!Number.isSafeInteger(levels) || levels < 2)
    throw new RangeError(`${caller}: levels must be a whole number from 2 on, but is ${levels}`)
  const cell = (range[1] - range[0]) / levels
  if (cell > 0 && cell < Infinity) return cell
  throw new RangeError(`${caller}: range must be an interval, but is ${JSON.stringify(range)}`)
}

/** The middles of the cells that the numbers are in; of the nearest cell, for those outside of the range. */
export function quantise(x: tf.Tensor, { levels, range = [-1, 1] }: Cells): tf.Tensor {
  const cell = cellOf('quantise', { levels, range })
  return tf.tidy(() =>
    x
      .sub(range[0])
      .div(cell)
      .floor()
      .clipByValue(0, levels - 1)
      .add(0.5)
      .mul(cell)
      .add(range[0]),
  )
}
