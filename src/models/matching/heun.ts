/**
 * Heun's step along the probability-flow ODE from t to s, with a time for each of the batch if need be:
 *
 *   x̃ = x + (s − t) v(x, t),   x_s = x + ½ (s − t) (v(x, t) + v(x̃, s)).
 *
 * The error of one step is of the third order in s − t.
 */
import type { Condition } from '../condition'
import type { Denoiser } from '../denoiser'
import { combine, type Coefficient, type State, type Time } from '../state'

/** @param x states at `t`. @param condition what the model is told. @returns states at `s`, of the shape of `x`. */
export function heunStep<S extends State>(
  model: Denoiser<S>,
  x: S,
  t: Time,
  s: Time,
  condition: Condition = null,
): S {
  const h = between(t, s)
  const first = model.predict(x, t, condition).velocity
  const second = model.predict(combine([1, x], [h, first]), s, condition).velocity
  const half = typeof h === 'number' ? h / 2 : h.map((step) => step / 2)
  return combine([1, x], [half, first], [half, second])
}

/** s − t, one by one. @throws RangeError where the counts differ. */
export function between(t: Time, s: Time): Coefficient {
  if (typeof t === 'number' && typeof s === 'number') return s - t
  const n = typeof t === 'number' ? (s as ArrayLike<number>).length : t.length
  if (typeof t !== 'number' && typeof s !== 'number' && s.length !== n)
    throw new RangeError(`${n} times to start from, but ${s.length} to arrive at`)
  const at = (time: Time, i: number): number => (typeof time === 'number' ? time : time[i]!)
  return Float64Array.from({ length: n }, (_, i) => at(s, i) - at(t, i))
}
