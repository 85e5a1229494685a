/**
 * Linear measurements y = A x: what is known of x before it is reconstructed. With A = Σ s_i u_i v_iᵀ (i up to the rank),
 *
 *   A x = Σ s_i u_i ⟨v_i, x⟩,   Aᵀ y = Σ s_i v_i ⟨u_i, y⟩,   A⁺ y = Σ s_i⁻¹ v_i ⟨u_i, y⟩,
 *
 * and A⁺A projects onto the directions that are measured at all. Any matrix will do: tall, wide, or singular.
 */
import * as tf from '@tensorflow/tfjs'
import type { State } from '../state'
import { svd, type Svd } from './svd'

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
  readonly decomposition: Svd
  /** A x. */
  apply<S extends State>(x: S): S
  /** Aᵀ y. */
  adjoint<S extends State>(y: S): S
  /** A⁺ y, the shortest x whose A x is nearest to y. */
  pseudoInverse<S extends State>(y: S): S
  /**
   * Σ v_i f(s_i) ⟨u_i, y⟩: Aᵀ for f(s) = s, A⁺ for f(s) = 1/s, and Aᵀ(AAᵀ + ρ)⁻¹ for f(s) = s / (s² + ρ).
   */
  filtered<S extends State>(y: S, f: (s: number) => number): S
  /** Σ v_i f(s_i) ⟨v_i, x⟩: for f = 1, the default, A⁺A x, the part of x that is measured. */
  project<S extends State>(x: S, f?: (s: number) => number): S
}

export interface OperatorOptions {
  readonly name?: string
  /** The shape of one state. Default: as many numbers as the matrix has columns. */
  readonly shape?: readonly number[]
}

/**
 * The operator of a matrix.
 *
 * @param matrix A, row by row.
 * @throws RangeError for a matrix with no rows, ragged rows or numbers that are not finite, or one that is all zero.
 */
export function linearOperator(
  matrix: readonly (readonly number[])[],
  { name = 'matrix', shape }: OperatorOptions = {},
): LinearOperator {
  const inputs = expectMatrix(matrix)
  const of = shape ?? [inputs]
  if (of.reduce((product, length) => product * length, 1) !== inputs)
    throw new RangeError(
      `linearOperator: states of shape [${of.join(', ')}] do not have the matrix's ${inputs} numbers`,
    )
  const outputs = matrix.length
  const decomposition = svd(matrix)
  if (decomposition.values.length === 0)
    throw new RangeError('linearOperator: the matrix is all zero: it measures nothing')
  const { values, left, right } = decomposition

  // Σ v_i f(s_i) w_iᵀ, row by row, for vectors w_i.
  const between = (f: (s: number) => number, to: readonly (readonly number[])[]): number[][] =>
    Array.from({ length: inputs }, (_, i) =>
      Array.from({ length: to[0]!.length }, (_, j) =>
        values.reduce((sum, s, k) => sum + right[k]![i]! * f(s) * to[k]![j]!, 0),
      ),
    )
  return {
    name,
    shape: of,
    outputs,
    matrix,
    decomposition,
    apply: (x) => times(x, matrix, [outputs]),
    adjoint: (y) =>
      times(
        y,
        between((s) => s, left),
        of,
      ),
    pseudoInverse: (y) =>
      times(
        y,
        between((s) => 1 / s, left),
        of,
      ),
    filtered: (y, f) => times(y, between(f, left), of),
    project: (x, f = () => 1) => times(x, between(f, right), of),
  }
}

/**
 * Measures some numbers of a state and not the others, as inpainting does.
 *
 * @param known which: an array of the state's numbers, true or 1 where known.
 */
export function mask(known: ArrayLike<number | boolean>, options: OperatorOptions = {}): LinearOperator {
  const places = Array.from(known, Number)
  if (!places.every((k) => k === 0 || k === 1))
    throw new RangeError(
      `mask: every number of the state is known (1) or not (0), but known is ${places.join(', ')}`,
    )
  if (!places.includes(1)) throw new RangeError('mask: at least one number of the state must be known')
  const rows = places.flatMap((k, i) => (k ? [places.map((_, j) => Number(i === j))] : []))
  return linearOperator(rows, { name: 'mask', ...options })
}

/**
 * The lightness of a colour, as a row of an orthonormal matrix: y = (r + g + b)/√3. In the coordinates of `colourBasis` a
 * known grey is one known number, and colourising is inpainting.
 *
 * Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021, appendix I.2,
 * https://arxiv.org/abs/2011.13456
 */
export function grey(): LinearOperator {
  return linearOperator([colourBasis[0]!], { name: 'grey' })
}

/** An orthonormal 3 × 3 matrix whose first row takes the grey of (r, g, b), and the others two differences of colour. */
export const colourBasis: readonly (readonly number[])[] = [
  [1 / Math.sqrt(3), 1 / Math.sqrt(3), 1 / Math.sqrt(3)],
  [1 / Math.sqrt(2), -1 / Math.sqrt(2), 0],
  [1 / Math.sqrt(6), 1 / Math.sqrt(6), -2 / Math.sqrt(6)],
]

function expectMatrix(matrix: readonly (readonly number[])[]): number {
  const rows = matrix as unknown
  const length = Array.isArray(rows) && Array.isArray(rows[0]) ? (rows[0] as unknown[]).length : 0
  if (length === 0)
    throw new TypeError('linearOperator: the matrix must be rows of numbers, such as [[1, 0], [0, 1]]')
  for (const [i, row] of matrix.entries())
    if (row.length !== length || !Array.from(row).every(Number.isFinite))
      throw new RangeError(
        `linearOperator: row ${i} must be ${length} finite numbers, but is [${row.join(', ')}]`,
      )
  return length
}

/** M x for each x of a batch, of shape [n, …shape]. */
function times<S extends State>(x: S, matrix: readonly (readonly number[])[], shape: readonly number[]): S {
  // The two branches return what they were given; the compiler cannot follow that through S.
  return (x instanceof Float64Array ? timesDoubles(x, matrix) : timesTensor(x, matrix, shape)) as S
}

function timesTensor(
  x: tf.Tensor,
  matrix: readonly (readonly number[])[],
  shape: readonly number[],
): tf.Tensor {
  const inputs = matrix[0]!.length
  const n = x.shape[0]
  if (x.size !== n * inputs)
    throw new RangeError(
      `the operator takes ${inputs} numbers for each state, but was given the shape [${x.shape.join(', ')}]`,
    )
  return tf.tidy(() => {
    const rows = x.reshape<tf.Tensor2D>([n, inputs])
    const m = tf.tensor2d(matrix.map((row) => [...row]))
    return tf.matMul(rows, m, false, true).reshape([n, ...shape])
  })
}

function timesDoubles(x: Float64Array, matrix: readonly (readonly number[])[]): Float64Array {
  const inputs = matrix[0]!.length
  if (x.length % inputs)
    throw new RangeError(`the operator takes ${inputs} numbers for each state, but was given ${x.length}`)
  const n = x.length / inputs
  const out = new Float64Array(n * matrix.length)
  for (let row = 0; row < n; row++)
    for (const [i, weights] of matrix.entries()) {
      let sum = 0
      for (let j = 0; j < inputs; j++) sum += weights[j]! * x[row * inputs + j]!
      out[row * matrix.length + i] = sum
    }
  return out
}
