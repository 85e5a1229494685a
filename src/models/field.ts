/** A field x ↦ score(x) with no time in it: what score matching fits and Langevin dynamics follows. */
import type * as tf from '@tensorflow/tfjs'
import { holding } from '../tensor'
import type { State } from './state'

export interface Field<S extends State = tf.Tensor> {
  /** Scores of the shape of `x`, which is [n, …]. */
  readonly score: (x: S) => S
}

/**
 * A field made of a function.
 *
 * @param score x ↦ score(x), of x's shape.
 * @param held what `score` keeps in its closure: tensors, or models with tensors.
 */
export function field<S extends State = tf.Tensor>(
  score: (x: S) => S,
  ...held: readonly unknown[]
): Field<S> {
  if (typeof score !== 'function')
    throw new TypeError('field: the first argument must be a function x ↦ score(x)')
  return { score: held.length ? holding(score, ...held) : score }
}

/**
 * The field that was given, where it is one.
 *
 * @param caller who asks, for the message.
 * @throws TypeError where it is none, as in cells, which run unchecked; a denoiser needs a time first.
 */
export function expectField<S extends State>(given: Field<S>, caller: string): Field<S> {
  const score = (given as Partial<Field<S>> | undefined)?.score
  if (typeof score !== 'function')
    throw new TypeError(
      `${caller}: the first argument must be a field, something with a score(x), such as data.mixture(…), a score network ` +
        'or model.at(t)',
    )
  if ('predict' in given)
    throw new TypeError(
      `${caller}: a denoiser has a score at every time; take the field of one of them, model.at(t)`,
    )
  return given
}
