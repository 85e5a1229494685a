/**
 * Linear measurements y = A x: what is known of x before it is reconstructed. With A = Σ s_i u_i v_iᵀ (i up to the rank),
 *
 *   A x = Σ s_i u_i ⟨v_i, x⟩,   Aᵀ y = Σ s_i v_i ⟨u_i, y⟩,   A⁺ y = Σ s_i⁻¹ v_i ⟨u_i, y⟩,
 *
 * and A⁺A projects onto the directions that are measured at all.
 */
import type { State } from '../state'
import { dampedLeastSquares } from './conjugateGradients'
import { adjointOf, applied, scaling, type MapPair } from './linearMap'

/** A = U S Vᵀ with maps in place of matrices: Uᵀ and Vᵀ, and their adjoints. */
export interface Factors {
  /** The positive singular values s_i, as many as the rank. */
  readonly values: readonly number[]
  /** y ↦ ⟨u_i, y⟩, with orthonormal u_i. */
  readonly left: MapPair
  /** x ↦ ⟨v_i, x⟩, with orthonormal v_i. */
  readonly right: MapPair
}

/** A linear map from states of shape [n, …shape] to measurements of shape [n, outputs]. */
export interface LinearOperator {
  /** What it is called in pictures. */
  readonly name: string
  /** The shape of one state. */
  readonly shape: readonly number[]
  /** Numbers in one measurement. */
  readonly outputs: number
  /** A, row by row, on states written as one row of numbers. */
  readonly matrix: readonly (readonly number[])[]
  /** The singular values and vectors; of a large matrix they take a while, the first time. */
  readonly factors: Factors
  /** A x. */
  apply<S extends State>(x: S): S
  /** Aᵀ y. */
  adjoint<S extends State>(y: S): S
  /** A⁺ y, the shortest x whose A x is nearest to y. */
  pseudoInverse<S extends State>(y: S): S
  /** ⟨u_i, y⟩ for each direction that is measured, of shape [n, rank]. */
  coordinates<S extends State>(y: S): S
  /**
   * Σ v_i f(s_i) ⟨u_i, y⟩: Aᵀ for f(s) = s, A⁺ for f(s) = 1/s, and Aᵀ(AAᵀ + ρ)⁻¹ for f(s) = s / (s² + ρ).
   */
  filtered<S extends State>(y: S, f: (s: number) => number): S
  /** Aᵀ(AAᵀ + ρ)⁻¹ y, without singular values where they would take long: then by fifty conjugate gradients, which damp more where ρ is small. */
  regularised<S extends State>(y: S, rho: number): S
  /** Σ v_i f(s_i) ⟨v_i, x⟩: for f = 1, the default, A⁺A x, the part of x that is measured. */
  project<S extends State>(x: S, f?: (s: number) => number): S
}

export interface OperatorOptions {
  readonly name?: string
  /** The shape of one state. Default: as many numbers as the matrix has columns. */
  readonly shape?: readonly number[]
}

export interface OperatorParts {
  readonly name: string
  readonly shape: readonly number[]
  /** A. Default: made of its factors. */
  readonly map?: MapPair
  /** Called when they are first needed. */
  readonly factors: () => Factors
}

/** Of so many rows or columns, factors are found in seconds. */
const QUICKLY_FACTORISED = 400
/** So many directions are those in which a scanner sees sharply; more would cost more than the prior's network. */
const STEPS = 50

/** The operator of a factorisation. */
export function operatorOf({ name, shape, map, factors: find }: OperatorParts): LinearOperator {
  let found: Factors | undefined
  const factors = (): Factors => (found ??= find())
  const inputs = sizeOf(shape)
  const outputs = map ? map.forward.outputs : factors().left.forward.inputs

  /** to(f(s) ⊙ from(x)). */
  const through = <S extends State>(
    x: S,
    from: MapPair,
    f: (s: number) => number,
    to: MapPair,
    result: readonly number[],
  ): S => {
    const { values } = factors()
    const rank = [values.length]
    const inner = applied(from, x, rank)
    const scaled = applied(scaling(values.map(f)), inner, rank)
    const out = applied(to, scaled, result)
    for (const each of [inner, scaled]) if (!(each instanceof Float64Array)) each.dispose()
    return out
  }
  const operator: Omit<LinearOperator, 'matrix' | 'factors'> = {
    name,
    shape,
    outputs,
    apply: (x) =>
      map
        ? applied(map, x, [outputs])
        : through(x, factors().right, (s) => s, adjointOf(factors().left), [outputs]),
    adjoint: (y) =>
      map
        ? applied(adjointOf(map), y, shape)
        : through(y, factors().left, (s) => s, adjointOf(factors().right), shape),
    pseudoInverse: (y) => operator.filtered(y, (s) => 1 / s),
    coordinates: (y) => applied(factors().left, y, [factors().values.length]),
    filtered: (y, f) => through(y, factors().left, f, adjointOf(factors().right), shape),
    regularised: (y, rho) =>
      found || !map || Math.min(inputs, outputs) <= QUICKLY_FACTORISED
        ? operator.filtered(y, (s) => s / (s * s + rho))
        : dampedLeastSquares(operator, y, rho, STEPS),
    project: (x, f = () => 1) => through(x, factors().right, f, adjointOf(factors().right), shape),
  }
  let matrix: readonly (readonly number[])[] | undefined
  // Both take long for large operators, and few ask for them.
  return Object.defineProperties(operator as LinearOperator, {
    factors: { enumerable: false, get: factors },
    matrix: { enumerable: false, get: () => (matrix ??= matrixOf(operator, inputs)) },
  })
}

/** A, row by row: its columns are what it makes of unit vectors. */
function matrixOf({ apply, outputs }: Pick<LinearOperator, 'apply' | 'outputs'>, inputs: number): number[][] {
  const columns = Array.from({ length: inputs }, (_, j) => {
    const unit = new Float64Array(inputs)
    unit[j] = 1
    return apply(unit)
  })
  return Array.from({ length: outputs }, (_, i) => columns.map((column) => column[i]!))
}

/** Numbers in one state. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}
