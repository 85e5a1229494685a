/** The singular value decomposition of a matrix, in double precision. */

export interface Svd {
  /** The positive singular values, falling: as many as the rank. */
  readonly values: readonly number[]
  /** u_i, one for each value: orthonormal vectors of as many numbers as the matrix has rows. */
  readonly left: readonly (readonly number[])[]
  /** v_i, one for each value: orthonormal vectors of as many numbers as the matrix has columns. */
  readonly right: readonly (readonly number[])[]
}

const SWEEPS = 60
/** Directions shorter than this, relative to the longest, are rounding. */
const RANK_TOLERANCE = 1e-10

/**
 * A = Σ s_i u_i v_iᵀ by Jacobi's one-sided method: rotations of pairs of columns until all are orthogonal; their lengths are
 * then the singular values.
 *
 * @param matrix row by row.
 */
export function svd(matrix: readonly (readonly number[])[]): Svd {
  const columns = matrix[0]!.map((_, j) => Float64Array.from(matrix, (row) => row[j]!))
  if (matrix.length >= columns.length) return ofColumns(columns)
  // Of a wide matrix there are fewer rows to make orthogonal.
  const { values, left, right } = ofColumns(matrix.map((row) => Float64Array.from(row)))
  return { values, left: right, right: left }
}

/** The decomposition of a matrix with these columns, which are overwritten. */
function ofColumns(columns: Float64Array[]): Svd {
  const right = columns.map((_, i) => Float64Array.from(columns, (_, j) => Number(i === j)))
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let rotated = false
    for (let i = 0; i < columns.length; i++)
      for (let j = i + 1; j < columns.length; j++) if (orthogonalise(columns, right, i, j)) rotated = true
    if (!rotated) break
  }
  const lengths = columns.map((column) => Math.sqrt(dot(column, column)))
  const longest = Math.max(...lengths)
  const order = lengths
    .map((length, i) => ({ length, i }))
    .filter(({ length }) => length > RANK_TOLERANCE * longest)
    .sort((a, b) => b.length - a.length)
  return {
    values: order.map(({ length }) => length),
    left: order.map(({ length, i }) => Array.from(columns[i]!, (x) => x / length)),
    right: order.map(({ i }) => Array.from(right[i]!)),
  }
}

/** Makes columns i and j orthogonal by a rotation, and rotates `right` with them. @returns whether it was needed. */
function orthogonalise(columns: Float64Array[], right: Float64Array[], i: number, j: number): boolean {
  const [a, b] = [columns[i]!, columns[j]!]
  const [aa, bb, ab] = [dot(a, a), dot(b, b), dot(a, b)]
  if (Math.abs(ab) <= 1e-15 * Math.sqrt(aa * bb)) return false
  const theta = (bb - aa) / (2 * ab)
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1))
  const cosine = 1 / Math.hypot(tangent, 1)
  for (const [x, y] of [
    [a, b],
    [right[i]!, right[j]!],
  ] as const)
    for (let k = 0; k < x.length; k++) {
      const [p, q] = [x[k]!, y[k]!]
      x[k] = cosine * (p - tangent * q)
      y[k] = cosine * (q + tangent * p)
    }
  return true
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
