/**
 * Damped least squares by conjugate gradients, for operators too large to be factorised:
 *
 *   Aᵀ(A Aᵀ + ρ)⁻¹ y = (AᵀA + ρ)⁻¹ Aᵀ y = argmin_x ‖A x − y‖² + ρ ‖x‖².
 *
 * A is only applied, and its adjoint. Directions that A shrinks most come last, so that ending early damps them more than ρ does.
 *
 * Hestenes and Stiefel, "Methods of conjugate gradients for solving linear systems", 1952, section 10,
 * https://doi.org/10.6028/jres.049.044
 */
import * as tf from '@tensorflow/tfjs'
import { combine, norms, type State } from '../state'
import type { LinearOperator } from './operator'

/**
 * @param y of shape [n, outputs].
 * @param rho ρ, not negative; for 0 the result is the shortest of the least squares' solutions.
 * @param steps how many directions; each asks A and Aᵀ once.
 * @returns x of shape [n, …shape].
 */
export function dampedLeastSquares<S extends State>(
  { apply, adjoint, shape, outputs }: Pick<LinearOperator, 'apply' | 'adjoint' | 'shape' | 'outputs'>,
  y: S,
  rho: number,
  steps: number,
): S {
  const inputs = shape.reduce((product, length) => product * length, 1)
  const solve = (): S => {
    // What A x misses of y, and the way down from x.
    let missed = y
    let slope = adjoint(y)
    let x = combine([0, slope])
    let direction = slope
    let steepness = squares(slope, inputs)
    const first = steepness
    for (let step = 0; step < steps; step++) {
      const seen = apply(direction)
      const curvature = combine([1, squares(seen, outputs)], [rho, squares(direction, inputs)])
      const length = stepOf(steepness, curvature, first)
      x = combine([1, x], [length, direction])
      missed = combine([1, missed], [combine([-1, length]), seen])
      slope = combine([1, adjoint(missed)], [-rho, x])
      const next = squares(slope, inputs)
      direction = combine([1, slope], [ratio(next, steepness), direction])
      steepness = next
    }
    return x
  }
  // The two branches return what they were given; the compiler cannot follow that through S.
  return y instanceof Float64Array ? solve() : (tf.tidy(() => solve() as tf.Tensor) as S)
}

/** ‖xᵢ‖² of each member. */
function squares<S extends State>(x: S, size: number): S {
  const lengths = norms(x, size)
  return (lengths instanceof Float64Array ? lengths.map((length) => length ** 2) : tf.square(lengths)) as S
}

/** aᵢ / bᵢ, and zero where a member has arrived and both are. */
function ratio<S extends State>(a: S, b: S): S {
  if (!(a instanceof Float64Array)) return tf.divNoNan(a, b) as S
  const below = b as Float64Array
  return a.map((value, i) => (below[i] ? value / below[i] : 0)) as S
}

/** Less of the first slope's square than this is rounding, in doubles and in single precision: there a member has arrived. */
const [ARRIVED, ARRIVED_SINGLE] = [1e-26, 1e-11]

/** How far each member goes in its direction. One that has arrived stays: what rounding has left points anywhere. */
function stepOf<S extends State>(steepness: S, curvature: S, first: S): S {
  const length = ratio(steepness, curvature)
  if (!(length instanceof Float64Array)) {
    const on = tf.greater(steepness, tf.mul(first as tf.Tensor, ARRIVED_SINGLE))
    return tf.where(on, length, 0) as S
  }
  const [now, start] = [steepness as Float64Array, first as Float64Array]
  return length.map((value, i) => (now[i]! > ARRIVED * start[i]! ? value : 0)) as S
}
