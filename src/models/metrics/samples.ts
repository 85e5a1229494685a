/** Samples in any form, as doubles. */
import * as tf from '@tensorflow/tfjs'
import type { NumericArray, PointSet } from '../data/points'
import { points } from '../data/points'

/** Samples to be judged: a tensor of shape [n, …], rows of numbers, numbers on a line, an array with its shape, or points. */
export type Samples = tf.Tensor | PointSet | NumericArray | readonly (readonly number[])[] | readonly number[]

export interface Rows {
  /** n rows of d numbers, one after the other. */
  readonly values: Float64Array
  readonly n: number
  readonly dim: number
}

/**
 * @param what the argument's name, for errors.
 * @throws TypeError where these are no samples, RangeError where one of them is not finite or there are fewer than two.
 */
export async function rowsOf(source: Samples, what: string): Promise<Rows> {
  let rows: Rows
  try {
    rows = toRows(source instanceof tf.Tensor ? { values: await source.data(), shape: source.shape } : source)
  } catch (error) {
    // What is wrong is said of points; here they are called otherwise.
    if (error instanceof Error) error.message = error.message.replace(/^points(: the first argument)?/, what)
    throw error
  }
  if (rows.n < 2) throw new RangeError(`${what}: at least two samples are needed`)
  return rows
}

function toRows(source: Exclude<Samples, tf.Tensor>): Rows {
  const set = isPointSet(source) ? source : points(source)
  return { values: set.values, n: set.size, dim: set.values.length / set.size }
}

/** Whether these samples are a set of points, which tells the shape of one of them. */
export function isPointSet(source: Samples): source is PointSet {
  return typeof source === 'object' && source !== null && 'pick' in source
}

/** Both sets, which must have points of one length. */
export async function pairOf(first: Samples, second: Samples, metric: string): Promise<[Rows, Rows]> {
  const a = await rowsOf(first, `${metric}: the first set`)
  const b = await rowsOf(second, `${metric}: the second set`)
  if (a.dim !== b.dim)
    throw new RangeError(`${metric}: the first set has points of ${a.dim} numbers, the second of ${b.dim}`)
  return [a, b]
}

/** The rows that `keep` accepts. */
export function only({ values, n, dim }: Rows, keep: (row: number) => boolean): Rows {
  const kept = Array.from({ length: n }, (_, i) => i).filter(keep)
  const out = new Float64Array(kept.length * dim)
  for (const [to, from] of kept.entries()) out.set(values.subarray(from * dim, (from + 1) * dim), to * dim)
  return { values: out, n: kept.length, dim }
}
