/** Eigenvalues and eigenvectors of a small symmetric matrix, in double precision. */

export interface Eigen {
  readonly values: readonly number[]
  /** Column k, `vectors[i][k]`, belongs to `values[k]`; the columns are orthonormal. */
  readonly vectors: readonly (readonly number[])[]
}

const SWEEPS = 60

/**
 * Jacobi's method: rotations in every plane (p, q) until what is off the diagonal has vanished.
 *
 * @param matrix symmetric, row by row.
 */
export function symmetricEigen(matrix: readonly (readonly number[])[]): Eigen {
  const n = matrix.length
  const a = matrix.map((row) => [...row])
  const q = matrix.map((_, i) => matrix.map((_, j) => (i === j ? 1 : 0)))
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let off = 0
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) off += a[i]![j]! ** 2
    if (off === 0) break
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) rotate(a, q, i, j)
  }
  return { values: a.map((row, i) => row[i]!), vectors: q }
}

/** The rotation in the plane (i, j) that makes a_ij zero. */
function rotate(a: number[][], q: number[][], i: number, j: number): void {
  if (a[i]![j] === 0) return
  const theta = (a[j]![j]! - a[i]![i]!) / (2 * a[i]![j]!)
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1))
  const cosine = 1 / Math.hypot(tangent, 1)
  const sine = tangent * cosine
  const turn = (row: number[]): void => {
    const [x, y] = [row[i]!, row[j]!]
    row[i] = cosine * x - sine * y
    row[j] = sine * x + cosine * y
  }
  a.forEach(turn)
  q.forEach(turn)
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[i]![k]!, a[j]![k]!]
    a[i]![k] = cosine * x - sine * y
    a[j]![k] = sine * x + cosine * y
  }
  a[i]![j] = 0
  a[j]![i] = 0
}
