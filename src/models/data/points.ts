/** Finite sets of points: drawn by hand, pasted, read from a file, or kept from a law. */
import * as tf from '@tensorflow/tfjs'
import { currentStream } from '../../tensor'
import { expectCount, type Data, type LabelledData } from './data'

/** Numbers in row-major order with their shape. */
export interface NumericArray {
  readonly values: ArrayLike<number>
  readonly shape: readonly number[]
}

/** What points can be made of: rows of numbers, single numbers, an array with its shape, or a tensor of shape [n, …]. */
export type PointValues = readonly (readonly number[])[] | readonly number[] | NumericArray | tf.Tensor

/** A finite set of points. Its draws are with replacement, each point as likely as any other. */
export interface PointSet extends Data {
  /** How many points there are. */
  readonly size: number
  /** The shape of one point. */
  readonly shape: readonly number[]
  /** The numbers of all points, row after row. */
  readonly values: Float64Array
  /** The class of each point, where they have one. */
  readonly labels?: Int32Array
  readonly classes?: readonly string[]
  /** All points in their order, a tensor of shape [size, …shape]. */
  all(): tf.Tensor
  /** The mean of the points, flattened. */
  mean(): number[]
  /** Their covariance matrix, divided by `size`. */
  covariance(): number[][]
  /** The points of these numbers, with their labels. */
  pick(indices: ArrayLike<number>): PointSet
}

/** A finite set of points with labels. */
export interface LabelledPoints extends PointSet, LabelledData {
  readonly labels: Int32Array
  readonly classes: readonly string[]
  pick(indices: ArrayLike<number>): LabelledPoints
}

export interface PointOptions {
  /** What to call the set in pictures. Default: `points`. */
  readonly name?: string
  /** The class of each point, as whole numbers from 0 on or as names. */
  readonly labels?: ArrayLike<number> | readonly string[]
  /** The names of classes 0, 1, …, for numbered labels. */
  readonly classes?: readonly string[]
}

/**
 * Points as data to learn from.
 *
 * @param source rows of equal length, n numbers (points on a line), an array with its shape, or a tensor [n, …].
 * @throws RangeError where there is no point, rows differ in length, a number is not finite, or labels do not fit.
 */
export function points(
  source: PointValues,
  options: PointOptions & { readonly labels: NonNullable<PointOptions['labels']> },
): LabelledPoints
export function points(source: PointValues, options?: PointOptions): PointSet
export function points(
  source: PointValues,
  { name = 'points', labels, classes }: PointOptions = {},
): PointSet {
  const { values, shape } = read(source)
  const size = shape[0] ?? 0
  if (size === 0) throw new RangeError('points: there is no point')
  const of = shape.slice(1)
  const width = values.length / size
  const bad = values.findIndex((x) => !Number.isFinite(x))
  if (bad >= 0)
    throw new RangeError(
      `points: coordinate ${bad % width} of point ${Math.floor(bad / width)} is ${values[bad]}, but must be a finite number`,
    )
  return build(name, values, of, labels === undefined ? undefined : labelling(labels, classes, size))
}

interface Labelling {
  readonly labels: Int32Array
  readonly classes: readonly string[]
}

function build(
  name: string,
  values: Float64Array,
  shape: readonly number[],
  labelling: Labelling | undefined,
): PointSet {
  const width = shape.reduce((product, length) => product * length, 1)
  const size = values.length / width
  const rows = (indices: ArrayLike<number>): Float64Array => {
    const picked = new Float64Array(indices.length * width)
    for (let i = 0; i < indices.length; i++)
      picked.set(values.subarray(indices[i]! * width, (indices[i]! + 1) * width), i * width)
    return picked
  }
  const tensor = (numbers: Float64Array): tf.Tensor =>
    tf.tensor(Float32Array.from(numbers), [numbers.length / width, ...shape])
  const drawn = (n: number, stream = currentStream()): Float64Array => {
    expectCount(n)
    return stream.integers(n, 0, size)
  }

  const set: PointSet = {
    name,
    shape,
    size,
    values,
    ...labelling,
    draw: (n, stream) => tensor(rows(drawn(n, stream))),
    all: () => tensor(values),
    mean: () => meanOf(values, width),
    covariance: () => covarianceOf(values, width),
    pick(indices) {
      for (const index of Array.from(indices))
        if (!Number.isSafeInteger(index) || index < 0 || index >= size)
          throw new RangeError(
            `${name}: points are numbered from 0 to ${size - 1}, but ${index} was asked for`,
          )
      if (!indices.length) throw new RangeError(`${name}: at least one point must be picked`)
      const chosen = labelling && {
        classes: labelling.classes,
        labels: Int32Array.from(indices, (index) => labelling.labels[index]!),
      }
      return build(name, rows(indices), shape, chosen)
    },
  }
  if (!labelling) return set
  const drawLabelled: LabelledPoints['drawLabelled'] = (n, stream) => {
    const indices = drawn(n, stream)
    return { x: tensor(rows(indices)), labels: Int32Array.from(indices, (i) => labelling.labels[i]!) }
  }
  return { ...set, drawLabelled } as LabelledPoints
}

function labelling(
  given: ArrayLike<number> | readonly string[],
  names: readonly string[] | undefined,
  size: number,
): Labelling {
  if (given.length !== size)
    throw new RangeError(`points: there are ${size} points but ${given.length} labels`)
  const list = Array.from<number | string>(given)
  if (list.every((label) => typeof label === 'string')) {
    const classes = names ?? [...new Set(list)].sort()
    const unknown = list.find((label) => !classes.includes(label))
    if (unknown !== undefined)
      throw new RangeError(`points: the label ${JSON.stringify(unknown)} is not one of ${classes.join(', ')}`)
    return { classes, labels: Int32Array.from(list, (label) => classes.indexOf(label)) }
  }
  const count = names?.length ?? Infinity
  const bad = list.findIndex(
    (label) => !(Number.isSafeInteger(label) && Number(label) >= 0 && Number(label) < count),
  )
  if (bad >= 0)
    throw new RangeError(
      `points: label ${bad} must be a whole number from 0 ${names ? `to ${names.length - 1}` : 'on'}, but is ${list[bad]}`,
    )
  const labels = Int32Array.from(list, Number)
  const largest = labels.reduce((a, b) => Math.max(a, b), 0)
  return { labels, classes: names ?? Array.from({ length: largest + 1 }, (_, k) => `label ${k}`) }
}

/** The numbers of `source` as doubles, with the shape [n, …]. */
function read(source: PointValues): { values: Float64Array; shape: readonly number[] } {
  // Cells are not type-checked before they run.
  const given: unknown = source
  if (source instanceof tf.Tensor)
    return { values: Float64Array.from(source.dataSync()), shape: atLeast2D(source.shape) }
  if (Array.isArray(given)) return fromRows(given)
  if (typeof given !== 'object' || given === null || !('values' in given && 'shape' in given))
    throw new TypeError(
      'points: the first argument must be rows of numbers, { values, shape } or a tensor of shape [n, …]',
    )
  const { values, shape } = source as NumericArray
  const all = atLeast2D(shape)
  const needed = all.reduce((product, length) => product * length, 1)
  if (needed !== values.length)
    throw new RangeError(`points: ${values.length} numbers do not fill the shape [${shape.join(', ')}]`)
  return { values: Float64Array.from(values), shape: all }
}

function fromRows(rows: readonly unknown[]): { values: Float64Array; shape: readonly number[] } {
  if (rows.every((row) => typeof row === 'number'))
    return { values: Float64Array.from(rows), shape: [rows.length, 1] }
  const width = Array.isArray(rows[0]) ? rows[0].length : 0
  const values = new Float64Array(rows.length * width)
  for (const [i, row] of rows.entries()) {
    if (!Array.isArray(row) || row.length !== width || width === 0)
      throw new RangeError(
        `points: row ${i} must be ${width || 'one or more'} numbers as the first, but is ${JSON.stringify(row)}`,
      )
    for (const [j, value] of row.entries()) {
      if (typeof value !== 'number')
        throw new TypeError(`points: row ${i} must be numbers, but holds ${JSON.stringify(value)}`)
      values[i * width + j] = value
    }
  }
  return { values, shape: [rows.length, width] }
}

function atLeast2D(shape: readonly number[]): readonly number[] {
  return shape.length === 1 ? [...shape, 1] : shape
}

function meanOf(values: Float64Array, width: number): number[] {
  const mean = Array.from({ length: width }, () => 0)
  const size = values.length / width
  for (let i = 0; i < values.length; i++) mean[i % width]! += values[i]! / size
  return mean
}

function covarianceOf(values: Float64Array, width: number): number[][] {
  const mean = meanOf(values, width)
  const size = values.length / width
  const covariance = mean.map(() => mean.map(() => 0))
  for (let row = 0; row < size; row++)
    for (let i = 0; i < width; i++)
      for (let j = 0; j <= i; j++)
        covariance[i]![j]! +=
          ((values[row * width + i]! - mean[i]!) * (values[row * width + j]! - mean[j]!)) / size
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) covariance[j]![i] = covariance[i]![j]!
  return covariance
}
