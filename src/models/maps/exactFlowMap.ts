/**
 * The exact flow map of a Gaussian in any dimension, or of a mixture on a line: what methods that learn a flow map are held
 * against. The formulas are with `exactMap`.
 */
import * as tf from '@tensorflow/tfjs'
import type { Mixture } from '../data/mixture'
import { exact, exactMap } from '../exact'
import type { GaussianProcess } from '../process'
import type { State, Time } from '../state'
import { asFlowMap, type FlowMap } from './flowMap'

/**
 * @returns a map on tensors of shape [n, d], or, as `exactFlowMap<Float64Array>(…)`, on n·d doubles.
 * @throws RangeError for other laws, whose map has no closed form: take `solved(exact(process, law))`.
 */
export function exactFlowMap<S extends State = tf.Tensor>(
  process: GaussianProcess,
  law: Mixture,
): FlowMap<S> {
  const map = exactMap(process, law)
  const dim = law.shape[0]!
  return asFlowMap<S>(exact<S>(process, law), (x, t, s) => {
    if (typeof t === 'number' && typeof s === 'number') return map(x, t, s)
    const at = (time: Time, row: number): number => (typeof time === 'number' ? time : time[row]!)
    const rows = x instanceof Float64Array ? x.length / dim : x.shape[0]
    for (const time of [t, s])
      if (typeof time !== 'number' && time.length !== rows)
        throw new RangeError(`${time.length} times were given for ${rows} states`)
    // The two branches return what they were given; the compiler cannot follow that through S.
    if (x instanceof Float64Array) {
      const parts = Array.from({ length: rows }, (_, row) =>
        map(x.slice(row * dim, (row + 1) * dim), at(t, row), at(s, row)),
      )
      return Float64Array.from(parts.flatMap((part) => [...part])) as S
    }
    const states: tf.Tensor = x
    return tf.concat(
      Array.from({ length: rows }, (_, row) => map(states.slice([row], [1]), at(t, row), at(s, row))),
    ) as S
  })
}
