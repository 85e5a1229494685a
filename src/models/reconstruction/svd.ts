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
  if (columns[0]!.length <= LONG * columns.length) return byRotations(columns)
  // Rotations of a few long columns are rotations of their coordinates in a basis, which are short.
  const { basis, coordinates } = orthonormalised(columns)
  const { values, left, right } = byRotations(coordinates)
  return {
    values,
    left: left.map((u) => {
      const long = new Float64Array(columns[0]!.length)
      for (const [k, weight] of u.entries())
        if (weight) for (let i = 0; i < long.length; i++) long[i]! += weight * basis[k]![i]!
      return Array.from(long)
    }),
    right,
  }
}

/** Columns are long where they have so many times more numbers than there are of them. */
const LONG = 1.25

/**
 * An orthonormal basis of the columns, by Gram and Schmidt's method, each twice, which once more removes what rounding has left; and the
 * columns' coordinates in it. What a column adds below rounding is nothing: its basis vector is zero.
 */
function orthonormalised(columns: readonly Float64Array[]): {
  readonly basis: readonly Float64Array[]
  readonly coordinates: Float64Array[]
} {
  const basis: Float64Array[] = []
  const coordinates = columns.map((column, j) => {
    const rest = column.slice()
    const mine = new Float64Array(columns.length)
    for (let pass = 0; pass < 2; pass++)
      for (const [k, unit] of basis.entries()) {
        const share = dot(unit, rest)
        mine[k]! += share
        if (share) for (let i = 0; i < rest.length; i++) rest[i]! -= share * unit[i]!
      }
    const length = Math.sqrt(dot(rest, rest))
    const significant = length > NOTHING * Math.sqrt(dot(column, column))
    mine[j] = significant ? length : 0
    basis.push(significant ? rest.map((x) => x / length) : new Float64Array(rest.length))
    return mine
  })
  return { basis, coordinates }
}

/** Less of a column than this, relative to its length, is rounding. */
const NOTHING = 1e-13

/** The same by rotations alone. */
function byRotations(columns: Float64Array[]): Svd {
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
