/**
 * The states that processes and samplers act on.
 *
 * They are touched only through linear combinations and fresh noise, so that the same code runs on tensors and, in
 * double precision, on plain arrays.
 */
import * as tf from '@tensorflow/tfjs'
import type { RandomStream } from '../tensor'

/** A tensor of shape [n, …], or the same numbers as doubles, row after row. */
export type State = tf.Tensor | Float64Array

/** One time for a whole batch, or one for each of its n members. */
export type Time = number | ArrayLike<number>

/** One factor for a whole batch, or one for each of its n members; on tensors also a tensor of shape [n]. */
export type Coefficient = number | Float64Array
type AnyCoefficient = Coefficient | tf.Tensor

/**
 * The linear combination Σ cᵢ xᵢ.
 *
 * @param terms pairs (cᵢ, xᵢ), at least one; all xᵢ of one shape.
 */
export function combine<S extends State>(...terms: readonly (readonly [Coefficient | S, S])[]): S {
  const [first] = terms
  if (!first) throw new RangeError('a linear combination needs at least one term')
  // The two branches return what they were given; the compiler cannot follow that through S.
  return (
    first[1] instanceof Float64Array
      ? combineDoubles(terms as readonly (readonly [Coefficient, Float64Array])[])
      : combineTensors(terms as readonly (readonly [AnyCoefficient, tf.Tensor])[])
  ) as S
}

function combineTensors(terms: readonly (readonly [AnyCoefficient, tf.Tensor])[]): tf.Tensor {
  return tf.tidy(() => {
    const scaled = terms.map(([coefficient, x]) => {
      if (typeof coefficient !== 'number') return tf.mul(x, column(coefficient, x))
      return coefficient === 1 ? x : tf.mul(x, coefficient)
    })
    return scaled.length === 1 ? scaled[0]!.clone() : scaled.reduce((sum, term) => tf.add(sum, term))
  })
}

/** One number for each member of a batch, shaped [n, 1, …] so that it multiplies x of shape [n, …]. */
function column(values: Float64Array | tf.Tensor, x: tf.Tensor): tf.Tensor {
  const length = values instanceof Float64Array ? values.length : values.size
  if (length !== x.shape[0])
    throw new RangeError(`${length} times were given for a batch of shape [${x.shape.join(', ')}]`)
  const shape = [length, ...x.shape.slice(1).map(() => 1)]
  return values instanceof Float64Array
    ? tf.tensor(Float32Array.from(values), shape)
    : tf.reshape(values, shape)
}

function combineDoubles(terms: readonly (readonly [Coefficient, Float64Array])[]): Float64Array {
  const sum = new Float64Array(terms[0]![1].length)
  for (const [coefficient, x] of terms) {
    if (x.length !== sum.length) throw new RangeError(`cannot add ${x.length} numbers to ${sum.length}`)
    if (typeof coefficient === 'number') {
      for (let i = 0; i < sum.length; i++) sum[i]! += coefficient * x[i]!
      continue
    }
    const width = x.length / coefficient.length
    if (!Number.isInteger(width))
      throw new RangeError(`${x.length} numbers do not divide among the ${coefficient.length} times given`)
    for (let i = 0, k = 0; i < sum.length; k++)
      for (const end = i + width; i < end; i++) sum[i]! += coefficient[k]! * x[i]!
  }
  return sum
}

/**
 * @param who takes them, for the message.
 * @throws TypeError for what is no batch of states, as cells run unchecked.
 */
export function expectState(x: unknown, who: string): void {
  if (x instanceof tf.Tensor || x instanceof Float64Array) return
  const given = Array.isArray(x) ? 'an array; tf.tensor makes a tensor of it' : String(x)
  throw new TypeError(`${who} takes states as a tensor of shape [n, …] or a Float64Array, not ${given}`)
}

/** @throws TypeError for what is no tensor, as cells run unchecked. */
export function expectTensor(x: unknown, who: string): void {
  if (x instanceof tf.Tensor) return
  const given =
    Array.isArray(x) || ArrayBuffer.isView(x) ? 'an array; tf.tensor makes a tensor of it' : String(x)
  throw new TypeError(`${who} takes states as a tensor of shape [n, …], not ${given}`)
}

/** @throws TypeError for what is neither a time nor a list of them. */
export function expectTime(t: unknown): void {
  if (typeof t === 'number' || ArrayBuffer.isView(t)) return
  if (Array.isArray(t) && t.every((each) => typeof each === 'number')) return
  const given = t instanceof tf.Tensor ? 'a tensor; await its data()' : String(t)
  throw new TypeError(`t must be a number, or a list with one for each state, but is ${given}`)
}

/** Standard normal noise of the kind and shape of `x`. */
export function normalLike<S extends State>(x: S, stream: RandomStream): S {
  return (x instanceof Float64Array ? stream.normal(x.length) : stream.normalTensor(x.shape)) as S
}

/**
 * The length ‖xᵢ‖ of each of the n members.
 *
 * @param size how many numbers one member has.
 * @returns a tensor of shape [n], or n doubles: what `combine` takes as a coefficient.
 */
export function norms<S extends State>(x: S, size: number): S {
  return (
    x instanceof Float64Array
      ? members(x, size, (sum, i) => sum + x[i]! ** 2).map(Math.sqrt)
      : tf.tidy(() => tf.sqrt(tf.sum(tf.square(tf.reshape(x, [-1, size])), 1)))
  ) as S
}

/**
 * ‖aᵢ‖ / ‖bᵢ‖ for each of the n members, or, `together`, the ratio of the mean lengths for all of them.
 *
 * @param size how many numbers one member has.
 * @returns a tensor of shape [n], or n doubles.
 */
export function lengthRatios<S extends State>(a: S, b: S, size: number, together = false): S {
  const [top, bottom] = [norms(a, size), norms(b, size)]
  if (top instanceof Float64Array) {
    const below = bottom as Float64Array
    const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)
    return (together ? top.fill(sum(top) / sum(below)) : top.map((value, i) => value / below[i]!)) as S
  }
  const below = bottom as tf.Tensor
  return tf.tidy(() =>
    together ? tf.mul(tf.onesLike(top), tf.div(tf.mean(top), tf.mean(below))) : tf.div(top, below),
  ) as S
}

/** How an error is measured against the size of a state: relative + absolute parts added, or the larger of the two. */
export interface Tolerance {
  readonly absolute: number
  readonly relative: number
  readonly scale: 'sum' | 'larger'
}

/**
 * For each of the n members, the root of the mean square over its numbers of e / δ, where δ is
 *
 *   absolute + relative · max(|a|, |b|),   or   max(absolute, relative · max(|a|, |b|)).
 *
 * This is what adaptive solvers keep below one.
 *
 * @param size how many numbers one member has.
 * @returns n doubles, read from the device.
 */
export async function scaledErrors<S extends State>(
  e: S,
  [a, b]: readonly [S, S],
  { absolute, relative, scale }: Tolerance,
  size: number,
): Promise<Float64Array> {
  if (e instanceof Float64Array) {
    const [c, d] = [a as Float64Array, b as Float64Array]
    const delta = (i: number): number => {
      const part = relative * Math.max(Math.abs(c[i]!), Math.abs(d[i]!))
      return scale === 'sum' ? absolute + part : Math.max(absolute, part)
    }
    return members(e, size, (sum, i) => sum + (e[i]! / delta(i)) ** 2 / size).map(Math.sqrt)
  }
  const result = tf.tidy(() => {
    const part = tf.mul(tf.maximum(tf.abs(a as tf.Tensor), tf.abs(b as tf.Tensor)), relative)
    const delta = scale === 'sum' ? tf.add(part, absolute) : tf.maximum(part, absolute)
    return tf.sqrt(tf.mean(tf.square(tf.reshape(tf.div(e, delta), [-1, size])), 1))
  })
  try {
    return Float64Array.from(await result.data())
  } finally {
    result.dispose()
  }
}

/** A sum over the numbers of each member. */
function members(x: Float64Array, size: number, add: (sum: number, i: number) => number): Float64Array {
  if (x.length % size) throw new RangeError(`${x.length} numbers do not divide into members of ${size}`)
  const sums = new Float64Array(x.length / size)
  for (let i = 0; i < x.length; i++) sums[Math.floor(i / size)] = add(sums[Math.floor(i / size)]!, i)
  return sums
}
