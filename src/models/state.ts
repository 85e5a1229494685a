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

/** One factor for a whole batch, or one for each of its n members. */
export type Coefficient = number | Float64Array

/**
 * The linear combination Σ cᵢ xᵢ.
 *
 * @param terms pairs (cᵢ, xᵢ), at least one; all xᵢ of one shape.
 */
export function combine<S extends State>(...terms: readonly (readonly [Coefficient, S])[]): S {
  const [first] = terms
  if (!first) throw new RangeError('a linear combination needs at least one term')
  // The two branches return what they were given; the compiler cannot follow that through S.
  return (
    first[1] instanceof Float64Array
      ? combineDoubles(terms as readonly (readonly [Coefficient, Float64Array])[])
      : combineTensors(terms as readonly (readonly [Coefficient, tf.Tensor])[])
  ) as S
}

function combineTensors(terms: readonly (readonly [Coefficient, tf.Tensor])[]): tf.Tensor {
  return tf.tidy(() => {
    const scaled = terms.map(([coefficient, x]) => {
      if (typeof coefficient !== 'number') return tf.mul(x, column(coefficient, x))
      return coefficient === 1 ? x : tf.mul(x, coefficient)
    })
    return scaled.length === 1 ? scaled[0]!.clone() : scaled.reduce((sum, term) => tf.add(sum, term))
  })
}

/** One number for each member of a batch, shaped [n, 1, …] so that it multiplies x of shape [n, …]. */
function column(values: Float64Array, x: tf.Tensor): tf.Tensor {
  if (values.length !== x.shape[0])
    throw new RangeError(`${values.length} times were given for a batch of shape [${x.shape.join(', ')}]`)
  return tf.tensor(Float32Array.from(values), [values.length, ...x.shape.slice(1).map(() => 1)])
}

function combineDoubles(terms: readonly (readonly [Coefficient, Float64Array])[]): Float64Array {
  const sum = new Float64Array(terms[0]![1].length)
  for (const [coefficient, x] of terms) {
    if (x.length !== sum.length) throw new RangeError(`cannot add ${x.length} numbers to ${sum.length}`)
    const width = typeof coefficient === 'number' ? 1 : x.length / coefficient.length
    if (!Number.isInteger(width))
      throw new RangeError(`${x.length} numbers do not divide among the times given`)
    for (let i = 0; i < sum.length; i++)
      sum[i]! += (typeof coefficient === 'number' ? coefficient : coefficient[Math.floor(i / width)]!) * x[i]!
  }
  return sum
}

/** Standard normal noise of the kind and shape of `x`. */
export function normalLike<S extends State>(x: S, stream: RandomStream): S {
  return (x instanceof Float64Array ? stream.normal(x.length) : stream.normalTensor(x.shape)) as S
}
