/**
 * Whitening: the linear map z = W (x − μ) after which data has mean 0 and covariance I.
 *
 * With the covariance Σ = Q Λ Qᵀ, W is Λ^(−½) Qᵀ, which turns to the principal axes (`pca`), or Q Λ^(−½) Qᵀ, which stays
 * as close to the data as can be (`zca`). Either way log |det W| = −½ Σ log λ_i, and
 * log p_x(x) = log p_z(W (x − μ)) + log |det W|.
 *
 * Kessy, Lewin and Strimmer, "Optimal whitening and decorrelation", 2018, https://arxiv.org/abs/1512.00809
 */
import * as tf from '@tensorflow/tfjs'
import type { State } from '../state'
import type { Data } from './data'
import { symmetricEigen } from './eigen'

type Matrix = readonly (readonly number[])[]

export interface Whitening {
  readonly mean: readonly number[]
  /** W, row by row. */
  readonly matrix: Matrix
  /** W⁻¹. */
  readonly inverseMatrix: Matrix
  /** log |det W|, the same at every point. */
  readonly logDeterminant: number
  /** z = W (x − μ), for x of shape [n, d] or n·d doubles. */
  forward<S extends State>(x: S): S
  /** x = W⁻¹ z + μ. */
  inverse<S extends State>(z: S): S
  /** The law of z when x comes from `data`. */
  data(data: Data): Data
}

/** What is whitened: anything that knows its mean and covariance, such as a mixture or a set of points. */
export interface Moments {
  mean(): readonly number[]
  covariance(): Matrix
}

/** Directions with less than this share of the largest variance cannot be told from none. */
const SMALLEST = 1e-12

/**
 * @param law a mixture or a set of points; for any other law, points drawn from it.
 * @param kind `zca`, the default, or `pca`.
 * @throws RangeError where the data does not fill its space.
 */
export function whitening(law: Moments, { kind = 'zca' }: { kind?: 'zca' | 'pca' } = {}): Whitening {
  // Cells are not type-checked before they run.
  if (typeof (law as Partial<Moments> | undefined)?.covariance !== 'function')
    throw new TypeError('whitening: needs a mixture, or points such as data.points(moons.draw(4096))')
  if (kind !== 'zca' && kind !== 'pca')
    throw new RangeError(`whitening: kind must be 'zca' or 'pca', not ${String(kind)}`)
  const mean = law.mean()
  const { values, vectors: q } = symmetricEigen(law.covariance())
  const largest = Math.max(...values)
  const flat = values.filter((v) => !(v > SMALLEST * largest)).length
  if (flat)
    throw new RangeError(
      `whitening: the data has no variance in ${flat} of ${values.length} directions, so that it cannot be whitened`,
    )
  // The axes by falling variance, as principal components are numbered.
  const order = [...values.keys()].sort((a, b) => values[b]! - values[a]!)
  const scaled = (power: number): Matrix =>
    kind === 'pca'
      ? order.map((k) => q.map((row) => row[k]! * values[k]! ** power))
      : q.map((a) => q.map((b) => a.reduce((sum, x, k) => sum + x * b[k]! * values[k]! ** power, 0)))
  const matrix = scaled(-0.5)
  const inverseMatrix = kind === 'pca' ? transpose(scaled(0.5)) : scaled(0.5)

  const forward = <S extends State>(x: S): S => affine(x, matrix, mean, undefined)
  return {
    mean,
    matrix,
    inverseMatrix,
    logDeterminant: -0.5 * values.reduce((sum, v) => sum + Math.log(v), 0),
    forward,
    inverse: (z) => affine(z, inverseMatrix, undefined, mean),
    data: (data) => ({
      name: `whitened ${data.name}`,
      shape: data.shape,
      draw: (n, stream) => tf.tidy(() => forward(data.draw(n, stream))),
    }),
  }
}

/** A (x − before) + after, row by row. */
function affine<S extends State>(
  x: S,
  matrix: Matrix,
  before: readonly number[] | undefined,
  after: readonly number[] | undefined,
): S {
  const dim = matrix.length
  if (x instanceof Float64Array) {
    if (x.length % dim)
      throw new RangeError(`whitening: takes points of ${dim} numbers, but was given ${x.length}`)
    const out = x.map((_, at) => {
      const [row, i] = [at - (at % dim), at % dim]
      return matrix[i]!.reduce((sum, m, j) => sum + m * (x[row + j]! - (before?.[j] ?? 0)), after?.[i] ?? 0)
    })
    return out as S
  }
  const { shape } = x
  if (shape.length !== 2 || shape[1] !== dim)
    throw new RangeError(`whitening: takes points of shape [n, ${dim}], but was given [${shape.join(', ')}]`)
  return tf.tidy(() => {
    const centred = before ? tf.sub(x, tf.tensor1d([...before])) : x
    const z = tf.matMul(centred, tf.tensor2d(matrix.map((row) => [...row])), false, true)
    return after ? z.add(tf.tensor1d([...after])) : z
  }) as S
}

function transpose(matrix: Matrix): Matrix {
  return matrix.map((_, i) => matrix.map((row) => row[i]!))
}
