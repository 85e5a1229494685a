/**
 * Bits per dimension: the code length that a density gives to discrete data, for each of their D numbers.
 *
 * A model on continuous x = a u + b, where u are whole numbers of which each cell of width one is filled evenly, assigns
 *
 *   bits = −log₂ p(x) / D − log₂ |a|.
 *
 * The second term is the offset: 7 for 256 grey levels scaled to [−1, 1] (a = 2/256), 8 for [0, 1], 0 for data that are
 * not scaled. Without it, numbers from differently scaled data cannot be compared.
 *
 * Theis, van den Oord and Bethge, "A note on the evaluation of generative models", ICLR 2016,
 * https://arxiv.org/abs/1511.01844
 */
import * as tf from '@tensorflow/tfjs'
import type { State } from '../state'

/** Either the offset itself, or how discrete data were scaled. There is no default: it must be said. */
export type BitsOptions =
  | { readonly offset: number }
  | {
      /** How many values each number can have, such as 256. */
      readonly levels: number
      /** The interval that they were scaled to, such as [−1, 1]. */
      readonly range: readonly [number, number]
    }

/** log₂ of levels per unit of length. @throws TypeError where neither form is given; RangeError for wrong numbers. */
export function bitsOffset(options: BitsOptions): number {
  // Cells are not type-checked before they run.
  const given = (options as Partial<Record<'offset' | 'levels' | 'range', unknown>> | undefined) ?? {}
  if (typeof given.offset === 'number' && Number.isFinite(given.offset)) return given.offset
  if (given.offset === undefined && given.levels === undefined)
    throw new TypeError(
      'bits per dimension depend on the scale of the data: say { levels: 256, range: [-1, 1] }, or { offset: 0 } for data ' +
        'that were not scaled',
    )
  const { levels, range } = options as { levels: number; range: readonly [number, number] }
  const width = Array.isArray(range) ? range[1] - range[0] : NaN
  if (!(Number.isSafeInteger(levels) && levels > 1 && width > 0 && width < Infinity))
    throw new RangeError(
      `bits per dimension: levels must be a whole number from 2 on and range an interval, but they are ${levels} and ${JSON.stringify(range)}`,
    )
  return Math.log2(levels / width)
}

/**
 * −log p / (D ln 2) + offset.
 *
 * @param logDensity log p in nats: a number, or n of them.
 * @param dim D, how many numbers one state has.
 */
export function bitsPerDimension<L extends number | State>(
  logDensity: L,
  dim: number,
  options: BitsOptions,
): L {
  if (!Number.isSafeInteger(dim) || dim < 1)
    throw new RangeError(`bits per dimension: dim must be a positive whole number, but is ${dim}`)
  const offset = bitsOffset(options)
  const bits = (nats: number): number => -nats / (dim * Math.LN2) + offset
  if (typeof logDensity === 'number') return bits(logDensity) as L
  if (logDensity instanceof Float64Array) return logDensity.map(bits) as L
  return tf.tidy(() => logDensity.mul(-1 / (dim * Math.LN2)).add(offset)) as L
}
