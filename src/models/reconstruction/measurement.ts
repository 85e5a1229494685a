/** Measurements y = A x₀ + σ_y z, from which x₀ is to be reconstructed. */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, type RandomStream } from '../../tensor'
import { combine, normalLike, type State } from '../state'
import { sizeOf, type LinearOperator } from './operator'

export interface Measurement<S extends State = tf.Tensor> {
  readonly operator: LinearOperator
  /** σ_y. */
  readonly noise: number
  /** y for each state of `x`, of shape [n, outputs], or n · outputs doubles. */
  readonly of: (x: S) => S
}

/**
 * What was measured.
 *
 * @param y one measurement for all states, as `outputs` numbers, or one for each: a tensor of shape [n, outputs], or
 * n · outputs doubles.
 * @param noise σ_y, not negative. Default 0.
 */
export function measurement(
  operator: LinearOperator,
  y: readonly number[] | tf.Tensor,
  options?: { readonly noise?: number },
): Measurement
export function measurement<S extends State>(
  operator: LinearOperator,
  y: readonly number[] | S,
  options?: { readonly noise?: number },
): Measurement<S>
export function measurement<S extends State>(
  operator: LinearOperator,
  y: readonly number[] | S,
  { noise = 0 }: { readonly noise?: number } = {},
): Measurement<S> {
  if (typeof (operator as Partial<LinearOperator> | undefined)?.apply !== 'function')
    throw new TypeError('measurement: the first argument must be an operator, such as mask([1, 0])')
  if (!(noise >= 0 && noise < Infinity))
    throw new RangeError(`measurement: noise must not be negative, but is ${String(noise)}`)
  const { outputs } = operator
  const count = y instanceof tf.Tensor ? y.size : (y as ArrayLike<number>).length
  if (!(count > 0 && count % outputs === 0))
    throw new RangeError(
      `measurement: y must be ${outputs} numbers, or ${outputs} for each state, but has ${String(count)}`,
    )
  if (!(y instanceof tf.Tensor) && !Array.from(y as ArrayLike<number>).every(Number.isFinite))
    throw new RangeError('measurement: y must be finite numbers')

  const of = (x: S): S => {
    const n = x instanceof Float64Array ? x.length / sizeOf(operator.shape) : x.shape[0]
    const rows = count / outputs
    if (rows !== 1 && rows !== n)
      throw new RangeError(`measurement: ${rows} measurements were given for ${n} states`)
    if (x instanceof Float64Array) {
      const values = y as ArrayLike<number>
      return Float64Array.from({ length: n * outputs }, (_, i) => values[rows === 1 ? i % outputs : i]!) as S
    }
    return tf.tidy(() => {
      const one = y instanceof tf.Tensor ? y : tf.tensor(Float32Array.from(y as ArrayLike<number>))
      const shaped = one.reshape<tf.Tensor2D>([rows, outputs])
      return rows === n ? shaped.clone() : tf.tile(shaped, [n, 1])
    }) as S
  }
  return { operator, noise, of: holding(of, y) }
}

/** y = A x₀ + σ_y z of known states. @param x0 of shape [n, …]. */
export function measure<S extends State>(
  operator: LinearOperator,
  x0: S,
  { noise = 0, stream = currentStream() }: { readonly noise?: number; readonly stream?: RandomStream } = {},
): S {
  const clean = operator.apply(x0)
  return noise === 0 ? clean : combine([1, clean], [noise, normalLike(clean, stream)])
}

/** Numbers in one state. */

/** @throws TypeError unless it is a measurement; RangeError where it is not of states of this shape. */
export function expectMeasurement(
  caller: string,
  given: { readonly operator: LinearOperator },
  shape: readonly number[],
): void {
  const operator = (given as Partial<typeof given> | undefined)?.operator
  if (!operator) throw new TypeError(`${caller}: needs a measurement, such as measurement(mask([1, 0]), [1])`)
  if (operator.shape.join() !== shape.join())
    throw new RangeError(
      `${caller}: the operator measures states of shape [${operator.shape.join(', ')}], ` +
        `but the model makes [${shape.join(', ')}]`,
    )
}
